"""Flask and what is built on it: applications, blueprints, RESTful and RESTX resources, smorest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.models import Unresolved
from hivemind_facts.readers.python.anonymous import Anonymous
from hivemind_facts.readers.python.flask_views import VERBS, View, denied, rule_parameters, views
from hivemind_facts.readers.python.program import Program, program_of
from hivemind_facts.readers.python.values import (
    MISSING,
    UNKNOWN,
    Bound,
    Cls,
    Env,
    Event,
    Func,
    Obj,
    Value,
    leaf,
    made_by,
)
from hivemind_facts.readers.python.web import braces, identity, strings
from hivemind_facts.readers.python.wrappers import guard_of
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import Guard, Route, RouteGraph

APPS = ("Flask", "Quart", "APIFlask", "OpenAPI", "Connexion")
BLUEPRINTS = ("Blueprint", "APIBlueprint")
RESOURCES = ("Api", "RestApi", "Namespace", "namespace")
_LIBRARIES = ("flask", "quart", "apiflask", "flask_openapi3", "sanic")
_AUTH = re.compile(r"auth|login|logged|token|jwt|permission|require|user|session|protect", re.IGNORECASE)
_ADMIN = ("Admin", "AppBuilder", "Dash")


class Flask:
    """Reads Flask."""

    name = "flask"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints of every application."""
        program = program_of(repository)
        routers = [obj for obj in program.objects(*APPS, *BLUEPRINTS, *RESOURCES) if _ours(obj)]
        if not routers:
            return
        builder = _Builder(program, routers)
        for router in routers:
            builder.declare(router)
        for router in routers:
            builder.contents(router)
        builder.borrowed()
        yield from builder.graph.resolve()
        yield from builder.unresolved


def _ours(obj: Obj) -> bool:
    cls = obj.cls
    if isinstance(cls, Bound):
        return isinstance(cls.base, Obj) and _ours(cls.base)
    names = cls.foreign() if isinstance(cls, Cls) else [getattr(cls, "name", "")]
    return any(name.startswith(_LIBRARIES) for name in names)


