"""The one door to tree-sitter: parsers by language name, kept for the life of a process.

A language module calls `parse()` and walks the nodes; nothing else in the project imports tree_sitter. Grammars are
single wheels, so nothing is ever downloaded at run time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING

from hivemind_facts.reading import UnparsableError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

GRAMMARS = {
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "java": ("tree_sitter_java", "language"),
    "go": ("tree_sitter_go", "language"),
}
"""The wheel's module and the function that gives its grammar, by our name of it."""
SECONDS = 20.0
"""A parse that takes longer is given up: error recovery on hostile input can be far slower than a parse."""
MAX_ERRORS = 20
_SLICE = 64 * 1024
_source = threading.local()


@cache
def parser(grammar: str) -> Parser:
    """The parser of a grammar named in `GRAMMARS`."""
    from tree_sitter import Language, Parser

    module, function = GRAMMARS[grammar]
    return Parser(Language(getattr(import_module(module), function)()))


def parse(grammar: str, data: bytes, seconds: float = SECONDS) -> Tree:
    """Parse UTF-8 bytes. The tree is there even where the code is wrong; see `errors()`.

    Args:
        grammar: A key of `GRAMMARS`.
        data: The text of the file.
        seconds: How long it may take.

    Raises:
        UnparsableError: It took too long.
    """
    until = time.monotonic() + seconds

    def late(_offset: int, _error: bool) -> bool:
        return time.monotonic() > until

    def read(offset: int, _point: object) -> bytes:
        return data[offset : offset + _SLICE]

    _source.data = data
    engine = parser(grammar)
    tree: Tree | None
    try:
        tree = engine.parse(read, encoding="utf8", progress_callback=late)
    except TypeError:  # a binding from before there was a callback
        tree = engine.parse(data)
    except ValueError:  # what a binding raises for a parse that its callback stopped
        tree = None
    if tree is None:
        engine.reset()
        raise UnparsableError(f"parsing took more than {seconds:g} s")
    return tree


def errors(tree: Tree, limit: int = MAX_ERRORS) -> list[tuple[int, str]]:
    """Where the code did not parse, as (line, reason), at most `limit` of them."""
    return [(line(node), _reason(node)) for node in islice(_wrong(tree.root_node), limit)]


def _wrong(root: Node) -> Iterator[Node]:
    if not root.has_error:
        return
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            stack += reversed(node.children)


def _reason(node: Node) -> str:
    if node.is_missing:
        return f"syntax error: {node.type!r} is missing"
    text = (node.text or b"").split(b"\n", 1)[0][:40].decode(errors="replace").strip()
    return f"syntax error near {text!r}"


def source(node: Node) -> bytes:
    """The bytes of a node of the tree that this thread parsed last.

    A tree that was read through a function asks that function again for every `node.text`, which took more than half
    of the time of a digest.
    """
    data: bytes = _source.data
    return data[node.start_byte : node.end_byte]


def text(node: Node | None) -> str:
    """The source text of a node of the tree that this thread parsed last, '' for none."""
    return "" if node is None else source(node).decode(errors="replace")


def line(node: Node) -> int:
    """The 1-based line on which a node starts."""
    return node.start_point[0] + 1
