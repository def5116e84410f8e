"""The walk from tree-sitter nodes to plain tuples: dispatch by node type, bounded in depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from tree_sitter import Node

Expr: TypeAlias = tuple[Any, ...]
MAX_DEPTH = 140
"""Nesting of expressions and statements; below it the code is replaced by an unknown."""
MAX_STRING = 20_000
UNKNOWN: Expr = ("?", ())


class Conversion:
    """The state of one file's conversion."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.depth = 0
        self.too_deep: int | None = None
        """The line where the nesting went over the limit."""

    def text(self, node: Node | None) -> str:
        """The source text of a node."""
        return "" if node is None else self.data[node.start_byte : node.end_byte].decode(errors="replace")

    def type_text(self, node: Node | None) -> str:
        """A type annotation as one line of text without its colon."""
        return " ".join(self.text(node).lstrip(":? ").split())[:200]

    def line(self, node: Node) -> int:
        """The 1-based line of a node."""
        return node.start_point[0] + 1

    def expr(self, node: Node | None) -> Expr:
        """Convert one expression."""
        if node is None:
            return UNKNOWN
        handler = EXPRESSIONS.get(node.type)
        if self.depth >= MAX_DEPTH:
            self.too_deep = self.too_deep or self.line(node)
            return UNKNOWN
        self.depth += 1
        try:
            return handler(self, node) if handler is not None else other(self, node)
        finally:
            self.depth -= 1

    def statements(self, nodes: list[Node]) -> Expr:
        """Convert statements, in order."""
        out: list[Expr] = []
        for node in nodes:
            self.statement(node, out)
        return tuple(out)

    def body(self, node: Node | None) -> Expr:
        """Convert a statement or block to a tuple of statements."""
        if node is None:
            return ()
        if node.type in ("statement_block", "program"):
            return self.statements(node.named_children)
        return self.statements([node])

    def statement(self, node: Node, out: list[Expr]) -> None:
        """Convert one statement; it may give none or several."""
        handler = STATEMENTS.get(node.type)
        if self.depth >= MAX_DEPTH:
            self.too_deep = self.too_deep or self.line(node)
            return
        self.depth += 1
        try:
            if handler is not None:
                handler(self, node, out)
            elif node.type not in NOTHING:
                out.append(("expr", self.line(node), self.expr(node)))
        finally:
            self.depth -= 1


def other(conv: Conversion, node: Node) -> Expr:
    """An expression of a kind that no reader asks for: only what is inside it is kept."""
    inside = [conv.expr(child) for child in node.named_children if child.type not in NOTHING]
    return ("?", tuple(each for each in inside if each != UNKNOWN))


NOTHING = frozenset(
    (
        *("comment", "html_comment", "hash_bang_line", "empty_statement", "optional_chain", "import"),
        *("break_statement", "continue_statement", "debugger_statement", "function_signature"),
        *("type_arguments", "type_annotation", "type_parameters"),
    )
)
EXPRESSIONS: dict[str, Callable[[Conversion, Node], Expr]] = {}
STATEMENTS: dict[str, Callable[[Conversion, Node, list[Expr]], None]] = {}
