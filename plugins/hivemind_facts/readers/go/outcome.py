"""One abstract run of a repository's Go programs, shared by the frameworks' readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from hivemind_facts.models import Endpoint, Parameter, Unresolved
from hivemind_facts.readers.go.access import Access, own_guard
from hivemind_facts.readers.go.framework import Framework, describe
from hivemind_facts.readers.go.frameworks import (
    framework_of,
    frameworks,
    router_of_type,
    router_type,
    whole_application,
)
from hivemind_facts.readers.go.handlers import Seen, inspect, nodes
from hivemind_facts.readers.go.machine import Machine
from hivemind_facts.readers.go.program import Program
from hivemind_facts.readers.go.values import Applied, Function, RouteEntry, Router
from hivemind_facts.reading import Repository
from hivemind_facts.routes import MAX_DEPTH, MAX_ENDPOINTS, decide

_MAKERS = re.compile(r"^(New|Default|NewRouter|NewServeMux|NewMux|HandleFunc|Handle)$")
_ROUTES = re.compile(
    r"^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|Any|All|Group|Subrouter|PathPrefix|HandleFunc|Handle|Mount|Route|Use|With|"
    r"Get|Post|Put|Patch|Delete|Method|MethodFunc|Add|Match)$"
)
_runs: WeakKeyDictionary[Any, dict[str, list[Endpoint | Unresolved]]] = WeakKeyDictionary()


def outcome(repository: Repository, framework: str) -> Iterator[Endpoint | Unresolved]:
    """The endpoints of one framework and what of it could not be resolved."""
    if repository not in _runs:
        _runs[repository] = _run(repository)
    yield from _runs[repository].get(framework, [])


def _run(repository: Repository) -> dict[str, list[Endpoint | Unresolved]]:
    program = Program(repository)
    machine = Machine(program, router_of_type)
    if not _uses_web(program):
        return {}
    machine.relevant = _relevant(machine)
    _start(machine)
    found: dict[str, list[Endpoint | Unresolved]] = {}
    for endpoint in _Resolver(machine).endpoints():
        found.setdefault(endpoint[0], []).append(endpoint[1])
    rest = [*machine.unresolved, *_unreached(machine)]
    if machine.steps <= 0:
        rest.append(Unresolved(what="route", reason="the Go code is too large to be followed to its end", file=""))
    names = [
        framework.name for framework in frameworks() if any(r.framework == framework.name for r in machine.routers)
    ]
    if rest:
        found.setdefault(names[0] if names else "net/http", []).extend(rest)
    return found


def _uses_web(program: Program) -> bool:
    return _web({path for names in program.imports.values() for path in names.values()})


def _web(paths: Iterable[str]) -> bool:
    return any(framework.packages.search(path) for path in paths for framework in frameworks())


def _relevant(machine: Machine) -> set[tuple[str, int]]:
    """Functions that make routers or take them, and every function that calls one of those, by name."""
    program = machine.program
    functions = [function for named in program.named.values() for function in named if function.body]
    files = {file for file, names in program.imports.items() if _web(names.values())}
    calls: dict[tuple[str, int], set[str]] = {}
    relevant: set[tuple[str, int]] = set()
    names: set[str] = set()
    for function in functions:
        key = (function.file, function.line)
        calls[key] = {node[1][-1] for node in nodes(function.body) if node[0] == "call" and node[1] and _callee(node)}
        kinds = [kind for _, kind in function.params] + function.results
        web = function.file in files
        makes = (web and any(_MAKERS.match(name) for name in calls[key])) or _routes(function)
        if makes or any(router_type(machine, kind, function.file) for kind in kinds):
            relevant.add(key)
            names.add(function.name)
    while True:
        more = {key for key, called in calls.items() if key not in relevant and called & names}
        if not more:
            return relevant
        relevant |= more
        names |= {function.name for function in functions if (function.file, function.line) in more}


def _routes(function: Function) -> bool:
    """Whether a body calls something like a router's method with a path."""
    for node in nodes(function.body):
        if node[0] == "call" and node[1] and node[1][0] == "." and _ROUTES.match(node[1][2]) and node[2] and node[2][0]:
            first = node[2][0]
            if first[0] != "s" or not first[1] or "/" in first[1] or node[1][2] == "Use":
                return True
    return False


def _callee(node: tuple[Any, ...]) -> bool:
    return node[1][0] in ("id", ".") and isinstance(node[1][-1], str)


