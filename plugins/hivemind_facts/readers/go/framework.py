"""What every Go web framework's reader builds on: making routers, groups and routes."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from hivemind_facts.models import Unresolved
from hivemind_facts.readers.go.values import (
    Applied,
    Foreign,
    Function,
    MountEntry,
    RouteEntry,
    Router,
    Sequence,
    Value,
    View,
)
from hivemind_facts.routes import join

if TYPE_CHECKING:
    from hivemind_facts.readers.go.machine import Machine

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE")
Place: TypeAlias = tuple[str, int]
_COLON = re.compile(r":(\w+)(?:<[^>]*>|\([^)]*\))?\??")
_STAR = re.compile(r"[*+](\w*)")
_BRACES = re.compile(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}")


def colon_path(path: str) -> str:
    """A path with `:name` and `*rest` as `{name}`."""
    path = _COLON.sub(r"{\1}", path)
    return _STAR.sub(lambda match: "{" + (match.group(1) or "path") + "}", path)


def brace_path(path: str) -> str:
    """A path with `{name:pattern}` and `*` as `{name}`."""
    path = _BRACES.sub(r"{\1}", path)
    return path.replace("*", "{path}")


def compose(prefix: str | None, path: Value) -> str | None:
    """A prefix and a path together; None if either is not constant."""
    return None if prefix is None or not isinstance(path, str) else prefix.rstrip("/") + "/" + path.lstrip("/")


class Framework(ABC):
    """How a framework's routers behave; a subclass a framework."""

    name: ClassVar[str]
    packages: ClassVar[re.Pattern[str]]
    constructors: ClassVar[frozenset[str]] = frozenset()
    roots: ClassVar[frozenset[str]] = frozenset()
    """Types of whole applications: an argument of such a type has no prefix."""
    groups: ClassVar[frozenset[str]] = frozenset()
    """Types of routers that may be mounted anywhere."""

    def clean(self, path: str) -> str:
        """A full path in our form."""
        return join(colon_path(path))

    def make(self, machine: Machine, name: str, arguments: list[Value], place: Place) -> Value:  # noqa: ARG002
        """What a function of the package makes; None for none of our business."""
        return self.router(machine, place) if name in self.constructors else None

    def router(self, machine: Machine, place: Place, certain: bool = True) -> View:
        """A new router."""
        made = Router(self.name, *place, certain=certain)
        machine.routers.append(made)
        return View(made)

    @abstractmethod
    def method(self, machine: Machine, view: Value, name: str, arguments: list[Value], place: Place) -> Value:
        """What calling a method of a router does and gives."""

    def add(self, view: View, methods: list[str], path: Value, handlers: list[Value], place: Place) -> RouteEntry:
        """Put a route on a router: the last of the handlers answers, those before it stand in front."""
        flat = flatten(handlers)
        guards = [*view.guards, *applied(flat[:-1], place)]
        entry = RouteEntry(methods, compose(view.prefix, path), flat[-1] if flat else None, guards, *place)
        view.router.routes.append(entry)
        return entry

    def group(self, view: View, path: Value, guards: list[Value], place: Place) -> View:
        """A group: what is used on it later does not reach the parent."""
        prefix = compose(view.prefix, path)
        return View(view.router, prefix, [*view.guards, *applied(flatten(guards), place)], whole=False)

    def mount(self, view: View, path: Value, child: View, place: Place, guards: list[Applied] | None = None) -> None:
        """A router under another."""
        child.router.mounted = child.router is not view.router
        prefix = compose(view.prefix, path)
        view.router.mounts.append(MountEntry(child.router, prefix, [*view.guards, *(guards or [])], *place))

    def library(self, machine: Machine, what: str, place: Place) -> None:
        """Routes that a library makes at run time."""
        reason = f"routes made by a library at run time: {what}"
        machine.unresolved.append(Unresolved(what="route", reason=reason, file=place[0], line=place[1]))


def flatten(values: list[Value]) -> list[Value]:
    """Values, with those in slices in line."""
    out: list[Value] = []
    for value in values:
        out += value.items if isinstance(value, Sequence) else [value]
    return out


def applied(values: list[Value], place: Place) -> list[Applied]:
    """Middleware at a place."""
    return [Applied(value, *place) for value in values if value is not None]


def describe(value: Value, otherwise: str = "middleware") -> str:
    """A short name of a value, for evidence."""
    if isinstance(value, Function):
        kind = value.receiver[1].lstrip("*") + "." if value.receiver else ""
        return kind + (value.name or "function literal")
    if isinstance(value, Foreign):
        return f"{value.package.rsplit('/', 1)[-1]}.{value.name}"
    return otherwise
