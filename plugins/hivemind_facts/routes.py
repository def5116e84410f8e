"""The graph of routers and mounts, shared by every web framework's reader.

A reader says what it saw: routers, where each is mounted under which prefix and behind which guards, and the routes
on each. `resolve()` goes from the roots through every mount and gives full paths. A router that is mounted twice
gives its routes twice; a mount whose prefix is not constant (None) makes everything below it unresolved, with the
place; a router that no root reaches is unresolved unless the reader calls it a root.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hivemind_facts.models import Auth, Endpoint, Parameter, Unresolved

MAX_DEPTH = 32
MAX_ENDPOINTS = 100_000


@dataclass(frozen=True)
class Guard:
    """Something that stands before a route and decides on access."""

    auth: Auth
    evidence: str
    """The guard's name and the place that applies it: 'get_current_user (app/api/users.py:12)'."""
    roles: tuple[str, ...] = ()
    default: bool = False
    """True for a guard by settings or by a router, which a route's own guard overrides."""


@dataclass
class Route:
    """One route on one router, before any prefix."""

    method: str
    path: str | None
    """None: not constant."""
    handler: str
    file: str
    line: int
    framework: str
    guards: tuple[Guard, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    request_type: str | None = None
    response_type: str | None = None
    paginated: bool | None = None
    summary: str = ""


@dataclass
class _Mount:
    child: str
    prefix: str | None
    guards: tuple[Guard, ...]
    file: str
    line: int


@dataclass
class _Router:
    prefix: str | None = ""
    guards: tuple[Guard, ...] = ()
    root: bool = False
    file: str = ""
    line: int = 0
    routes: list[Route] = field(default_factory=list)
    mounts: list[_Mount] = field(default_factory=list)


def join(*parts: str) -> str:
    """Join path parts with single slashes; the result starts with '/' and keeps no trailing one (but '/' itself)."""
    pieces = [piece for part in parts for piece in part.split("/") if piece]
    return "/" + "/".join(pieces)


def decide(guards: tuple[Guard, ...]) -> tuple[Auth, str, tuple[str, ...]]:
    """Decide what guards, outermost first, mean together.

    The innermost guard that is not a default wins where it is explicit about openness ('none' or 'optional' at the
    route overrides a default); otherwise any 'required' wins, then 'unknown', then 'optional', then 'none'.

    Returns:
        The authentication, its evidence and the roles asked for.
    """
    if not guards:
        return "none", "no guard on the route, its routers or its application", ()
    own = tuple(guard for guard in guards if not guard.default)
    considered = own or guards[-1:]
    roles = tuple(dict.fromkeys(role for guard in considered for role in guard.roles))
    for level in ("required", "unknown", "optional", "none"):
        for guard in reversed(considered):
            if guard.auth == level:
                return guard.auth, guard.evidence, roles
    return "unknown", considered[-1].evidence, roles


class RouteGraph:
    """Routers, mounts and routes; identifiers are the reader's own ('app/api/users.py:router')."""

    def __init__(self) -> None:
        self._routers: dict[str, _Router] = {}

    def router(
        self,
        name: str,
        *,
        prefix: str | None = "",
        guards: tuple[Guard, ...] = (),
        root: bool = False,
        file: str = "",
        line: int = 0,
    ) -> None:
        """Declare a router (an application is a router with root=True). Declaring twice adds up."""
        known = self._routers.setdefault(name, _Router())
        known.prefix = prefix if known.prefix == "" else known.prefix
        known.guards += guards
        known.root = known.root or root
        known.file, known.line = known.file or file, known.line or line

    def mount(
        self,
        parent: str,
        child: str,
        *,
        prefix: str | None = "",
        guards: tuple[Guard, ...] = (),
        file: str = "",
        line: int = 0,
    ) -> None:
        """Mount a router under another. A prefix of None means that it is not constant."""
        self._routers.setdefault(child, _Router())
        self._routers.setdefault(parent, _Router()).mounts.append(_Mount(child, prefix, guards, file, line))

    def route(self, router: str, route: Route) -> None:
        """Put a route on a router."""
        self._routers.setdefault(router, _Router()).routes.append(route)

    def resolve(self) -> Iterator[Endpoint | Unresolved]:
        """Walk from the roots through every mount; yield each endpoint once, then what could not be resolved."""
        reached: set[str] = set()
        seen: set[tuple[str, str, str, int]] = set()
        stack: list[tuple[str, tuple[str | None, ...], tuple[Guard, ...], tuple[str, ...]]] = [
            (name, (), (), ()) for name, router in reversed(self._routers.items()) if router.root
        ]
        while stack and len(seen) < MAX_ENDPOINTS:
            name, prefixes, guards, trail = stack.pop()
            if name in trail or len(trail) > MAX_DEPTH:
                continue
            reached.add(name)
            router = self._routers[name]
            here = (*prefixes, router.prefix)
            behind = (*guards, *router.guards)
            for route in router.routes:
                yield from self._endpoint(route, here, behind, seen)
            stack += [
                (mount.child, (*here, mount.prefix), (*behind, *mount.guards), (*trail, name))
                for mount in reversed(router.mounts)
            ]
        for name, router in self._routers.items():
            if name not in reached and router.routes:
                yield Unresolved(
                    what="mount",
                    reason=f"router {name!r} with {len(router.routes)} routes is mounted nowhere that is known",
                    file=router.file or router.routes[0].file,
                    line=router.line or router.routes[0].line,
                )

    def _endpoint(
        self,
        route: Route,
        prefixes: tuple[str | None, ...],
        guards: tuple[Guard, ...],
        seen: set[tuple[str, str, str, int]],
    ) -> Iterator[Endpoint | Unresolved]:
        parts = (*prefixes, route.path)
        constant = [part for part in parts if part is not None]
        if len(constant) != len(parts):
            yield Unresolved(
                what="route" if route.path is None else "prefix",
                reason=f"{route.method} {route.path or '?'}: a part of the path is not constant",
                file=route.file,
                line=route.line,
            )
            return
        path = join(*constant)
        key = (route.method, path, route.file, route.line)
        if key in seen:
            return
        seen.add(key)
        auth, evidence, roles = decide((*guards, *route.guards))
        yield Endpoint(
            method=route.method,
            path=path,
            handler=route.handler,
            file=route.file,
            line=route.line,
            auth=auth,
            auth_evidence=evidence,
            roles=roles,
            framework=route.framework,
            parameters=route.parameters,
            request_type=route.request_type,
            response_type=route.response_type,
            paginated=route.paginated,
            summary=route.summary,
        )
