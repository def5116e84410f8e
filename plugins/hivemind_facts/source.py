"""The version of this plugin's code, as a hash: part of every cache key, so that no cached fact outlives a change."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

PARSERS = ("sqlglot", "tree-sitter", "tree-sitter-go", "tree-sitter-java", "tree-sitter-javascript", "PyYAML")


@cache
def code_version() -> str:
    """A hash of the plugin's own source files and of the versions of the parsers that it uses."""
    told = hashlib.sha256()
    root = Path(__file__).resolve().parent
    for path in sorted(root.rglob("*.py")):
        told.update(path.relative_to(root).as_posix().encode() + b"\0")
        told.update(path.read_bytes())
    for name in PARSERS:
        try:
            told.update(f"{name} {metadata.version(name)}\n".encode())
        except metadata.PackageNotFoundError:
            told.update(f"{name} -\n".encode())
    return told.hexdigest()[:32]


def identity(things: Iterable[object]) -> list[str]:
    """Say readers, rules or languages so that a change of any of them is a different text."""
    return [f"{_name(thing)} {getattr(thing, 'version', 0)} {_source(type(thing))}" for thing in things]


def _name(thing: object) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}:{getattr(thing, 'name', '')}"


def _source(kind: type) -> str:
    """A hash of the file that a foreign class is written in; '' for our own, which `code_version` covers."""
    if kind.__module__.startswith(f"{__package__}."):
        return ""
    try:
        where = inspect.getsourcefile(kind)
        return hashlib.sha256(Path(where).read_bytes()).hexdigest()[:16] if where else ""
    except (OSError, TypeError):
        return ""
