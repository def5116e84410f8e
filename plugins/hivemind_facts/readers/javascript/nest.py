"""NestJS: controllers and their decorators, below prefixes, versions and module paths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.models import Endpoint, Parameter, Unresolved
from hivemind_facts.readers.javascript import guards, nest_guards, program
from hivemind_facts.readers.javascript.interpreter import Interpreter
from hivemind_facts.readers.javascript.nest_app import Consumer, Excluded, Middleware, Setup
from hivemind_facts.readers.javascript.paths import braces
from hivemind_facts.readers.javascript.routers import flat
from hivemind_facts.readers.javascript.values import UNDEFINED, Arr, Cls, Ext, Func, Obj, Site, Value
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import Guard, decide, join

VERBS = {"Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "Head": "HEAD"}
VERBS |= {"Options": "OPTIONS", "All": "ANY", "Sse": "GET", "Search": "SEARCH"}
_PLACES = {"Param": "path", "Query": "query", "Body": "body", "Headers": "header"}


class Nest:
    """Reads NestJS applications."""

    name = "nestjs"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield endpoints and what could not be resolved."""
        files = program.digests(repository)
        if not any(program.mentions(digest, "@nestjs/common", "@nestjs/core") for digest in files.values()):
            return
        setup = Setup()
        machine = program.follow(repository, setup.models(), files, "@nestjs/common", "@nestjs/core", "@nestjs/config")
        modules = modules_of(machine, setup)
        yield from _Controllers(machine, setup, modules).read()
        yield from program.limits(machine)


def modules_of(machine: Interpreter, setup: Setup) -> dict[int, str | None]:
    """The path that the module of a controller has, by the node of the controller's class."""
    paths: dict[int, str | None] = {}
    # all decorators first: a module's path is said in another module's imports
    decorated = [(cls, nest_guards.decorations(machine, cls.node[4], cls.scope)) for cls in list(machine.classes)]
    for cls, decorators in decorated:
        for decorator in decorators:
            if (
                nest_guards.name_of(decorator) != "Module"
                or not decorator.args
                or not isinstance(decorator.args[0], Obj)
            ):
                continue
            options = decorator.args[0].props
            if id(cls.node) in setup.module_paths:
                for controller in flat([options.get("controllers", UNDEFINED)]):
                    if isinstance(controller, Cls):
                        paths[id(controller.node)] = setup.module_paths[id(cls.node)]
            for provider in flat([options.get("providers", UNDEFINED)]):
                if isinstance(provider, Obj) and _is_global_guard(provider.props.get("provide")):
                    guard = provider.props.get("useClass", provider.props.get("useExisting"))
                    setup.guards.append((guard, Site(cls.scope.file, cls.node[1])))
        configure = next((m[5] for m in cls.node[5] if m[0] == "method" and m[2] == "configure"), None)
        if configure is not None:
            this = Obj({}, cls, open=True)
            func = machine.function(configure, cls.scope, this=this, name="configure", owner=cls)
            machine.enter(func, [Consumer(setup)], func.site)
    return paths


def _is_global_guard(provide: Value) -> bool:
    return isinstance(provide, Ext) and provide.path.endswith("APP_GUARD")


