"""How settings of several sources become one: later ones win, but no repository loosens what its user set."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["user", "repository", "environment", "option"]

_ADDED = ("block_plugins", "plugins_dir")
"""Lists to which each source adds: what one blocks, no other lets in."""
_SMALLER = (
    "budget_requests",
    "budget_tokens",
    "budget_usd",
    "confirm_usd",
    "confirm_workers",
    "daily_budget_requests",
    "daily_budget_tokens",
    "daily_budget_usd",
    "worker_budget_requests",
    "worker_budget_tokens",
    "worker_budget_usd",
)
"""Limits that the user set and a repository may only lower."""
_NONE_AT_ZERO = ("confirm_usd", "confirm_workers")
_USERS_OWN = ("user_agents",)
_ONCE_TRUE = ("locked",)
_USERS_KEYS = ("prices",)
"""Tables of which the user's entries win over a repository's."""


@dataclass(frozen=True)
class Layer:
    """The settings of one source.

    Args:
        source: What it is called: a file, 'environment' or 'option'.
        kind: Whose it is.
        values: The settings that it has.
        base: The folder that its relative paths start from.
    """

    source: str
    kind: Kind
    values: Mapping[str, Any]
    base: Path

    def said(self, name: str) -> str:
        """It as the origin of a setting."""
        return f"HIVEMIND_{name.upper()}" if self.kind == "environment" else self.source


@dataclass(frozen=True)
class Named:
    """One item of a list to which each source adds."""

    value: str
    origin: str
    of_repository: bool


@dataclass
class Merged:
    """All settings, where each came from, and who named each item of the lists to which each source adds."""

    values: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    named: dict[str, tuple[Named, ...]] = field(default_factory=dict)


def merge(layers: Sequence[Layer]) -> Merged:
    """Put layers together; a later one goes before an earlier one where nothing else is said above."""
    merged = Merged()
    users: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.values.items():
            if layer.kind == "user":
                users[name] = value
            if layer.kind == "repository" and name in users and not _may(name, value, users[name]):
                continue
            _put(merged, layer, name, value, users)
    return merged


def _may(name: str, value: Any, users: Any) -> bool:
    """Whether a repository's value may take the place of the user's."""
    if name in _USERS_OWN:
        return not isinstance(value, bool)  # what it can't be is told as such
    if name in _ONCE_TRUE:
        return users is not True or not isinstance(value, bool)
    if name in _SMALLER and _number(value) and _number(users):
        never = name in _NONE_AT_ZERO
        if never and users == 0:
            return True
        return bool(value < users) and not (never and value == 0)
    return True


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _put(merged: Merged, layer: Layer, name: str, value: Any, users: Mapping[str, Any]) -> None:
    said, before = layer.said(name), merged.values.get(name)
    sources = [merged.origin[name]] if before else []
    if name in _ADDED and isinstance(value, list | tuple) and isinstance(before, list | tuple | None):
        items = [_absolute(layer, one) if name == "plugins_dir" else one for one in value]
        new = [Named(one, said, layer.kind == "repository") for one in items if isinstance(one, str)]
        merged.named[name] = (*merged.named.get(name, ()), *new)
        value = tuple(dict.fromkeys([*(before or ()), *items])) if _hashable(items) else items
    elif isinstance(value, Mapping):
        kept = before if isinstance(before, Mapping) else {}
        own = users.get(name) if name in _USERS_KEYS and layer.kind == "repository" else None
        first = own if isinstance(own, Mapping) else {}
        new_keys = [key for key in value if key not in first]
        merged.origin.update({f"{name}.{key}": said for key in new_keys})
        sources = list(dict.fromkeys(merged.origin[f"{name}.{key}"] for key in kept if key not in new_keys))
        said = said if new_keys else ""
        value = {**kept, **value, **first}
    else:
        sources = []
    merged.values[name] = value
    parts = " and ".join(sources).split(" and ") if sources else []
    merged.origin[name] = " and ".join(dict.fromkeys([*parts, *filter(None, [said])])) or layer.said(name)


def _hashable(items: Sequence[Any]) -> bool:
    return all(isinstance(one, str) for one in items)


def _absolute(layer: Layer, value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    return os.path.normpath(layer.base / os.path.expanduser(value))
