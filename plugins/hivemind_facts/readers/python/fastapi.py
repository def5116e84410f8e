"""FastAPI and Starlette: applications, routers, mounts, dependencies."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.readers.python.fastapi_guards import Dependencies, Verdict, guard, is_dependency, unwrap
from hivemind_facts.readers.python.fastapi_middleware import apply_middleware
from hivemind_facts.readers.python.fastapi_routes import describe
from hivemind_facts.readers.python.program import Program, program_of
from hivemind_facts.readers.python.values import UNKNOWN, Bound, Cls, Event, Func, Obj, Value, leaf, made_by
from hivemind_facts.readers.python.web import braces, handler_name, identity, strings, text
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import Guard, Route, RouteGraph

APPS = ("FastAPI", "Starlette")
ROUTERS = ("APIRouter", "Router")
METHODS = ("get", "post", "put", "patch", "delete", "options", "head", "trace")
_PACKAGES = ("fastapi", "starlette")


class FastApi:
    """Reads FastAPI and Starlette."""

    name = "fastapi"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints of every application."""
        program = program_of(repository)
        routers = _routers(program)
        if not routers:
            return
        graph = RouteGraph()
        builder = _Builder(program, graph)
        mounted = _mounted(routers)
        for router in routers:
            builder.declare(router, id(router) not in mounted)
        for router in routers:
            builder.contents(router)
        yield from apply_middleware(graph.resolve(), [r for r in routers if made_by(r, *APPS)], builder.dependencies)
        yield from builder.unresolved


def _routers(program: Program) -> list[Obj]:
    return [obj for obj in program.objects(*APPS, *ROUTERS) if _is_ours(obj)]


def _mounted(routers: list[Obj]) -> set[int]:
    """The applications that another one mounts: they are no roots, and their own root path says nothing."""
    events = [
        event for router in routers for event in router.events if event.name.rpartition(".")[2] in ("mount", "host")
    ]
    targets = [_router(event.arg(1, "app")) for event in events]
    for router in routers:
        stack = _listed(router.arg(1, "routes") if made_by(router, *APPS) else router.arg(0, "routes"))
        while stack:
            route = stack.pop()
            if isinstance(route, Obj) and leaf(route.cls) == "Mount":
                targets.append(_router(route.arg(1, "app")))
                stack += _listed(route.kwargs.get("routes"))
    return {id(target) for target in targets if target is not None}


def _is_ours(obj: Obj) -> bool:
    cls = obj.cls
    names = cls.foreign() if isinstance(cls, Cls) else [getattr(cls, "name", "")]
    return any(name.partition(".")[0] in (*_PACKAGES, "fastapi_utils", "fastapi_versioning") for name in names)


