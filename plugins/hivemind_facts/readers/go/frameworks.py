"""The Go web frameworks, by the packages that they live in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hivemind_facts.readers.go.framework import Framework
from hivemind_facts.readers.go.values import Foreign, TypeName, Value

if TYPE_CHECKING:
    from hivemind_facts.readers.go.machine import Machine


@cache
def frameworks() -> tuple[Framework, ...]:
    """Every framework, most particular first."""
    from hivemind_facts.readers.go.chi import Chi
    from hivemind_facts.readers.go.echo import Echo
    from hivemind_facts.readers.go.fiber import Fiber
    from hivemind_facts.readers.go.gin import Gin
    from hivemind_facts.readers.go.gorilla import Gorilla
    from hivemind_facts.readers.go.nethttp import NetHttp

    return Gin(), Echo(), Fiber(), Chi(), Gorilla(), NetHttp()


def framework_of(name: str) -> Framework:
    """The framework of this name."""
    return next(framework for framework in frameworks() if framework.name == name)


def made_by(machine: Machine, target: Foreign, arguments: list[Value], file: str, line: int) -> Value:
    """What a foreign package's function makes, if it is a framework's; None otherwise."""
    for framework in frameworks():
        if framework.packages.search(target.package):
            made = framework.make(machine, target.name, arguments, (file, line))
            if made is not None:
                return made
    return None


def router_of_type(machine: Machine, kind: TypeName, file: str, line: int) -> Value:
    """A router for a name of which only the type is known; None if the type is not a router's."""
    for framework in frameworks():
        if framework.packages.search(kind[0]) and kind[1] in framework.roots | framework.groups:
            return framework.router(machine, (file, line), certain=False)
    return None


def whole_application(machine: Machine, text: str, file: str) -> bool:
    """Whether a type is that of a whole application, which nothing can mount elsewhere."""
    kind = machine.program.type_of(text, file)
    return kind is not None and any(
        framework.packages.search(kind[0]) and kind[1] in framework.roots for framework in frameworks()
    )


def router_type(machine: Machine, text: str, file: str) -> bool:
    """Whether a type is a router's."""
    kind = machine.program.type_of(text, file)
    return kind is not None and any(
        framework.packages.search(kind[0]) and kind[1] in framework.roots | framework.groups
        for framework in frameworks()
    )
