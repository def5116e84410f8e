"""chi: sub-routers by `Route` and `Mount`, inline groups by `Group` and `With`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_facts.readers.go.framework import VERBS, Framework, Place, applied, brace_path, compose, describe, flatten
from hivemind_facts.readers.go.values import Applied, Foreign, Function, Value, View, Wrapped
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import join

if TYPE_CHECKING:
    from hivemind_facts.readers.go.machine import Machine

_VERBS = {verb.title(): verb for verb in VERBS} | {"Handle": "ANY", "HandleFunc": "ANY"}


class Chi(Framework):
    """github.com/go-chi/chi."""

    name = "chi"
    packages = re.compile(r"(^|/)go-chi/chi(/v\d+)?$|^github\.com/pressly/chi$")
    constructors = frozenset(("NewRouter", "NewMux"))
    groups = frozenset(("Router", "Mux"))

    def clean(self, path: str) -> str:
        """A full path in our form."""
        return join(brace_path(path))

    def method(self, machine: Machine, view: Value, name: str, arguments: list[Value], place: Place) -> Value:
        """What calling a method of a router does and gives."""
        if not isinstance(view, View):
            return view
        first = arguments[0] if arguments else None
        if name in _VERBS:
            verb, path = _VERBS[name], first
            if verb == "ANY" and isinstance(first, str) and " " in first:
                verb, _, path = first.partition(" ")
            self.routed(view, [verb], path, arguments[1:], place)
        elif name in ("Method", "MethodFunc") and len(arguments) > 1:
            self.routed(
                view, [first.upper()] if isinstance(first, str) else ["ANY"], arguments[1], arguments[2:], place
            )
        elif name == "Use":
            target = view.router.guards if view.whole else view.guards
            target += applied(flatten(arguments), place)
        elif name in ("With", "Group"):
            inline = View(view.router, view.prefix, list(view.guards), whole=False)
            if name == "With":
                inline.guards += applied(flatten(arguments), place)
            elif isinstance(first, Function):
                machine.call(first, [inline])
            return inline
        elif name == "Route" and len(arguments) > 1:
            child = self.router(machine, place)
            self.mount(view, first, child, place)
            if isinstance(arguments[1], Function):
                machine.call(arguments[1], [child])
            return child
        elif name == "Mount" and len(arguments) > 1:
            self._mount(machine, view, first, arguments[1], place)
        return None

    def _mount(self, machine: Machine, view: View, path: Value, child: Value, place: Place) -> None:
        guards: list[Applied] = []
        while isinstance(child, Wrapped):
            guards.append(child.middleware)
            child = child.handler
        if isinstance(child, View):
            self.mount(view, path, child, place, guards)
        elif isinstance(child, Foreign):
            self.library(machine, f"{describe(child)} under {compose(view.prefix, path)}", place)
        else:
            full = compose(path if isinstance(path, str) else None, "*")
            self.routed(view, ["ANY"], full, [child], place)

    def routed(self, view: View, methods: list[str], path: Value, handlers: list[Value], place: Place) -> None:
        """A route whose handler may be wrapped in middleware."""
        handler = handlers[0] if handlers else None
        guards: list[Applied] = []
        while isinstance(handler, Wrapped):
            guards.append(handler.middleware)
            handler = handler.handler
        self.add(view, methods, path, [handler], place).guards += guards


class ChiReader:
    """Endpoints of chi applications."""

    name = "chi"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        from hivemind_facts.readers.go.outcome import outcome

        yield from outcome(repository, self.name)
