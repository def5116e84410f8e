"""Routers that are values of a program: Express and Koa share their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hivemind_facts.models import Endpoint, Parameter, Unresolved
from hivemind_facts.readers.javascript import guards
from hivemind_facts.readers.javascript.paths import braces
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Ext,
    Func,
    Method,
    Obj,
    Site,
    Text,
    Unknown,
    Value,
    hint_of,
)
from hivemind_facts.routes import Guard, Route, RouteGraph

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "all", "del", "search", "propfind", "any")
_PATH_LIKE = re.compile(r"prefix|path|base|url|root|config\.|settings|version", re.IGNORECASE)


@dataclass(eq=False)
class Web:
    """What all routers of one reader add to."""

    framework: str
    graph: RouteGraph = field(default_factory=RouteGraph)
    routers: list[Router] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    exempt: dict[str, list[Value]] = field(default_factory=dict)
    """Evidence of a guard: the paths that its `unless` leaves open."""

    def trouble(self, what: str, reason: str, site: Site) -> None:
        """Note what could not be resolved."""
        self.unresolved.append(Unresolved(what=what, reason=reason, file=site.file, line=site.line))

    def facts(self) -> Iterator[Endpoint | Unresolved]:
        """Everything that was found."""
        for router in self.routers:
            self.graph.router(
                router.name, root=router.root and not router.mounted, file=router.site.file, line=router.site.line
            )
        for fact in self.graph.resolve():
            yield left_open(fact, self.exempt) if isinstance(fact, Endpoint) else fact
        yield from self.unresolved


def left_open(endpoint: Endpoint, exempt: dict[str, list[Value]]) -> Endpoint:
    """An endpoint whose guard leaves its path open has none."""
    for path in exempt.get(endpoint.auth_evidence, ()):
        only = None
        if isinstance(path, Obj):
            only = path.props.get("methods") or path.props.get("method")
            path = path.props.get("url") or path.props.get("path")
        methods = [m for m in (only.items if isinstance(only, Arr) else [only]) if isinstance(m, str)]
        if methods and endpoint.method not in [method.upper() for method in methods]:
            continue
        if _covers(path, endpoint.path):
            return endpoint.model_copy(
                update={"auth": "none", "auth_evidence": f"the path is left open by {endpoint.auth_evidence}"}
            )
    return endpoint


def _covers(path: Value, actual: str) -> bool:
    if isinstance(path, str):
        return braces(path)[0].rstrip("/") == actual.rstrip("/")
    if isinstance(path, Unknown) and path.hint.startswith("/") and len(path.hint) < 80:
        pattern = path.hint.strip("/").replace("\\/", "/")
        literal = re.sub(r"[\^$]|\(\.\*\)|\.\*|\\", "", pattern)
        return bool(literal) and actual.startswith(literal)
    return False


@dataclass(eq=False)
class Router:
    """A router or an application."""

    web: Web
    site: Site
    root: bool = False
    prefix: str = ""
    unknown: bool = False
    """Its own prefix is not constant."""
    mounted: bool = False
    applied: list[tuple[str, Guard]] = field(default_factory=list)
    props: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web.routers.append(self)
        self.name = f"{self.site}#{len(self.web.routers)}"

    def assign(self, name: str, value: Value) -> None:
        """`app.locals = ...`."""
        self.props[name] = value

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """A property, mostly a method that adds to the router."""
        if name in self.props:
            return self.props[name]
        if name in METHODS:
            return Method(name, lambda machine, args, site: self.verb(machine, name, args, site))
        known = {
            "use": self.use,
            "route": self.route,
            "routes": lambda _machine, _args, _site: self,
            "middleware": lambda _machine, _args, _site: self,
            "prefix": self._prefixed,
            "register": self._register,
            "[]": self._dynamic,
        }
        if name in known:
            return Method(name, known[name])
        if name in ("callback", "listen", "address", "close"):
            return Method(name, self._started)
        if name in ("router", "_router"):
            return self
        return Method(name, lambda _machine, _args, _site: self)

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """`app(req, res)`: serving a request."""
        return UNDEFINED

    def _started(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        machine.callbacks(args, site)
        return Ext("server")

    def _prefixed(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        if args and isinstance(args[0], str):
            self.prefix = args[0]
        return self

    def _dynamic(self, _machine: Interpreter, args: list[Value], site: Site) -> Value:
        where = args[0] if args and isinstance(args[0], str) else "?"
        self.web.trouble("route", f"the method of {where} is computed", site)
        return self

    def _register(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        if len(args) > 2 and isinstance(args[1], Arr):
            for method in args[1].items:
                if isinstance(method, str):
                    self.verb(machine, method.lower(), [args[0], *args[2:]], site)
        return self

    def route(self, _machine: Interpreter, args: list[Value], _site: Site) -> Value:
        """`router.route(path)`."""
        return Chain(self, args[0] if args else UNDEFINED)

    def verb(self, machine: Interpreter, method: str, args: list[Value], site: Site) -> Value:
        """`router.get(path, ...)`."""
        if len(args) < 2:
            return Unknown("setting") if method == "get" else self
        path, rest = args[0], args[1:]
        if len(rest) > 1 and isinstance(rest[0], str):
            path, rest = rest[0], rest[1:]  # Koa's named routes
        handlers = flat(rest)
        if not handlers or not _may_handle(handlers[-1]):
            return self
        for each in path.items if isinstance(path, Arr) else [path]:
            self.add(machine, method, each, handlers, site)
        return self

    def add(self, machine: Interpreter, method: str, path: Value, handlers: list[Value], site: Site) -> None:
        """Add one route."""
        if path in ("*", "/*", "/{*splat}", "/*splat", "(.*)") and method in ("all", "options"):
            return  # what answers when nothing else does, and preflights
        verb = {"all": "ANY", "any": "ANY", "del": "DELETE"}.get(method, method.upper())
        own = self._judged(machine, handlers[:-1], site)
        inner = guards.inside_handler(unwrapped(handlers[-1]), site)
        if inner is not None and not any(guard.auth == "required" for guard in own):
            own = (*own, inner)
        for text in self._paths(path, site):
            before = tuple(guard for prefix, guard in self.applied if text is None or _below(text, prefix))
            self.web.graph.route(
                self.name,
                Route(
                    method=verb,
                    path=None if text is None or self.unknown else self.prefix + text,
                    handler=label(handlers[-1]),
                    file=site.file,
                    line=site.line,
                    framework=self.web.framework,
                    guards=(*before, *own),
                    parameters=tuple(
                        Parameter(name=name, location="path", required=True)
                        for name in re.findall(r"\{(\w+)\}", text or "")
                    ),
                ),
            )

    def _paths(self, path: Value, site: Site) -> list[str | None]:
        if isinstance(path, str):
            return list(braces(path))
        if isinstance(path, Unknown) and path.hint.startswith("/") and path.hint.endswith("/"):
            self.web.trouble("route", f"the path is a regular expression: {path.hint}", site)
            return []
        return [None]

    def _judged(self, machine: Interpreter, values: list[Value], site: Site) -> tuple[Guard, ...]:
        found: list[Guard] = []
        for value in values:
            guard = guards.judge(machine, value, site)
            if guard is not None:
                found.append(guard)
                open_ = _left_open(value) if isinstance(value, Ext) and value.path.endswith(".unless()") else []
                open_ += guards.exempt(machine, value)
                if open_:
                    self.web.exempt[guard.evidence] = open_
        return tuple(found)

    def use(self, machine: Interpreter, args: list[Value], site: Site) -> Value:
        """`router.use([path], middleware or router, ...)`."""
        first = args[0] if args else UNDEFINED
        several = isinstance(first, Arr) and bool(first.items) and all(isinstance(each, str) for each in first.items)
        pathless = not isinstance(first, str | Text | Unknown) and not several
        if isinstance(first, Unknown) and len(args) == 1:
            pathless = True
        if isinstance(first, Ext) and len(args) > 1 and _PATH_LIKE.search(first.path.rsplit("/", 1)[-1]):
            pathless, first = False, Unknown(first.path)
        prefixes: list[Value] = [""] if pathless else (first.items if isinstance(first, Arr) else [first])
        values = flat(args if pathless else args[1:])
        for prefix in prefixes:
            self._use(machine, prefix, values, site)
        return self

    def _use(self, machine: Interpreter, prefix: Value, values: list[Value], site: Site) -> None:
        text = braces(prefix)[0] if isinstance(prefix, str) else None
        own: tuple[Guard, ...] = ()
        for value in values:
            child = router_in(value)
            if child is not None and child is not self:
                child.mounted = True
                before = tuple(
                    guard
                    for where, guard in self.applied
                    if text is None or _below(text, where) or where.startswith(text or "/")
                )
                whole = None if text is None else self.prefix + text
                self.web.graph.mount(
                    self.name, child.name, prefix=whole, guards=(*before, *own), file=site.file, line=site.line
                )
                continue
            own += self._judged(machine, [value], site)
            if text and isinstance(value, Func) and len(value.node[3]) == 2 and not own:
                self.add(machine, "all", prefix, [value], site)
            elif text and isinstance(value, Ext) and value is values[-1] and _serves(value):
                self.web.trouble("route", f"routes below {text} are made by {value.path} at run time", site)
            elif isinstance(value, Unknown) and text and value is values[-1] and not value.hint.startswith("/"):
                self.web.trouble("mount", f"what is mounted at {text} is not known: {value.hint}", site)
        if own and not any(router_in(value) is not None for value in values):
            self.applied += [(text or "", guard) for guard in own]


def _serves(value: Ext) -> bool:
    words = (
        "graphql",
        "apollo",
        "swagger",
        "static",
        "serve",
        "proxy",
        "admin",
        "trpc",
        "auth",
        "yoga",
        "bull",
        "middleware",
    )
    return any(word in value.path.lower() for word in words) and "parser" not in value.path.lower()


def _below(path: str, prefix: str) -> bool:
    bare = prefix.rstrip("/").removesuffix("/{path}")
    return not bare or path == bare or path.startswith(bare + "/")


def _left_open(value: Ext) -> list[Value]:
    options = value.args[0] if value.args else None
    path = options.props.get("path") if isinstance(options, Obj) else None
    return list(path.items) if isinstance(path, Arr) else [path]


def flat(values: list[Value]) -> list[Value]:
    """Arguments with arrays opened."""
    found: list[Value] = []
    for value in values:
        found += flat(value.items) if isinstance(value, Arr) else [value]
    return found


def router_in(value: Value) -> Router | None:
    """The router that a value is or stands for."""
    if isinstance(value, Router):
        return value
    if isinstance(value, Obj):
        for name in ("default", "router", "routes", "app", "__base__"):
            inner = value.props.get(name)
            if isinstance(inner, Router):
                return inner
    member = getattr(value, "module", None)
    if member is not None:
        inner = member.scope.names.get("*default*") or member.scope.names.get("router")
        return inner if isinstance(inner, Router) else None
    if isinstance(value, Ext):
        return next((arg for arg in value.args if isinstance(arg, Router)), None)
    return None


def unwrapped(value: Value) -> Value:
    """The handler inside of wrappers such as `asyncHandler(handler)`."""
    for _ in range(4):
        if isinstance(value, Ext) and value.args:
            inner = next((arg for arg in value.args if isinstance(arg, Func | Ext)), None)
            if inner is None:
                return value
            value = inner
        else:
            break
    if isinstance(value, Func) and value.label.endswith(("<anonymous>", "()")) and "module" not in value.scope.names:
        return next(
            (inner for inner in value.scope.names.values() if isinstance(inner, Func) and inner is not value), value
        )
    return value


def label(value: Value) -> str:
    """How a handler is called."""
    value = unwrapped(value)
    if isinstance(value, Func):
        name = guards.name_of(value)
        return name if not name.endswith("<anonymous>") else f"<anonymous> ({value.site})"
    return hint_of(value)


def _may_handle(value: Value) -> bool:
    if isinstance(value, Obj):
        return bool(value.open or value.cls)
    return value is not None and not isinstance(value, str | int | float | bool | Text | Arr)


@dataclass(eq=False)
class Chain:
    """`router.route(path)`: verbs follow without a path."""

    router: Router
    path: Value
    applied: list[Value] = field(default_factory=list)

    def member(self, machine: Interpreter, name: str) -> Value:  # noqa: ARG002
        """A verb."""
        return Method(name, lambda machine, args, site: self._verb(machine, name, args, site))

    def _verb(self, machine: Interpreter, name: str, args: list[Value], site: Site) -> Value:
        handlers = flat(args)
        if name == "all" and len(handlers) and _passes_on(handlers[-1]):
            self.applied += handlers
        elif name in METHODS and handlers and _may_handle(handlers[-1]):
            self.router.verb(machine, name, [self.path, *self.applied, *handlers], site)
        return self

    def call(self, machine: Interpreter, args: list[Value], site: Site) -> Value:  # noqa: ARG002
        """It is not called."""
        return self


def _passes_on(value: Value) -> bool:
    return (isinstance(value, Func) and len(value.node[3]) >= 3) or isinstance(value, Ext)
