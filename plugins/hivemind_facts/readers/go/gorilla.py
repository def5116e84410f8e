"""gorilla/mux: routes under construction by chained calls; `Use` reaches every route of its router and below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_facts.readers.go.framework import Framework, Place, applied, brace_path, compose, flatten
from hivemind_facts.readers.go.values import Pending, RouteEntry, Value, View, Wrapped
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import join

if TYPE_CHECKING:
    from hivemind_facts.readers.go.machine import Machine


class Gorilla(Framework):
    """github.com/gorilla/mux."""

    name = "gorilla/mux"
    packages = re.compile(r"(^|/)gorilla/mux$")
    constructors = frozenset(("NewRouter",))
    groups = frozenset(("Router",))

    def clean(self, path: str) -> str:
        """A full path in our form."""
        return join(brace_path(path))

    def method(self, machine: Machine, view: Value, name: str, arguments: list[Value], place: Place) -> Value:
        """What calling a method of a router or of a route does and gives."""
        first = arguments[0] if arguments else None
        if isinstance(view, View):
            if name == "Use":
                view.router.guards += applied(flatten(arguments), place)
                return None
            if name in ("StrictSlash", "SkipClean", "UseEncodedPath"):
                return view
            pending = Pending(view, RouteEntry([], view.prefix, None, list(view.guards), *place))
        elif isinstance(view, Pending):
            pending = view
        else:
            return None
        return self._route(machine, pending, name, first, arguments, place)

    def _route(
        self, machine: Machine, pending: Pending, name: str, first: Value, arguments: list[Value], place: Place
    ) -> Value:
        entry = pending.entry
        if name in ("HandleFunc", "Handle", "Path", "PathPrefix"):
            entry.path = compose(entry.path, first)
            pending.prefix = name == "PathPrefix"
        if name in ("HandleFunc", "Handle", "Handler", "HandlerFunc"):
            self._answer(pending, arguments[-1] if arguments else None, place)
        elif name == "Methods":
            entry.methods += [method.upper() for method in flatten(arguments) if isinstance(method, str)]
        elif name == "Subrouter":
            child = self.router(machine, place)
            child.router.mounted = True
            self.mount(View(pending.view.router, "", list(pending.view.guards)), entry.path, child, place)
            return child
        return pending

    def _answer(self, pending: Pending, handler: Value, place: Place) -> None:
        entry = pending.entry
        while isinstance(handler, Wrapped):
            entry.guards.append(handler.middleware)
            handler = handler.handler
        if isinstance(handler, View):
            # the child sees the whole path unless StripPrefix took the prefix off
            prefix = entry.path if handler.prefix == "*stripped*" else ""
            self.mount(View(pending.view.router, "", list(pending.view.guards)), prefix, View(handler.router), place)
            return
        entry.handler = handler
        if pending.prefix and entry.path is not None:
            entry.path = entry.path.rstrip("/") + "/{path}"
        if entry not in pending.view.router.routes:
            pending.view.router.routes.append(entry)


class GorillaReader:
    """Endpoints of gorilla/mux applications."""

    name = "gorilla/mux"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        from hivemind_facts.readers.go.outcome import outcome

        yield from outcome(repository, self.name)
