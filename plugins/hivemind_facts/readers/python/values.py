"""The values of the abstract run of a Python program: what is known is itself, what is not is `Unknown`.

Strings, numbers, booleans, None, lists, tuples and dicts stand for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Value: TypeAlias = Any


class Unknown:
    """A value that the code does not tell."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Ext:
    """Something outside the repository, by its dotted name: 'fastapi.APIRouter'."""

    name: str


@dataclass(frozen=True)
class Mod:
    """A module or package of the repository: its file, or its folder where it has no `__init__.py`."""

    path: str


@dataclass(frozen=True)
class Lazy:
    """An imported name that is looked up when it is used."""

    path: str
    name: str


@dataclass(eq=False, repr=False)
class Env:
    """A scope: names to values, and the scope around it."""

    names: dict[str, Value]
    path: str
    parent: Env | None = None
    stars: list[Value] = field(default_factory=list)
    globals: set[str] = field(default_factory=set)

    def top(self) -> Env:
        """The module's own scope."""
        env = self
        while env.parent is not None:
            env = env.parent
        return env


@dataclass(eq=False, repr=False)
class Func:
    """A function of the repository, with the scope it was defined in."""

    name: str
    args: list[tuple[str, str, Any, Any]]
    returns: Any
    body: list[Any]
    env: Env
    path: str
    line: int
    flags: list[str]
    decorators: list[Value] = field(default_factory=list)
    owner: Cls | None = None
    bound: Value = None
    attrs: dict[str, Value] = field(default_factory=dict)
    calls: list[int] = field(default_factory=list)
    """One entry a call; shared between the bound and unbound forms."""

    def bind(self, value: Value) -> Func:
        """The same function as a method of a value."""
        bound = Func(self.name, self.args, self.returns, self.body, self.env, self.path, self.line, self.flags)
        bound.decorators, bound.owner, bound.bound = self.decorators, self.owner, value
        bound.attrs, bound.calls = self.attrs, self.calls
        return bound

    @property
    def qualname(self) -> str:
        """`Class.method` or the function's name."""
        return f"{self.owner.name}.{self.name}" if self.owner else self.name


@dataclass(eq=False, repr=False)
class Cls:
    """A class of the repository."""

    name: str
    bases: list[Value]
    keywords: dict[str, Value]
    names: dict[str, Value]
    annotations: dict[str, Any]
    env: Env
    path: str
    line: int
    decorators: list[Value] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    members: dict[str, Value] = field(default_factory=dict)
    """The members of an enumeration that were asked for."""
    loose: list[Value] = field(default_factory=list)
    """Values of bare expressions in the body: `belongs_to(...)`."""

    def mro(self) -> Iterator[Value]:
        """The class and its bases, depth first, own and foreign; each once."""
        seen: set[int] = set()
        stack: list[Value] = [self]
        while stack and len(seen) < 200:
            value = stack.pop(0)
            if id(value) in seen:
                continue
            seen.add(id(value))
            yield value
            if isinstance(value, Cls):
                stack[:0] = value.bases

    def find(self, name: str) -> Value:
        """A class attribute, looked up through the bases of the repository; `MISSING` if there is none."""
        for cls in self.mro():
            if isinstance(cls, Cls) and name in cls.names:
                return cls.names[name]
        return MISSING

    def foreign(self) -> list[str]:
        """The dotted names of all foreign bases."""
        return [name_of(base) for base in self.mro() if not isinstance(base, Cls)]

    def is_a(self, *leaves: str) -> bool:
        """Whether one of the foreign bases has one of these last names."""
        return any(name.rpartition(".")[2] in leaves for name in self.foreign())


MISSING = Unknown()


@dataclass(eq=False, repr=False)
class Obj:
    """What a call of something foreign, or of a class of the repository, gave."""

    cls: Value
    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Value] = field(default_factory=dict)
    path: str = ""
    line: int = 0
    attrs: dict[str, Value] = field(default_factory=dict)
    items: dict[Any, Value] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    number: int = 0
    """Counts the objects that were kept, so that each has a name that stays the same from run to run."""
    event: Event | None = None
    """The event that gave this object, where it is the result of a method of another one."""

    def arg(self, position: int, name: str, default: Value = None) -> Value:
        """An argument of the call, by position or name."""
        if name in self.kwargs:
            return self.kwargs[name]
        return self.args[position] if 0 <= position < len(self.args) else default


@dataclass(eq=False, repr=False)
class Bound:
    """An attribute of an object that nothing in the repository defines: a foreign method, most often."""

    base: Value
    name: str


@dataclass(eq=False, repr=False)
class Event:
    """A foreign method called on an object: `router.get('/x')`, `app.include_router(...)`."""

    base: Obj
    name: str
    args: list[Value]
    kwargs: dict[str, Value]
    path: str
    line: int
    decorated: Value = None
    """The function or class that the call decorates."""

    def arg(self, position: int, name: str, default: Value = None) -> Value:
        """An argument of the call, by position or name."""
        if name in self.kwargs:
            return self.kwargs[name]
        return self.args[position] if 0 <= position < len(self.args) else default


@dataclass
class Raised(Exception):  # noqa: N818 - it stands for the program's own exception
    """An exception of the program that is run."""

    value: Value
    path: str = ""
    line: int = 0


def name_of(value: Value) -> str:
    """The dotted name of a foreign thing, as far as it is known: `db.Column` of an object is 'SQLAlchemy.Column'."""
    if isinstance(value, Ext):
        return value.name
    if isinstance(value, Bound):
        return f"{name_of(value.base)}.{value.name}"
    if isinstance(value, Obj):
        return name_of(value.cls)
    if isinstance(value, Cls | Func):
        return value.name
    return ""


def leaf(value: Value) -> str:
    """The last part of the name of a thing; for an object, of what it was made by."""
    return name_of(value).rpartition(".")[2]


def package(value: Value) -> str:
    """The first part of the name of a foreign thing; for an object of a class of the repository, of its first base."""
    if isinstance(value, Obj):
        value = value.cls
    if isinstance(value, Cls):
        foreign = [name for name in value.foreign() if "." in name]
        return foreign[0].partition(".")[0] if foreign else ""
    return name_of(value).partition(".")[0]


def made_by(value: Value, *leaves: str) -> bool:
    """Whether an object was made by a foreign class of one of these last names, or by a class derived from one."""
    if not isinstance(value, Obj):
        return False
    if isinstance(value.cls, Cls):
        return value.cls.is_a(*leaves)
    return leaf(value.cls) in leaves
