"""Django Ninja: APIs, routers and operations."""

from __future__ import annotations

from hivemind_facts.readers.python.anonymous import Anonymous
from hivemind_facts.readers.python.fastapi_routes import describe
from hivemind_facts.readers.python.values import MISSING, UNKNOWN, Env, Event, Func, Mod, Obj, Value, leaf, made_by
from hivemind_facts.readers.python.web import braces, identity, strings
from hivemind_facts.routes import Guard, Route, RouteGraph

METHODS = ("get", "post", "put", "patch", "delete")
MAX_DEPTH = 12


def put(graph: RouteGraph, name: str, api: Obj, machine: Anonymous, depth: int = 0) -> None:
    """Put the operations of an API or router on a router of the graph."""
    graph.router(
        name, guards=_guards(api.kwargs.get("auth", MISSING), api.path, api.line), file=api.path, line=api.line
    )
    if depth > MAX_DEPTH:
        return
    for event in api.events:
        if event.name in METHODS or event.name == "api_operation":
            _operation(graph, name, event, machine)
        elif event.name == "add_router":
            prefix, router = event.arg(0, "prefix"), event.arg(1, "router")
            if isinstance(router, str):
                router = machine.named(router, Env({}, event.path))
            if isinstance(router, Mod):
                router = machine.member(router, "router")
            child = f"{identity(router)} under {identity(event.base)} {event.line}"
            shape = braces(prefix) if isinstance(prefix, str) else None
            guards = _guards(event.kwargs.get("auth", MISSING), event.path, event.line)
            graph.mount(name, child, prefix=shape, guards=guards, file=event.path, line=event.line)
            if made_by(router, "Router", "NinjaAPI") and isinstance(router, Obj):
                put(graph, child, router, machine, depth + 1)


def _guards(auth: Value, path: str, line: int) -> tuple[Guard, ...]:
    if auth is MISSING or leaf(auth) == "NOT_SET":
        return ()
    where = f"{path}:{line}"
    if auth is None:
        return (Guard("none", f"auth=None ({where})", default=True),)
    if auth is UNKNOWN:
        return (Guard("unknown", f"auth is not constant ({where})", default=True),)
    listed = auth if isinstance(auth, list | tuple) else [auth]
    return (Guard("required", f"auth={', '.join(leaf(one) for one in listed)} ({where})", default=True),)


def _operation(graph: RouteGraph, name: str, event: Event, machine: Anonymous) -> None:
    func = event.decorated
    if not isinstance(func, Func):
        return
    verbs = [event.name.upper()] if event.name in METHODS else [m.upper() for m in strings(event.arg(0, "methods", []))]
    path = event.arg(0 if event.name in METHODS else 1, "path")
    shape = braces(path) if isinstance(path, str) else None
    options = {"response_model": event.kwargs.get("response")} if "response" in event.kwargs else {}
    for verb in verbs:
        facts = describe(machine, func, shape or "", options)(verb)
        facts["parameters"] = tuple(one for one in facts["parameters"] if one.name != "request")
        graph.route(
            name,
            Route(
                method=verb,
                path=shape,
                handler=func.qualname,
                file=func.path,
                line=func.line,
                framework="django-ninja",
                guards=_guards(event.kwargs.get("auth", MISSING), func.path, func.line),
                **facts,
            ),
        )
