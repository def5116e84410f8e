"""Django and Django REST framework: URL patterns from the root down, with the methods of each view."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.models import Unresolved
from hivemind_facts.readers.python.django_guards import Permissions
from hivemind_facts.readers.python.django_paths import from_regex, from_route
from hivemind_facts.readers.python.django_views import Answer, ForeignView, answers
from hivemind_facts.readers.python.drf_routers import is_router, routes
from hivemind_facts.readers.python.program import Program, program_of
from hivemind_facts.readers.python.values import UNKNOWN, Bound, Env, Ext, Mod, Obj, Value, leaf, name_of
from hivemind_facts.readers.python.web import path_parameters
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import Guard, Route, RouteGraph

MAX_DEPTH = 24


class Django:
    """Reads Django's URL configuration."""

    name = "django"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints of every Django project."""
        program = program_of(repository)
        roots = list(_roots(program))
        if not roots:
            return
        walker = _Walker(program)
        for name, path in roots:
            walker.graph.router(name, root=True, guards=walker.everywhere(), file=path, line=1)
            walker.patterns(name, program.machine.member(Mod(path), "urlpatterns"), path, 0)
        yield from walker.graph.resolve()
        yield from walker.unresolved


def _roots(program: Program) -> Iterator[tuple[str, str]]:
    """The root URL configurations, from the settings; else every `urls.py` that no other includes."""
    machine = program.machine
    seen: set[str] = set()
    for _, settings in machine.django_settings:
        named = machine.member(Mod(settings), "ROOT_URLCONF")
        if isinstance(named, str):
            found = machine.named(named, Env({}, settings))
            if isinstance(found, Mod) and found.path not in seen:
                seen.add(found.path)
                yield found.path, found.path
    if not seen and machine.django_settings:
        for path in sorted(machine.modules):
            if path.endswith("/urls.py") and path.count("/") == min(
                p.count("/") for p in machine.modules if p.endswith("/urls.py")
            ):
                yield path, path


class _Walker:
    """Walks URL patterns into the graph of routes."""

    def __init__(self, program: Program) -> None:
        self.machine = program.machine
        self.program = program
        self.graph = RouteGraph()
        self.permissions = Permissions(program.machine)
        self.unresolved: list[Unresolved] = []
        self._count = 0

    def everywhere(self) -> tuple[Guard, ...]:
        """The guard that a middleware of the settings puts before every view."""
        middleware = self.machine.django_setting("MIDDLEWARE")
        for name in middleware if isinstance(middleware, list | tuple) else ():
            if isinstance(name, str) and name.endswith("LoginRequiredMiddleware"):
                return (Guard("required", f"{name} in MIDDLEWARE", default=True),)
        return ()

    def patterns(self, parent: str, value: Value, path: str, depth: int) -> None:
        """Put a list of patterns on a router of the graph."""
        if depth > MAX_DEPTH:
            return
        if isinstance(value, Bound | Obj) and not isinstance(value, list):
            value = [value]
        if not isinstance(value, list | tuple):
            self._cannot(f"the URL patterns of {path} are not constant", path, 1)
            return
        for item in value:
            self._pattern(parent, item, path, depth)

    def _pattern(self, parent: str, item: Value, path: str, depth: int) -> None:
        if isinstance(item, list | tuple):
            self.patterns(parent, list(item), path, depth + 1)
        elif isinstance(item, Bound) and item.name == "urls":
            self._include(parent, item, "", path, 1, depth)
        elif isinstance(item, Obj) and leaf(item.cls) in ("path", "re_path", "url"):
            self._route(parent, item, depth)
        elif isinstance(item, Obj) and leaf(item.cls) == "i18n_patterns":
            name = self._node(parent, "{language}", item)
            self.patterns(name, item.args, path, depth + 1)
        elif isinstance(item, Obj) and leaf(item.cls) in ("format_suffix_patterns", "patterns", "decorator_include"):
            inner = item.args[0] if leaf(item.cls) == "format_suffix_patterns" and item.args else item.args[1:]
            self.patterns(parent, inner, path, depth + 1)
        elif isinstance(item, Obj) and leaf(item.cls) in ("static", "staticfiles_urlpatterns"):
            return
        elif item is UNKNOWN or isinstance(item, Ext | Obj | Bound):
            shown = name_of(item) or "something that is not constant"
            self._cannot(
                f"routes made at run time by {shown}",
                item.path if isinstance(item, Obj) else path,
                getattr(item, "line", 1),
            )

    def _node(self, parent: str, prefix: str | None, item: Obj) -> str:
        self._count += 1
        name = f"{item.path}:{item.line}:{self._count}"
        self.graph.router(name, file=item.path, line=item.line)
        self.graph.mount(parent, name, prefix=prefix, file=item.path, line=item.line)
        return name

    def _route(self, parent: str, item: Obj, depth: int) -> None:
        route, view = item.arg(0, "route", item.arg(0, "regex")), item.arg(1, "view")
        if isinstance(route, Obj) and route.args:
            route = route.args[0]  # a translated route
        shape: str | None = None
        if isinstance(route, str):
            shape = from_route(route) if leaf(item.cls) == "path" else from_regex(route)
        if isinstance(view, str) and leaf(item.cls) == "url":
            view = self.machine.named(view, Env({}, item.path))
        wrapped = view
        while isinstance(wrapped, Obj) and leaf(wrapped.cls) not in ("include", "as_view") and wrapped.args:
            wrapped = wrapped.args[0]
        if isinstance(wrapped, Obj) and leaf(wrapped.cls) == "include":
            self._include(parent, wrapped.arg(0, "arg"), shape, item.path, item.line, depth)
        elif isinstance(view, list | tuple) or (isinstance(view, Bound | Ext) and leaf(view) == "urls"):
            self._include(parent, view, shape, item.path, item.line, depth)
        else:
            self._view(parent, item, view, shape)

    def _view(self, parent: str, item: Obj, view: Value, shape: str | None) -> None:
        try:
            for answer in answers(view, self.permissions, item.path, item.line):
                self.graph.route(parent, _as_route(shape, answer))
        except ForeignView as error:
            self._cannot(f"{shape!r} is answered by {error}, whose methods are not in the code", item.path, item.line)

    def _include(self, parent: str, target: Value, prefix: str | None, path: str, line: int, depth: int) -> None:
        here = Obj(Ext("include"), path=path, line=line)
        if isinstance(target, tuple) and target and not (isinstance(target[0], Obj) and leaf(target[0].cls) == "path"):
            target = target[0]
        if isinstance(target, Bound) and isinstance(target.base, Obj) and target.name in ("urls", "get_urls"):
            router = target.base
            if is_router(router):
                self._router(self._node(parent, prefix, here), router)
                return
            if leaf(router) in ("NinjaAPI", "NinjaExtraAPI"):
                name = self._node(parent, prefix, here)
                from hivemind_facts.readers.python.ninja import put

                put(self.graph, name, router, self.permissions)
                return
        if isinstance(target, str):
            found = self.machine.named(target, Env({}, path))
            target = target if found is UNKNOWN else found
        if isinstance(target, Mod):
            name = self._node(parent, prefix, here)
            self.patterns(name, self.machine.member(target, "urlpatterns"), target.path, depth + 1)
        elif isinstance(target, list | tuple):
            self.patterns(self._node(parent, prefix, here), list(target), path, depth + 1)
        else:
            shown = target if isinstance(target, str) else name_of(target) or "something that is not constant"
            self._cannot(f"routes made at run time by {shown} under {prefix!r}", path, line)

    def _router(self, name: str, router: Obj) -> None:
        for routed in routes(router, self.permissions):
            if isinstance(routed, tuple):
                event, reason = routed
                self._cannot(reason, event.path, event.line)
            else:
                self.graph.route(name, _as_route(routed.path, routed.answer))

    def _cannot(self, reason: str, path: str, line: int) -> None:
        self.unresolved.append(Unresolved(what="mount", reason=reason, file=path, line=line))


def _as_route(path: str | None, answer: Answer) -> Route:
    return Route(
        method=answer.method,
        path=path,
        handler=answer.handler,
        file=answer.file,
        line=answer.line,
        framework=answer.framework,
        guards=answer.guards,
        parameters=path_parameters(path or ""),
        request_type=answer.request_type,
        response_type=answer.response_type,
        paginated=answer.paginated,
        summary=answer.summary,
    )
