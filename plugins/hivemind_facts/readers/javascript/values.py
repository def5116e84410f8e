"""What expressions evaluate to when a program is followed without running it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter

Value: TypeAlias = Any
"""A str, int, float, bool or None (null) where it is constant, else one of the classes below."""


class _Undefined:
    """The value `undefined`."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = _Undefined()


@dataclass(frozen=True)
class Unknown:
    """A value that the code does not tell; `hint` is how the code speaks of it."""

    hint: str = ""
    param: bool = False
    """It is, or comes out of, a parameter of the function that is being followed by itself."""
    env: bool = False
    """It is read from the environment."""
    type: str = ""


@dataclass(frozen=True)
class Text:
    """A string with unknown parts."""

    parts: tuple[str | Unknown, ...]


@dataclass(frozen=True)
class Site:
    """A place in the code."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(eq=False)
class Obj:
    """An object; `open` where it may have more properties than are known."""

    props: dict[str, Value] = field(default_factory=dict)
    cls: Cls | None = None
    open: bool = False
    site: Site | None = None


@dataclass(eq=False)
class Arr:
    """An array; `open` where it may have more items than are known."""

    items: list[Value] = field(default_factory=list)
    open: bool = False


@dataclass(eq=False)
class Scope:
    """Names, and the scope around."""

    names: dict[str, Value]
    parent: Scope | None
    file: str

    def find(self, name: str) -> Scope | None:
        """The scope that declares a name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope
            scope = scope.parent
        return None


@dataclass(eq=False)
class Func:
    """A function of the repository's own, with what it closes over."""

    node: tuple[Any, ...]
    scope: Scope
    this: Value = UNDEFINED
    name: str = ""
    owner: Cls | None = None

    @property
    def site(self) -> Site:
        """Where it is written."""
        return Site(self.scope.file, self.node[1])

    @property
    def label(self) -> str:
        """What people call it."""
        own = self.name or self.node[2] or "<anonymous>"
        return f"{self.owner.name}.{own}" if self.owner is not None else own


@dataclass(eq=False)
class Cls:
    """A class of the repository's own."""

    node: tuple[Any, ...]
    scope: Scope
    base: Value = None
    statics: dict[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.node[2])


@dataclass(frozen=True, eq=False)
class Ext:
    """Something that a package outside of the repository gives: 'express', 'express.Router', 'axios.create()'."""

    path: str
    args: tuple[Value, ...] = ()
    of: Ext | None = None
    """What it was read off or called on."""
    site: Site | None = None


@runtime_checkable
class Special(Protocol):
    """A value with behaviour of its own: a router, a client."""

    def member(self, machine: Interpreter, name: str) -> Value:
        """Read a property."""
        ...

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        """Call it, or construct with it."""
        ...


@dataclass(eq=False)
class Method:
    """A function that we know the meaning of."""

    name: str
    run: Any
    """Called with (machine, args, site)."""

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """Only `bind` matters: it gives the same function."""
        if name in ("bind", "call", "apply"):
            return Method(
                name, lambda machine, args, site: self if name == "bind" else self.call(machine, args[1:], site)
            )
        return Unknown(f"{self.name}.{name}")

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        """Call it."""
        return self.run(machine, args, site)


def christen(value: Value, name: str) -> None:
    """Give a function that has no name of its own the name that it is bound to, also through a package's wrapper."""
    if isinstance(value, Ext) and value.path.endswith("()"):
        value = next((arg for arg in value.args if isinstance(arg, Func)), None)
    if isinstance(value, Func) and (not value.name or value.name.endswith("()")):
        value.name = name


def hint_of(value: Value) -> str:
    """How the code speaks of a value."""
    if isinstance(value, Unknown):
        return value.hint
    if isinstance(value, Ext):
        return value.path
    if isinstance(value, Func):
        return value.label
    if isinstance(value, Cls):
        return value.name
    if isinstance(value, Obj) and value.cls is not None:
        return value.cls.name
    return ""


def concat(values: list[Value]) -> Value:
    """Strings together, keeping what is unknown as holes."""
    parts: list[str | Unknown] = []
    for value in values:
        for piece in pieces(value):
            if isinstance(piece, str) and parts and isinstance(parts[-1], str):
                parts[-1] += piece
            elif piece != "":
                parts.append(piece)
    if not parts:
        return ""
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return Text(tuple(parts))


def pieces(value: Value) -> tuple[str | Unknown, ...]:
    """A value as parts of a string."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Text):
        return value.parts
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, int | float):
        return (f"{value:g}" if isinstance(value, float) else str(value),)
    if isinstance(value, Unknown):
        return (value,)
    if value is None or value is UNDEFINED:
        return (Unknown("null" if value is None else "undefined"),)
    return (Unknown(hint_of(value)),)


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    if value is None or value is UNDEFINED:
        return False
    if isinstance(value, str | int | float | bool):
        return bool(value)
    if isinstance(value, Text):
        return True if any(isinstance(part, str) for part in value.parts) else None
    return None if isinstance(value, Unknown | Ext) else True
