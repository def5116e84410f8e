"""Modules as values, and what their names refer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hivemind_facts.readers.javascript.values import Arr, Func, Obj, Scope, Site, Value
from hivemind_facts.reading import Digest

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter


@dataclass(eq=False)
class Module:
    """One module: its scope, and where its exports come from."""

    path: str
    digest: Digest
    scope: Scope
    exports: Obj
    """`module.exports`; for ES modules the names are looked up through `names` instead."""
    holder: Obj
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Exported name: ('local', name) or (source, name there or '*')."""
    stars: list[str] = field(default_factory=list)
    state: str = "new"


@dataclass(frozen=True)
class Reference:
    """An imported name, looked up when it is used: imports may go in circles."""

    path: str
    name: str


@dataclass(eq=False)
class Frame:
    """A function that is being followed."""

    func: Func | None
    site: Site
    """Where it was called."""


@dataclass(eq=False)
class Getter:
    """A property that is computed when it is read."""

    func: Func


@dataclass(eq=False)
class Namespace:
    """A whole module as an object."""

    module: Module

    def member(self, machine: Interpreter, name: str) -> Value:
        """An export."""
        return machine.exported(self.module, name)

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        """Calling a module calls what it exports by default."""
        return machine.call(machine.exported(self.module, "default"), args, site)

    def keys(self, machine: Interpreter) -> list[str]:
        """The names that it exports."""
        names = dict.fromkeys(self.module.names)
        for source in self.module.stars:
            path = machine.resolve(source, self.module.path)
            other = machine.module(path) if path is not None else None
            if other is not None and other is not self.module:
                names |= dict.fromkeys(name for name in other.names if name != "default")
        return list(names)


def of_json(data: object) -> Value:
    """A value from parsed JSON."""
    if isinstance(data, dict):
        return Obj({str(key): of_json(value) for key, value in data.items()})
    if isinstance(data, list):
        return Arr([of_json(value) for value in data])
    return data
