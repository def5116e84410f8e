"""Echo: `Use` on the application reaches every route, on a group those that come after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_facts.readers.go.framework import VERBS, Framework, Place, applied, flatten
from hivemind_facts.readers.go.values import Sequence, Value, View
from hivemind_facts.reading import Repository, Yielded

if TYPE_CHECKING:
    from hivemind_facts.readers.go.machine import Machine


class Echo(Framework):
    """github.com/labstack/echo."""

    name = "echo"
    packages = re.compile(r"(^|/)labstack/echo(/v\d+)?$")
    constructors = frozenset(("New",))
    roots = frozenset(("Echo",))
    groups = frozenset(("Group",))

    def method(
        self,
        machine: Machine,  # noqa: ARG002 - other frameworks call functions
        view: Value,
        name: str,
        arguments: list[Value],
        place: Place,
    ) -> Value:
        """What calling a method of an application or a group does and gives."""
        if not isinstance(view, View):
            return view
        first = arguments[0] if arguments else None
        if name in VERBS or name in ("Any", "RouteNotFound"):
            if name != "RouteNotFound":
                self._add(view, ["ANY" if name == "Any" else name], first, arguments[1:], place)
        elif name in ("Add", "Match") and len(arguments) > 1:
            given = first.items if isinstance(first, Sequence) else [first]
            methods = [method for method in given if isinstance(method, str)] or ["ANY"]
            self._add(view, methods, arguments[1], arguments[2:], place)
        elif name == "Group":
            return self.group(view, first, arguments[1:], place)
        elif name in ("Use", "Pre"):
            target = view.router.guards if view.whole else view.guards
            target += applied(flatten(arguments), place)
        return view if name in ("Use", "Pre") else None

    def _add(self, view: View, methods: list[str], path: Value, rest: list[Value], place: Place) -> None:
        flat = flatten(rest)
        self.add(view, methods, path, [*flat[1:], *flat[:1]], place)


class EchoReader:
    """Endpoints of Echo applications."""

    name = "echo"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        from hivemind_facts.readers.go.outcome import outcome

        yield from outcome(repository, self.name)
