"""Walks the plain data of a result: every text with the name of its field and a word on what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 60


@dataclass(frozen=True)
class Text:
    """A text of a result."""

    field: str
    """The name of the field that holds it."""
    owner: str
    """What it belongs to, as a person would name it: `BE-001`, `api_endpoints 3`."""
    text: str


def texts_of(data: Any, field: str = "", owner: str = "", depth: int = 0) -> Iterator[Text]:
    """List every text of a result, in the order of its fields."""
    if isinstance(data, str):
        yield Text(field, owner or field, data)
    elif depth > MAX_DEPTH:
        return
    elif isinstance(data, Mapping):
        own = data.get("id") or data.get("name")
        named = own if isinstance(own, str) and own else owner
        for key, value in data.items():
            yield from texts_of(value, str(key), named, depth + 1)
    elif isinstance(data, (list, tuple)):
        for number, value in enumerate(data, 1):
            yield from texts_of(value, field, f"{field} {number}" if field else owner, depth + 1)


def mappings_of(data: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """List every mapping of a result, outer ones first."""
    if depth > MAX_DEPTH:
        return
    if isinstance(data, Mapping):
        yield data
        for value in data.values():
            yield from mappings_of(value, depth + 1)
    elif isinstance(data, (list, tuple)):
        for value in data:
            yield from mappings_of(value, depth + 1)
