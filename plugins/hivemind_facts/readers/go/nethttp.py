"""net/http: ServeMux with and without methods in its patterns, StripPrefix, and the default mux."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_facts.readers.go.framework import Framework, Place
from hivemind_facts.readers.go.values import Applied, Foreign, MountEntry, Router, Value, View, Wrapped
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import join

if TYPE_CHECKING:
    from hivemind_facts.readers.go.machine import Machine

STRIPPED = "*stripped*"
_PATTERN = re.compile(r"^(?:([A-Z]+)\s+)?([^/\s]*)(/.*)$")


class NetHttp(Framework):
    """The standard library's router."""

    name = "net/http"
    packages = re.compile(r"^net/http$")
    constructors = frozenset(("NewServeMux",))
    roots = frozenset(("ServeMux",))

    def clean(self, path: str) -> str:
        """A full path in our form."""
        return join(path.replace("{$}", "").replace("...}", "}"))

    def make(self, machine: Machine, name: str, arguments: list[Value], place: Place) -> Value:
        """What a function of net/http makes."""
        if name in ("HandleFunc", "Handle") and len(arguments) == 2:
            return self.method(machine, self._default(machine), name, arguments, place)
        if name == "StripPrefix" and len(arguments) == 2 and isinstance(arguments[1], View):
            return View(arguments[1].router, STRIPPED)
        if name == "TimeoutHandler" and arguments:
            return arguments[0]
        return super().make(machine, name, arguments, place)

    def _default(self, machine: Machine) -> View:
        for router in machine.routers:
            if router.framework == self.name and router.file == "":
                return View(router)
        return self.router(machine, ("", 0))

    def method(self, machine: Machine, view: Value, name: str, arguments: list[Value], place: Place) -> Value:
        """What calling a method of a mux does and gives."""
        if not isinstance(view, View) or name not in ("HandleFunc", "Handle") or len(arguments) != 2:
            return None
        pattern, handler = arguments
        guards: list[Applied] = []
        while isinstance(handler, Wrapped):
            guards.append(handler.middleware)
            handler = handler.handler
        match = _PATTERN.match(pattern) if isinstance(pattern, str) else None
        if isinstance(handler, View):
            self._nest(view.router, match.group(3) if match else None, handler, guards, place)
        elif isinstance(handler, Foreign) and handler.name in ("FileServer", "FileServerFS"):
            self.library(machine, f"{handler.name} under {pattern}", place)
        else:
            method = match.group(1) if match else None
            path = match.group(3) if match else None
            entry = self.add(view, [method] if method else ["ANY"], path, [handler], place)
            entry.guards += guards
        return None

    def _nest(self, parent: Router, path: str | None, child: View, guards: list[Applied], place: Place) -> None:
        child.router.mounted = True
        # without StripPrefix the inner mux sees the whole path
        prefix = path if child.prefix == STRIPPED else ""
        parent.mounts.append(MountEntry(child.router, prefix, guards, *place))


class NetHttpReader:
    """Endpoints of net/http applications."""

    name = "net/http"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        from hivemind_facts.readers.go.outcome import outcome

        yield from outcome(repository, self.name)
