"""Reads JSX with tree-sitter: the elements of a React-like file, and its syntax tree for other readers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hivemind_frontend.markup.elements import DYNAMIC, Element, Markup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

_NAMES = {"htmlfor": "for", "classname": "class", "dangerouslysetinnerhtml": "v-html"}
_ELEMENTS = ("jsx_element", "jsx_self_closing_element")


@cache
def _language(suffix: str) -> object:
    from tree_sitter import Language

    if suffix in (".ts", ".mts", ".cts"):
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_typescript())
    if suffix == ".tsx":
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_tsx())
    import tree_sitter_javascript

    return Language(tree_sitter_javascript.language())


def parse(path: str, text: str) -> Node:
    """Parse a JavaScript or TypeScript file; broken parts become error nodes."""
    from tree_sitter import Parser

    parser: Parser = Parser(_language(path[path.rfind(".") :].lower()))  # type: ignore[arg-type]
    return parser.parse(text.encode("utf-8", "replace")).root_node


def descend(node: Node) -> Iterator[Node]:
    """A node and all below it, in order; without recursion, since code may be deep."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(one.children))


def text_of(node: Node | None) -> str:
    """The source of a node."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


def string_of(node: Node | None) -> str | None:
    """The value of a constant string; None for anything else."""
    if node is None:
        return None
    if node.type == "string":
        return "".join(text_of(part) for part in node.named_children)
    if node.type == "template_string" and all(part.type == "string_fragment" for part in node.named_children):
        return text_of(node)[1:-1]
    return None


def line_of(node: Node) -> int:
    """The line of a node, from 1."""
    return node.start_point[0] + 1


def read_jsx(path: str, root: Node) -> Markup:
    """Collect the elements of a parsed file, each under the element around it."""
    markup = Markup(path, "jsx")
    made: dict[int, Element] = {}
    waiting: list[tuple[Node, Element | None]] = [(root, None)]
    while waiting:
        node, parent = waiting.pop()
        if node.type in _ELEMENTS and (element := _element(node)) is not None:
            made[node.id] = element
            if parent is None:
                markup.roots.append(element)
            else:
                parent.add(element)
            parent = element
        elif parent is not None and (
            (node.type == "jsx_text" and text_of(node).strip())
            or (node.type == "jsx_expression" and node.parent is not None and node.parent.type == "jsx_element")
        ):
            # An expression may be text, unless it is a comment.
            if node.type == "jsx_text" or any(part.type != "comment" for part in node.named_children):
                parent.text = True
        elif node.type == "html_character_reference" and parent is not None:
            parent.text = True
        waiting.extend((child, parent) for child in reversed(node.children))
    return markup


def _element(node: Node) -> Element | None:
    opening = node if node.type == "jsx_self_closing_element" else node.child_by_field_name("open_tag")
    if opening is None:
        return None
    tag = text_of(opening.child_by_field_name("name"))
    element = Element(tag or "Fragment", line_of(opening), source=text_of(opening))
    for part in opening.named_children:
        if part.type == "jsx_expression":
            element.spread = True
        elif part.type == "jsx_attribute" and part.named_children:
            name = text_of(part.named_children[0]).lower()
            value = part.named_children[1] if len(part.named_children) > 1 else None
            element.attributes[_NAMES.get(name, name)] = _value(value)
    if "v-html" in element.attributes:
        element.text = True
    if element.has("children"):
        element.text = True
    return element


def _value(node: Node | None) -> str:
    if node is None:
        return DYNAMIC
    if node.type == "jsx_expression":
        inner = node.named_children[0] if node.named_children else None
        constant = string_of(inner)
        return DYNAMIC + text_of(inner) if constant is None else constant
    return string_of(node) or ""