class _Controllers:
    def __init__(self, machine: Interpreter, setup: Setup, modules: dict[int, str | None]) -> None:
        self._machine = machine
        self._setup = setup
        self._modules = modules

    def read(self) -> Iterator[Endpoint | Unresolved]:
        for cls in list(self._machine.classes):
            decorators = nest_guards.decorations(self._machine, cls.node[4], cls.scope)
            for decorator in decorators:
                if decorator.path.endswith("common.Controller()"):
                    yield from self._controller(cls, decorator, decorators)

    def _controller(self, cls: Cls, decorator: Ext, decorators: list[Ext]) -> Iterator[Endpoint | Unresolved]:
        first = decorator.args[0] if decorator.args else ""
        version: Value = UNDEFINED
        if isinstance(first, Obj):
            version, first = first.props.get("version", UNDEFINED), first.props.get("path", "")
        prefixes = list(first.items) if isinstance(first, Arr) else [first]
        for owner, member in _methods(cls):
            own = nest_guards.decorations(self._machine, member[4], owner.scope)
            for each in own:
                verb = VERBS.get(nest_guards.name_of(each))
                if verb is None or not each.path.endswith("()") or "graphql" in each.path:
                    continue
                given = each.args[0] if each.args else ""
                for prefix in prefixes:
                    for path in given.items if isinstance(given, Arr) else [given]:
                        route = _Route(cls, owner, member, verb, prefix, path, (decorators, own), version)
                        yield from self._endpoints(route)

    def _endpoints(self, route: _Route) -> Iterator[Endpoint | Unresolved]:
        line, file = route.line, route.owner.scope.file
        module = self._modules.get(id(route.cls.node), "")
        parts = (module, route.prefix, route.path)
        prefix = self._setup.prefix
        if not all(isinstance(part, str) for part in parts):
            reason = f"{route.verb} {route.handler}: a part of the path is not constant"
            yield Unresolved(what="route", reason=reason, file=file, line=line)
            return
        inner = join(*(str(part) for part in parts))
        if any(_is_at(each, inner, route.verb) for each in self._setup.excluded):
            prefix = ""
        if prefix is None:
            site = self._setup.prefix_site or Site(file, line)
            yield Unresolved(
                what="prefix",
                reason=f"{route.verb} {inner}: the global prefix set at {site} is not constant",
                file=file,
                line=line,
            )
            return
        auth, evidence, roles = decide(self._guards(route, inner))
        for version in self._versions(route):
            for path in braces(join(prefix, version, inner)):
                yield Endpoint(
                    method=route.verb,
                    path=path,
                    handler=route.handler,
                    file=file,
                    line=line,
                    auth=auth,
                    auth_evidence=evidence,
                    roles=roles,
                    framework="nestjs",
                    parameters=tuple(self._parameters(route)),
                    request_type=_body_type(route.member),
                    response_type=_answer(route.member[5][6]),
                    summary=_summary(route.decorators[1]),
                )

    def _versions(self, route: _Route) -> list[str]:
        if not self._setup.versioned:
            return [""]
        wanted = next(
            (each.args[0] for each in route.decorators[1] if nest_guards.name_of(each) == "Version" and each.args),
            route.version,
        )
        if wanted is UNDEFINED:
            wanted = self._setup.default_version
        found = []
        for each in wanted.items if isinstance(wanted, Arr) else [wanted]:
            neutral = each is UNDEFINED or not isinstance(each, str | int)
            found.append("" if neutral else f"{self._setup.version_prefix}{each}")
        return list(dict.fromkeys(found))

    def _guards(self, route: _Route, inner: str) -> tuple[Guard, ...]:
        data = {**nest_guards.metadata(route.decorators[0]), **nest_guards.metadata(route.decorators[1])}
        site = Site(route.owner.scope.file, route.line)
        found: list[Guard] = []
        for value, where in self._setup.guards:
            found += self._one(value, where, data, default=False)
        for decorators in route.decorators:
            for each in decorators:
                if nest_guards.name_of(each) == "UseGuards":
                    for value in flat(list(each.args)):
                        found += self._one(value, each.site or site, data, default=False)
                elif nest_guards.name_of(each) in ("AllowAnonymous",):
                    found = [Guard("none", f"{nest_guards.name_of(each)} ({each.site or site})")]
        for middleware in self._setup.middleware:
            if _applies(middleware, route, inner):
                found += self._by_middleware(middleware)
        return tuple(found)

    def _one(self, value: Value, site: Site, data: dict[str, Value], default: bool) -> list[Guard]:
        key = nest_guards.opened(self._machine, value, data)
        if key is not None:
            return [Guard("none", f"left open by metadata {key!r} ({site})", default=default)]
        guard = nest_guards.judge(self._machine, value, site, data)
        return [guard] if guard is not None else []

    def _by_middleware(self, middleware: Middleware) -> list[Guard]:
        found: list[Guard] = []
        for value in middleware.values:
            if isinstance(value, Cls):
                use = next((m[5] for m in value.node[5] if m[0] == "method" and m[2] == "use"), None)
                if use is not None:
                    this = Obj({}, value, open=True)
                    value = self._machine.function(use, value.scope, this=this, name=value.name)
            if isinstance(value, Func | Ext):
                guard = guards.judge(self._machine, value, middleware.site)
                found += [guard] if guard is not None else []
        return found

    def _parameters(self, route: _Route) -> Iterator[Parameter]:
        for _pattern, default, typed, decorators, _access, optional in route.member[5][3]:
            for each in nest_guards.decorations(self._machine, decorators, route.owner.scope):
                place = _PLACES.get(nest_guards.name_of(each))
                named = each.args[0] if each.args and isinstance(each.args[0], str) else None
                if place in ("path", "query", "header") and named:
                    needed = True if place == "path" else False if optional or default is not None else None
                    yield Parameter(name=named, location=place, type=typed or None, required=needed)


