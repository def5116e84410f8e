"""Gin: a group copies its parent's middleware when it is made, and `Use` reaches only what comes after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_facts.readers.go.framework import VERBS, Framework, Place, applied, flatten
from hivemind_facts.readers.go.values import Sequence, Value, View
from hivemind_facts.reading import Repository, Yielded

if TYPE_CHECKING:
    from hivemind_facts.readers.go.machine import Machine


class Gin(Framework):
    """github.com/gin-gonic/gin."""

    name = "gin"
    packages = re.compile(r"(^|/)gin-gonic/gin$|^gopkg\.in/gin-gonic/gin")
    constructors = frozenset(("New", "Default"))
    roots = frozenset(("Engine",))
    groups = frozenset(("RouterGroup", "IRouter", "IRoutes"))

    def method(
        self,
        machine: Machine,  # noqa: ARG002 - other frameworks call functions
        view: Value,
        name: str,
        arguments: list[Value],
        place: Place,
    ) -> Value:
        """What calling a method of an engine or a group does and gives."""
        if not isinstance(view, View):
            return view
        if name in VERBS or name == "Any":
            self.add(
                view, ["ANY" if name == "Any" else name], arguments[0] if arguments else None, arguments[1:], place
            )
        elif name == "Handle" and arguments:
            methods = [arguments[0]] if isinstance(arguments[0], str) else ["ANY"]
            self.add(view, methods, arguments[1] if len(arguments) > 1 else None, arguments[2:], place)
        elif name == "Match" and arguments:
            given = arguments[0].items if isinstance(arguments[0], Sequence) else []
            methods = [method for method in given if isinstance(method, str)] or ["ANY"]
            self.add(view, methods, arguments[1] if len(arguments) > 1 else None, arguments[2:], place)
        elif name == "Group":
            return self.group(view, arguments[0] if arguments else None, arguments[1:], place)
        elif name == "Use":
            view.guards += applied(flatten(arguments), place)
        return view


class GinReader:
    """Endpoints of Gin applications."""

    name = "gin"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        from hivemind_facts.readers.go.outcome import outcome

        yield from outcome(repository, self.name)
