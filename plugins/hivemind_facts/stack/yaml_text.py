"""YAML as plain data, whatever tags it carries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

MAX_CHARS = 400_000
"""Configuration files are short; what is longer is data and not read here."""
_MAX_DEPTH = 60


def load_all(text: str) -> Iterator[Any]:
    """The documents in a text, as far as they parse; unknown tags are passed over."""
    if len(text) > MAX_CHARS or _deep(text):
        return
    import yaml

    try:
        yield from yaml.load_all(text, Loader=_loader())
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, OverflowError):
        return


def load(text: str) -> dict[str, Any]:
    """The first document of a text if it is a mapping; empty if it is not."""
    first = next(load_all(text), None)
    return first if isinstance(first, dict) else {}


def _deep(text: str) -> bool:
    """Whether brackets or indents nest deeper than any configuration does: not worth a parser's recursion."""
    depth = 0
    for char in re.findall(r"[\[\]{}]", text):
        depth += 1 if char in "[{" else -1
        if depth > _MAX_DEPTH:
            return True
    return re.search(r"^ {200,}\S|(- ){40,}|(\? ){40,}", text, re.MULTILINE) is not None


def _loader() -> type[yaml.SafeLoader]:
    import yaml

    base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: type[yaml.SafeLoader] = type("Loader", (base,), {})
    loader.add_multi_constructor("!", _untagged)
    return loader


def _untagged(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


def line_of(text: str, pattern: str) -> int | None:
    """The line on which a pattern first matches (multi-line mode), None if it does not."""
    found = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else None
