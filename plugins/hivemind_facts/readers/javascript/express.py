"""Express: applications, routers and what is mounted where, by following the program."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.languages.javascript.survey import walk
from hivemind_facts.readers.javascript import program
from hivemind_facts.readers.javascript.interpreter import Interpreter, Model
from hivemind_facts.readers.javascript.routers import METHODS, Router, Web
from hivemind_facts.readers.javascript.values import Ext, Func, Obj, Site, Unknown, Value
from hivemind_facts.reading import Repository, Yielded

_ROUTER_NAMES = frozenset({"app", "router", "server", "api", "route", "routes", "expressapp", "application"})


class Express:
    """Reads Express applications."""

    name = "express"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield endpoints and what could not be resolved."""
        files = program.digests(repository)
        packages = ("express", "express-promise-router", "express-ws")
        if not any(program.mentions(digest, *packages) for digest in files.values()):
            return
        web = Web(self.name)

        def application(_machine: Interpreter, _callee: Ext, _args: list[Value], site: Site) -> Value:
            return Router(web, site, root=True)

        def router(_machine: Interpreter, _callee: Ext, _args: list[Value], site: Site) -> Value:
            return Router(web, site)

        models: dict[str, Model] = {
            "express": application,
            "express.application": application,
            "express.Router": router,
            "express-promise-router": router,
            "express-promise-router.PromiseRouter": router,
        }
        machine = program.follow(repository, models, files, *packages, "router", "Router")
        follow_rest(machine, web)
        yield from web.facts()
        yield from program.limits(machine)


def follow_rest(machine: Interpreter, web: Web) -> None:
    """Follow functions that route and that nobody called: an exported factory, a class that a container makes."""
    for cls in list(machine.classes):
        own = [member[5] for member in cls.node[5] if member[0] in ("method", "field") and member[5] is not None]
        if not any(id(node) in machine.entered for node in own) and any(_routes(node) for node in own):
            machine.construct(cls, [], Site(cls.scope.file, cls.node[1]))
    for func in list(machine.functions):
        if id(func.node) in machine.entered or not _routes(func.node):
            continue
        args: list[Value] = []
        for target, _default, _typed, _decorators, _access, _optional in func.node[3]:
            name = target[1] if target[0] == "id" else ""
            floating = name.lower() in _ROUTER_NAMES
            args.append(
                Router(web, func.site) if floating else Obj(open=True) if target[0] == "opat" else Unknown(name)
            )
        machine.enter(func, args, func.site)


def _routes(node: tuple[object, ...]) -> bool:
    for each in walk(node):
        if each and each[0] == "call" and len(each) > 3 and each[2][0] == "mem" and each[3]:
            first = each[3][0]
            if each[2][2] in (*METHODS, "use", "route") and first[0] == "str" and first[1].startswith("/"):
                if len(each[3]) > 1 and any(arg[0] in ("fn", "id", "mem", "call") for arg in each[3][1:]):
                    return True
                if each[2][2] == "route":
                    return True
        elif (
            each
            and each[0] == "call"
            and len(each) > 3
            and each[2] in (("id", "express"), ("mem", ("id", "express"), "Router"), ("id", "Router"))
        ):
            return True
    return False


__all__ = ["Express", "Func", "follow_rest"]
