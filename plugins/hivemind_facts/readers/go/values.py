"""What an abstract run of a Go program works with: constants are Python's own, everything else is here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""str, int, bool, None (nil) or one of the classes below."""

TypeName: TypeAlias = tuple[str, str]
"""(package, name): the package is a folder of the repository or the import path of a foreign one."""


@dataclass(eq=False)
class Unknown:
    """A value that is not known; its type may be."""

    type: TypeName | None = None
    why: str = ""


@dataclass(eq=False)
class Struct:
    """A struct of the repository (or a foreign one, written as a literal)."""

    type: TypeName
    fields: dict[str, Value] = field(default_factory=dict)
    complete: bool = True
    """False for one that stands for an instance made somewhere unseen."""


@dataclass(eq=False)
class Sequence:
    """A slice or an array."""

    items: list[Value]


@dataclass(eq=False)
class Mapping:
    """A map with constant keys."""

    items: list[tuple[Value, Value]]


@dataclass(eq=False)
class Package:
    """An imported package."""

    path: str


@dataclass(eq=False)
class Function:
    """A function or method of the repository, or a function literal with its scope."""

    name: str
    params: list[tuple[str, str]]
    results: list[str]
    body: list[Any] | None
    file: str
    line: int
    receiver: tuple[str, str] | None = None
    bound: Value = None
    scope: Any = None


@dataclass(eq=False)
class Foreign:
    """A function of a foreign package, or the value that one made, with what it was called with."""

    package: str
    name: str
    arguments: tuple[Value, ...] = ()
    called: bool = False


@dataclass(eq=False)
class Method:
    """A method of something that is not a struct of the repository."""

    owner: Value
    name: str


@dataclass(eq=False)
class Wrapped:
    """A handler behind middleware."""

    handler: Value
    middleware: Value


@dataclass(eq=False)
class Context:
    """The request in a run of middleware for one route."""

    method: str
    path: str
    part: str = ""


@dataclass
class Applied:
    """Middleware, and the place that applies it."""

    value: Value
    file: str
    line: int


@dataclass(eq=False)
class RouteEntry:
    """One route on a router."""

    methods: list[str]
    path: str | None
    handler: Value
    guards: list[Applied]
    file: str
    line: int


@dataclass(eq=False)
class MountEntry:
    """A router under another."""

    child: Router
    prefix: str | None
    guards: list[Applied]
    file: str
    line: int


@dataclass(eq=False)
class Router:
    """What a framework's constructor makes; groups are views of it."""

    framework: str
    file: str
    line: int
    certain: bool = True
    """False for one that came in as an argument nobody was seen to give."""
    guards: list[Applied] = field(default_factory=list)
    routes: list[RouteEntry] = field(default_factory=list)
    mounts: list[MountEntry] = field(default_factory=list)
    uses: list[tuple[str | None, Applied]] = field(default_factory=list)
    mounted: bool = False


@dataclass(eq=False)
class View:
    """A router as a name sees it: behind a prefix, with middleware of its own."""

    router: Router
    prefix: str | None = ""
    guards: list[Applied] = field(default_factory=list)
    whole: bool = True
    """False for a group."""


@dataclass(eq=False)
class Pending:
    """A route under construction by chained calls (gorilla/mux)."""

    view: View
    entry: RouteEntry
    prefix: bool = False


class Scope:
    """Names in a function, and where they are looked up next."""

    __slots__ = ("file", "names", "outer", "package")

    def __init__(self, package: str, file: str, outer: Scope | None = None) -> None:
        self.names: dict[str, Value] = {}
        self.outer = outer
        self.package = package
        self.file = file

    def find(self, name: str) -> Scope | None:
        """The scope that holds a name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope
            scope = scope.outer
        return None
