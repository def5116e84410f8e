"""Koa: applications and the routers of its usual packages."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.readers.javascript import program
from hivemind_facts.readers.javascript.express import follow_rest
from hivemind_facts.readers.javascript.interpreter import Interpreter, Model
from hivemind_facts.readers.javascript.routers import Router, Web, router_in
from hivemind_facts.readers.javascript.values import Ext, Obj, Site, Unknown, Value
from hivemind_facts.reading import Repository, Yielded

_ROUTERS = ("koa-router", "@koa/router", "koa-joi-router")


class Koa:
    """Reads Koa applications."""

    name = "koa"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield endpoints and what could not be resolved."""
        files = program.digests(repository)
        if not any(program.mentions(digest, *_ROUTERS) for digest in files.values()):
            return
        web = Web(self.name)

        def router(_machine: Interpreter, _callee: Ext, args: list[Value], site: Site) -> Value:
            made = Router(web, site)
            prefix = args[0].props.get("prefix", "") if args and isinstance(args[0], Obj) else ""
            if isinstance(prefix, str):
                made.prefix = prefix
            else:
                made.unknown = True
            return made

        def mounted(machine: Interpreter, _callee: Ext, args: list[Value], site: Site) -> Value:
            child = router_in(args[1]) if len(args) > 1 else None
            if child is None:
                return Unknown("mount")
            between = Router(web, site)
            between.use(machine, [args[0], child], site)
            return between

        models: dict[str, Model] = {
            "koa": lambda _machine, _callee, _args, site: Router(web, site, root=True),
            "koa-mount": mounted,
            "koa-compose": lambda _machine, _callee, args, _site: args[0] if args else Unknown(),
        }
        models |= dict.fromkeys(_ROUTERS, router) | {f"{name}.Router": router for name in _ROUTERS}
        machine = program.follow(repository, models, files, "koa", *_ROUTERS, "router")
        follow_rest(machine, web)
        yield from web.facts()
        yield from program.limits(machine)