class _Builder:
    """Tells the graph of routes what applications, blueprints and APIs hold."""

    def __init__(self, program: Program, routers: list[Obj]) -> None:
        self.graph = RouteGraph()
        self.machine = Anonymous(program.machine)
        self.program = program
        self.routers = routers
        self.unresolved: list[Yielded] = []

    def declare(self, router: Obj) -> None:
        """Declare an application, blueprint, API or namespace, with the guards on it."""
        app = made_by(router, *APPS)
        prefix: Value = ""
        if made_by(router, "Api", "RestApi"):
            prefix = router.kwargs.get("prefix", router.args[1] if len(router.args) > 1 else "")
            prefix = prefix if isinstance(prefix, str) or prefix is UNKNOWN else ""
        elif app:
            prefix = self._dispatched(router)
        self.graph.router(
            identity(router),
            prefix=_prefix(prefix),
            guards=self._before(router),
            root=app,
            file=router.path,
            line=router.line,
        )

    def _dispatched(self, app: Obj) -> str:
        """The path that a `DispatcherMiddleware` puts an application under."""
        for made in self.program.objects("DispatcherMiddleware"):
            table = made.arg(1, "mounts")
            for prefix, target in table.items() if isinstance(table, dict) else ():
                while isinstance(target, Bound):
                    target = target.base
                if target is app and isinstance(prefix, str):
                    return prefix
        return ""

    def _before(self, router: Obj) -> tuple[Guard, ...]:
        found: list[Guard] = []
        for event in router.events:
            if event.name in ("before_request", "before_app_request"):
                func = event.decorated if isinstance(event.decorated, Func) else event.arg(0, "f")
                if isinstance(func, Func):
                    found += self._hook(func)
                elif isinstance(func, Obj | Bound):
                    standin = Cls("before_request", [], {}, {}, {}, Env({}, event.path), event.path, event.line)
                    found += [guard for guard in [guard_of(func, standin, self.machine)] if guard]
        listed = router.kwargs.get("decorators")
        for decorator in listed if isinstance(listed, list | tuple) else ():
            standin = Cls("decorators", [], {}, {}, {}, Env({}, router.path), router.path, router.line)
            found += [guard for guard in [guard_of(decorator, standin, self.machine)] if guard]
        return tuple(found)

    def _hook(self, func: Func) -> list[Guard]:
        for decorator in func.decorators:
            guard = guard_of(decorator, func, self.machine)
            if guard is not None:
                return [guard]
        where = f"before_request {func.name} ({func.path}:{func.line})"
        verdict = denied(func, self.machine)
        if verdict == "required":
            return [Guard("required", where)]
        if verdict and _AUTH.search(func.name):
            return [Guard("unknown", f"{where} denies under a condition", default=True)]
        return []  # it turns some away (banned addresses, an instance not set up), not those who have not logged in

    def contents(self, router: Obj) -> None:
        """Tell what a router holds."""
        if made_by(router, "Api", "RestApi"):
            self._attach(router)
        elif leaf(router.cls) == "namespace" and isinstance(router.cls, Bound) and isinstance(router.cls.base, Obj):
            self._namespace(router.cls.base, router, router, None)
        for event in router.events:
            name = event.name.rpartition(".")[2]
            if name == "route" or (name in VERBS and (event.decorated is not None)):
                several = isinstance(event.decorated, Cls) and len(event.args) > 1  # a resource of RESTX
                for rule in event.args if several else [event.arg(0, "rule")]:
                    self._rule(router, event, rule, event.decorated, [name.upper()] if name in VERBS else [])
            elif name == "add_url_rule":
                view = event.arg(2, "view_func")
                self._rule(router, event, event.arg(0, "rule"), view, [])
            elif name in ("register_blueprint", "register_api"):
                self._blueprint(router, event)
            elif name in ("add_resource", "resource"):
                self._resource(router, event)
            elif name == "add_namespace":
                self._namespace(router, event.arg(0, "ns"), event, event.arg(1, "path"))

    def _rule(self, router: Obj, event: Event, rule: Value, view: Value, methods: list[str]) -> None:
        given = event.kwargs.get("methods", MISSING)
        if given is UNKNOWN:
            self._cannot("route", "the methods of this route are not constant", event.path, event.line)
            return
        methods = methods or ([m.upper() for m in strings(given)] if given is not MISSING else [])
        if view is None and event.name == "add_url_rule":
            return
        for one in views(
            view, [m for m in methods if m not in ("HEAD", "OPTIONS")], self.machine, event.path, event.line
        ):
            self._put(router, rule, one)

    def _put(self, router: Obj, rule: Value, view: View) -> None:
        path = rule if isinstance(rule, str) else None
        self.graph.route(
            identity(router),
            Route(
                method=view.method,
                path=braces(path) if path is not None else None,
                handler=view.handler,
                file=view.file,
                line=view.line,
                framework="flask",
                guards=view.guards,
                parameters=rule_parameters(path or ""),
                request_type=view.request_type,
                response_type=view.response_type,
                summary=view.summary,
            ),
        )

    def _blueprint(self, router: Obj, event: Event) -> None:
        child = event.arg(0, "blueprint", event.arg(0, "api"))
        if isinstance(child, list | tuple):
            return
        if not made_by(child, *APPS, *BLUEPRINTS):
            self._cannot(
                "mount", f"a blueprint of {leaf(child) or 'unknown origin'} is registered", event.path, event.line
            )
            return
        own = child.kwargs.get("url_prefix", child.args[5] if len(child.args) > 5 else None)
        given = event.kwargs.get("url_prefix", MISSING)
        prefix = own if given is MISSING or given is None else given
        self.graph.mount(
            identity(router),
            identity(child),
            prefix=_prefix("" if prefix is None else prefix),
            file=event.path,
            line=event.line,
        )

    def _attach(self, api: Obj) -> None:
        """Mount an API under the application or blueprint that it was made for or initialised with."""
        targets = [api.arg(0, "app"), api.kwargs.get("blueprint")]
        targets += [event.arg(0, "app") for event in api.events if event.name == "init_app"]
        for target in targets:
            if made_by(target, *APPS, *BLUEPRINTS):
                self.graph.mount(identity(target), identity(api), file=api.path, line=api.line)

    def _namespace(self, api: Obj, namespace: Value, event: Event | Obj, path: Value) -> None:
        if not isinstance(namespace, Obj):
            self._cannot("mount", "a namespace that is not constant is added", event.path, event.line)
            return
        if not isinstance(path, str):
            path = namespace.kwargs.get("path", namespace.args[2] if len(namespace.args) > 2 else None)
        if not isinstance(path, str):
            name = namespace.arg(0, "name")
            path = f"/{name}" if isinstance(name, str) else UNKNOWN
        self.graph.mount(identity(api), identity(namespace), prefix=_prefix(path), file=event.path, line=event.line)

    def _resource(self, router: Obj, event: Event) -> None:
        resource, rules = event.arg(0, "resource"), event.args[1:]
        if event.decorated is not None:
            resource, rules = event.decorated, event.args
        for rule in [*rules, *([event.kwargs["urls"]] if "urls" in event.kwargs else [])]:
            for one in rule if isinstance(rule, list | tuple) else [rule]:
                if isinstance(resource, Cls):
                    for view in views(resource, [], self.machine, event.path, event.line):
                        self._put(router, one, view)
                else:
                    self._cannot("route", "a resource that is not constant is added", event.path, event.line)

    def borrowed(self) -> None:
        """Routes put on `current_app`: they belong to the application, where there is one."""
        apps = [router for router in self.routers if made_by(router, *APPS)]
        for func in self.program.functions:
            for decorator in func.decorators:
                if isinstance(decorator, Obj) and getattr(decorator.cls, "name", "") == "flask.current_app.route":
                    event = Event(apps[0], "route", decorator.args, decorator.kwargs, func.path, func.line, func)
                    if len(apps) == 1:
                        self._rule(apps[0], event, event.arg(0, "rule"), func, [])
                    else:
                        self._cannot("route", "current_app is one of several applications", func.path, func.line)
        for made in self.program.objects(*_ADMIN):
            if _ours(made) or getattr(made.cls, "name", "").startswith("dash"):
                self._cannot("route", f"routes made at run time by {leaf(made)}", made.path, made.line)

    def _cannot(self, what: str, reason: str, path: str, line: int) -> None:
        self.unresolved.append(Unresolved(what=what, reason=reason, file=path, line=line))


def _prefix(value: Value) -> str | None:
    return braces(value) if isinstance(value, str) else None