class _Builder:
    """Tells the graph of routes what the routers hold."""

    def __init__(self, program: Program, graph: RouteGraph) -> None:
        self.program = program
        self.graph = graph
        self.dependencies = Dependencies(program.machine)
        self.unresolved: list[Yielded] = []

    def declare(self, router: Obj, root: bool) -> None:
        """Declare a router with its own prefix and dependencies."""
        app = made_by(router, *APPS)
        prefix = router.kwargs.get("root_path" if app else "prefix", "")
        if not app and prefix == "" and "prefix" in router.attrs:
            prefix = router.attrs["prefix"]
        if app and not (root and isinstance(prefix, str)):
            prefix = ""  # a root path that comes from the environment is empty by default
        self.graph.router(
            identity(router),
            prefix=None if not isinstance(prefix, str) else braces(prefix),
            guards=self.guards(router.kwargs.get("dependencies"), router.path, router.line, default=False),
            root=app and root,
            file=router.path,
            line=router.line,
        )

    def guards(self, value: Value, path: str, line: int, *, default: bool) -> tuple[Guard, ...]:
        """The guards in a list of dependencies."""
        found = []
        for dependency in value if isinstance(value, list | tuple) else []:
            if is_dependency(dependency):
                verdict = self.dependencies.verdict(dependency.arg(0, "dependency"), path, line)
                if verdict is not None:
                    found.append(
                        guard(verdict, default=default, roles=tuple(strings(dependency.kwargs.get("scopes", []))))
                    )
            elif dependency is UNKNOWN:
                found.append(Guard("unknown", f"a dependency that is not constant ({path}:{line})", default=default))
        return tuple(found)

    def contents(self, router: Obj) -> None:
        """Tell what a router holds: routes, mounts, included routers."""
        for route in _listed(
            router.arg(1, "routes") if made_by(router, "Starlette", "FastAPI") else router.arg(0, "routes")
        ):
            self._starlette(router, route)
        for event in router.events:
            name = event.name.rpartition(".")[2]
            if name in METHODS or (name in ("api_route", "route") and event.decorated is not None):
                self._route(router, event, event.decorated)
            elif name in ("add_api_route", "add_route"):
                self._route(router, event, event.arg(1, "endpoint", event.arg(1, "route")))
            elif name == "include_router":
                self._include(router, event)
            elif event.name.endswith("routes.append") and event.args:
                self._starlette(router, event.args[0])
            elif name in ("mount", "host"):
                self._mount(router, event, event.arg(1, "app"), event.arg(0, "path"))

    def _include(self, router: Obj, event: Event) -> None:
        child = _router(event.arg(0, "router"))
        if child is None:
            self._foreign(router, event)
            return
        prefix = event.kwargs.get("prefix", event.args[1] if len(event.args) > 1 else "")
        self.graph.mount(
            identity(router),
            identity(child),
            prefix=None if not isinstance(prefix, str) else braces(prefix),
            guards=self.guards(event.kwargs.get("dependencies"), event.path, event.line, default=False),
            file=event.path,
            line=event.line,
        )

    def _foreign(self, router: Obj, event: Event) -> None:
        from hivemind_facts.models import Unresolved

        value = event.arg(0, "router")
        library = leaf(value)
        reason = f"routes made at run time by {library}" if library else "a router that is not constant is included"
        self.unresolved.append(Unresolved(what="mount", reason=reason, file=event.path, line=event.line))
        del router

    def _mount(self, router: Obj, event: Event | Obj, app: Value, prefix: Value) -> None:
        child = _router(app)
        if child is None:
            return  # static files and the like
        self.graph.mount(
            identity(router),
            identity(child),
            prefix=braces(prefix) if isinstance(prefix, str) else None,
            file=event.path,
            line=event.line,
        )

    def _route(self, router: Obj, event: Event, handler: Value) -> None:
        name = event.name.rpartition(".")[2]
        path = text(event.arg(0, "path", event.arg(0, "path", "" if name in METHODS else None)))
        if name in METHODS:
            methods = [name.upper()]
        else:
            methods = [
                m.upper() for m in strings(event.kwargs.get("methods", event.args[2] if len(event.args) > 2 else []))
            ]
            methods = methods or ["GET"]
        guards = self.guards(event.kwargs.get("dependencies"), event.path, event.line, default=False)
        if isinstance(handler, Func):
            guards += self._of_handler(handler)
        line = handler.line if isinstance(handler, Func | Cls) and event.decorated is handler else event.line
        facts = describe(self.dependencies, handler, path or "", event.kwargs)
        for method in methods:
            self.graph.route(
                identity(router),
                Route(
                    method=method,
                    path=braces(path) if path is not None else None,
                    handler=handler_name(handler),
                    file=event.path,
                    line=line,
                    framework="fastapi" if name != "add_route" else "starlette",
                    guards=guards,
                    **facts(method),
                ),
            )

    def _of_handler(self, handler: Func) -> tuple[Guard, ...]:
        found = []
        classes = [one for one in handler.owner.mro() if isinstance(one, Cls)] if handler.owner else []
        owners: list[Func | Cls] = [handler, *classes]
        for owner in owners:
            for verdict, roles in self._verdicts(owner):
                found.append(guard(verdict, roles=roles))
        for decorator in handler.decorators:
            if leaf(decorator) in ("requires", "login_required", "auth_required") and isinstance(decorator, Obj):
                roles = tuple(strings(decorator.arg(0, "scopes", [])))
                found.append(Guard("required", f"{leaf(decorator)} ({handler.path}:{handler.line})", roles))
        if all(one.auth != "required" for one in found) and self.dependencies.handler(handler):
            found.append(Guard("required", f"{handler.qualname} denies by itself ({handler.path}:{handler.line})"))
        return tuple(found)

    def _verdicts(self, owner: Func | Cls) -> Iterator[tuple[Verdict, tuple[str, ...]]]:
        machine = self.dependencies
        if isinstance(owner, Func):
            pairs = [(note, default) for _, _, note, default in owner.args]
            env = owner.env
        else:
            env = owner.env
            pairs = [(note, None) for note in owner.annotations.values()]
            for value in owner.names.values():
                if is_dependency(value):
                    verdict = machine.verdict(value.arg(0, "dependency"), owner.path, owner.line)
                    if verdict is not None:
                        yield verdict, tuple(strings(value.kwargs.get("scopes", [])))
        for note, default in pairs:
            kind, metadata = unwrap(machine.peek(note, env))
            for value in [*metadata, machine.peek(default, env)]:
                if is_dependency(value):
                    inner = value.arg(0, "dependency")
                    verdict = machine.verdict(kind if inner is None else inner, owner.path, owner.line)
                    if verdict is not None:
                        yield verdict, tuple(strings(value.kwargs.get("scopes", [])))

    def _starlette(self, router: Obj, route: Value) -> None:
        if not isinstance(route, Obj):
            return
        kind = leaf(route.cls)
        if kind == "Mount":
            app = route.arg(1, "app")
            inner = _listed(route.kwargs.get("routes"))
            if inner:
                self.graph.router(identity(route), file=route.path, line=route.line)
                for one in inner:
                    self._starlette(route, one)
                prefix = text(route.arg(0, "path"))
                self.graph.mount(
                    identity(router), identity(route), prefix=braces(prefix) if prefix is not None else None
                )
            else:
                self._mount(router, route, app, route.arg(0, "path"))
        elif kind in ("Route", "APIRoute"):
            self._starlette_route(router, route)

    def _starlette_route(self, router: Obj, route: Obj) -> None:
        handler = route.arg(1, "endpoint")
        path = text(route.arg(0, "path"))
        methods = [m.upper() for m in strings(route.kwargs.get("methods", []))]
        if isinstance(handler, Cls):
            methods = methods or [m.upper() for m in METHODS if isinstance(handler.find(m), Func)]
        guards = self._of_handler(handler) if isinstance(handler, Func) else ()
        for method in methods or ["GET"]:
            self.graph.route(
                identity(router),
                Route(
                    method=method,
                    path=braces(path) if path is not None else None,
                    handler=handler_name(handler),
                    file=route.path,
                    line=route.line,
                    framework="starlette",
                    guards=guards,
                    **describe(self.dependencies, handler, path or "", {})(method),
                ),
            )


def _listed(value: Value) -> list[Value]:
    return list(value) if isinstance(value, list | tuple) else []


def _router(value: Value) -> Obj | None:
    """The router that a value is, also inside wrappers such as a middleware around an application."""
    for _ in range(4):
        if made_by(value, *APPS, *ROUTERS):
            return value if isinstance(value, Obj) else None
        if isinstance(value, Bound) and value.name == "router" and isinstance(value.base, Obj):
            value = value.base
        elif isinstance(value, Obj) and isinstance(value.cls, Cls):
            found = [v for v in value.attrs.values() if made_by(v, *APPS, *ROUTERS)]
            value = found[0] if len(found) == 1 else None
        else:
            return None
    return None