class _Route:
    def __init__(
        self,
        cls: Cls,
        owner: Cls,
        member: tuple[Value, ...],
        verb: str,
        prefix: Value,
        path: Value,
        decorators: tuple[list[Ext], list[Ext]],
        version: Value,
    ) -> None:
        self.cls, self.owner, self.member, self.verb = cls, owner, member, verb
        self.prefix, self.path, self.decorators, self.version = prefix, path, decorators, version
        self.line = member[4][0][0] if member[4] else member[1]
        for line, expression in member[4]:
            if expression[0] == "call" and expression[2][-1] in VERBS:
                self.line = line

    @property
    def handler(self) -> str:
        return f"{self.cls.name}.{self.member[2]}"


def _methods(cls: Cls) -> Iterator[tuple[Cls, tuple[Value, ...]]]:
    """The decorated methods of a class and of those it extends; an overridden one counts once."""
    seen: set[str] = set()
    here: Value = cls
    for _ in range(8):
        if not isinstance(here, Cls):
            return
        for member in here.node[5]:
            if member[0] == "method" and isinstance(member[2], str) and member[2] not in seen:
                seen.add(member[2])
                if member[4]:
                    yield here, member
        here = here.base


def _is_at(each: Excluded, path: str, verb: str) -> bool:
    if each.method not in ("ANY", verb):
        return False
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(join(braces(each.path)[0])))
    pattern = pattern.replace(r"\(\.\*\)", ".*").replace(r"\*", ".*")
    if each.path.rstrip("/").endswith(("*", "(.*)")) or "*" in each.path:
        pattern = re.sub(r"\[\^/\]\+$", ".*", pattern)
    return re.fullmatch(pattern, join(braces(path)[0])) is not None or join(each.path) == path


def _applies(middleware: Middleware, route: _Route, inner: str) -> bool:
    if any(_is_at(each, inner, route.verb) for each in middleware.without):
        return False
    for each in middleware.routes:
        if isinstance(each, Cls):
            if each.node is route.cls.node:
                return True
        elif each.path in ("*", "/*", "(.*)") or _is_at(each, inner, route.verb):
            return True
    return False


def _body_type(member: tuple[Value, ...]) -> str | None:
    for _pattern, _default, typed, decorators, _access, _optional in member[5][3]:
        for _line, expression in decorators:
            if expression[0] == "call" and expression[2][-1] == "Body" and typed:
                return str(typed)
    return None


def _answer(typed: str) -> str | None:
    match = re.fullmatch(r"(?:Promise|Observable)<(.+)>", typed)
    inner = match.group(1) if match is not None else typed
    return inner if inner and inner not in ("any", "void", "unknown") else None


def _summary(decorators: list[Ext]) -> str:
    for each in decorators:
        if nest_guards.name_of(each) == "ApiOperation" and each.args and isinstance(each.args[0], Obj):
            summary = each.args[0].props.get("summary")
            return summary if isinstance(summary, str) else ""
    return ""