def _start(machine: Machine) -> None:
    """Run package initialisers, then every main, then what is left over and makes or takes an application."""
    program = machine.program
    for function in program.inits:
        if (function.file, function.line) in machine.relevant:
            machine.call(function, [])
    for (_, name), function in program.functions.items():
        if name == "main":
            machine.call(function, [])
    routed = any(router.routes for router in machine.routers)
    everything = [function for named in program.named.values() for function in named if function.body]
    everything.sort(key=lambda function: (function.file, function.line))
    for makes in (True, False):
        for function in everything:
            key = (function.file, function.line)
            if key in machine.visited or key not in machine.relevant or key in _called(machine):
                continue
            takes = any(router_type(machine, kind, function.file) for _, kind in function.params)
            if takes is makes:
                continue
            before = len(machine.routers)
            machine.call(function, [])
            for router in machine.routers[before:]:
                framework = framework_of(router.framework)
                known = any(whole_application(machine, kind, function.file) for _, kind in function.params)
                router.certain = router.certain and (bool(framework.roots) or not routed)
                router.certain = router.certain or (known and bool(framework.roots))


def _called(machine: Machine) -> set[tuple[str, int]]:
    return machine.visited


class _Resolver:
    """Walks from the roots through the mounts, with what stands before each route."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._access = Access(machine)
        self._seen: set[tuple[str, str, str, int]] = set()

    def endpoints(self) -> Iterator[tuple[str, Endpoint | Unresolved]]:
        """(framework, fact)."""
        stack: list[tuple[Router, str | None, list[Applied], tuple[Router, ...]]] = [
            (router, "", [], ()) for router in reversed(self._machine.routers) if router.certain and not router.mounted
        ]
        while stack and len(self._seen) < MAX_ENDPOINTS:
            router, prefix, guards, trail = stack.pop()
            behind = [*guards, *router.guards]
            for entry in router.routes:
                yield from self._route(router, entry, prefix, behind)
            for mount in reversed(router.mounts if len(trail) < MAX_DEPTH else []):
                if (*trail, router).count(mount.child) > 1:
                    continue  # a router under itself answers once more, not for ever
                below = None if prefix is None or mount.prefix is None else prefix.rstrip("/") + mount.prefix
                stack.append((mount.child, below, [*behind, *mount.guards], (*trail, router)))

    def _route(
        self, router: Router, entry: RouteEntry, prefix: str | None, behind: list[Applied]
    ) -> Iterator[tuple[str, Endpoint | Unresolved]]:
        framework = framework_of(router.framework)
        if prefix is None or entry.path is None:
            reason = f"{'/'.join(entry.methods) or 'ANY'} {describe(entry.handler)}: a part of the path is not constant"
            yield framework.name, Unresolved(what="route", reason=reason, file=entry.file, line=entry.line)
            return
        handler = entry.handler
        seen = inspect(handler) if isinstance(handler, Function) else Seen()
        path = framework.clean(prefix.rstrip("/") + "/" + entry.path.lstrip("/"))
        if framework.name == "net/http" and entry.path.endswith("/") and path != "/" and seen.rest:
            path += "/{path}"
        methods = entry.methods or ["ANY"]
        if methods == ["ANY"] and framework.name in ("net/http", "gorilla/mux") and seen.methods:
            methods = seen.methods
        for method in methods:
            key = (method, path, entry.file, entry.line)
            if key not in self._seen:
                self._seen.add(key)
                yield framework.name, self._endpoint(framework, entry, method, path, [*behind, *entry.guards], seen)

    def _endpoint(
        self, framework: Framework, entry: RouteEntry, method: str, path: str, behind: list[Applied], seen: Seen
    ) -> Endpoint:
        native = path.replace("{", ":").replace("}", "")
        guards = [guard for applied in behind if (guard := self._access.guard(applied, method, native)) is not None]
        own = own_guard(entry.handler)
        auth, evidence, roles = decide((*guards, own) if own is not None else tuple(guards))
        inside = [Parameter(name=name, location="path", required=True) for name in re.findall(r"\{(\w+)\}", path)]
        handler = entry.handler
        return Endpoint(
            method=method,
            path=path,
            handler=describe(handler, "handler"),
            file=entry.file,
            line=entry.line,
            auth=auth,
            auth_evidence=evidence,
            roles=roles,
            framework=framework.name,
            parameters=(*inside, *seen.parameters),
            request_type=seen.request_type,
            paginated=True if seen.paginated and method == "GET" else None,
        )


def _unreached(machine: Machine) -> Iterator[Unresolved]:
    for router in machine.routers:
        if not router.certain and not router.mounted and router.routes:
            reason = f"a router with {len(router.routes)} routes is mounted nowhere that is known"
            yield Unresolved(what="mount", reason=reason, file=router.file, line=router.line)
