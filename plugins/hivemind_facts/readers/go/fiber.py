"""Fiber: middleware holds for what is registered after it under its path, whichever group did it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_facts.readers.go.framework import VERBS, Framework, Place, applied, compose, flatten
from hivemind_facts.readers.go.values import Function, Sequence, Value, View
from hivemind_facts.reading import Repository, Yielded

if TYPE_CHECKING:
    from hivemind_facts.readers.go.machine import Machine

_VERBS = {verb.title(): verb for verb in VERBS} | {"All": "ANY"}


class Fiber(Framework):
    """github.com/gofiber/fiber."""

    name = "fiber"
    packages = re.compile(r"(^|/)gofiber/fiber(/v\d+)?$|^github\.com/gofiber/fiber$")
    constructors = frozenset(("New",))
    roots = frozenset(("App",))
    groups = frozenset(("Router", "Group"))

    def method(self, machine: Machine, view: Value, name: str, arguments: list[Value], place: Place) -> Value:
        """What calling a method of an application or a group does and gives."""
        if not isinstance(view, View):
            return view
        first = arguments[0] if arguments else None
        if name in _VERBS:
            self._add(view, [_VERBS[name]], first, arguments[1:], place)
        elif name == "Add" and len(arguments) > 1:
            given = first.items if isinstance(first, Sequence) else [first]
            methods = [method for method in given if isinstance(method, str)] or ["ANY"]
            self._add(view, methods, arguments[1], arguments[2:], place)
        elif name == "Group":
            group = View(view.router, compose(view.prefix, first), list(view.guards), whole=False)
            self._use(group, arguments[1:], place)
            return group
        elif name == "Route":
            group = View(view.router, compose(view.prefix, first), list(view.guards), whole=False)
            if len(arguments) > 1 and isinstance(arguments[1], Function):
                machine.call(arguments[1], [group])
            return group
        elif name == "Mount" and len(arguments) > 1 and isinstance(arguments[1], View):
            self.mount(view, first, arguments[1], place, self._guards(view, first))
        elif name == "Use":
            self._used(view, arguments, place)
        return view

    def _used(self, view: View, arguments: list[Value], place: Place) -> None:
        rest, prefixes = flatten(arguments), [""]
        if rest and isinstance(rest[0], str):
            prefixes, rest = [rest[0]], rest[1:]
        elif arguments and isinstance(arguments[0], Sequence):
            prefixes = [item for item in rest if isinstance(item, str)] or [""]
            rest = [item for item in rest if not isinstance(item, str)]
        for prefix in prefixes:
            at = View(view.router, compose(view.prefix, prefix) if prefix else view.prefix)
            for child in rest:
                if isinstance(child, View):
                    self.mount(view, prefix, child, place, self._guards(view, prefix))
            self._use(at, [item for item in rest if not isinstance(item, View)], place)

    def _use(self, view: View, values: list[Value], place: Place) -> None:
        view.router.uses += [(view.prefix, item) for item in applied(flatten(values), place)]

    def _guards(self, view: View, path: Value) -> list:  # type: ignore[type-arg]
        full = compose(view.prefix, path)
        return [
            item
            for prefix, item in view.router.uses
            if prefix is not None and full is not None and _under(full, prefix)
        ]

    def _add(self, view: View, methods: list[str], path: Value, rest: list[Value], place: Place) -> None:
        entry = self.add(view, methods, path, rest, place)
        entry.guards[:0] = self._guards(view, path)


def _under(path: str, prefix: str) -> bool:
    prefix = prefix.rstrip("/")
    return not prefix or path.rstrip("/") == prefix or path.startswith(prefix + "/")


class FiberReader:
    """Endpoints of Fiber applications."""

    name = "fiber"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        from hivemind_facts.readers.go.outcome import outcome

        yield from outcome(repository, self.name)
