"""GraphQL: type definitions in strings, and resolvers that declare their operations in code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from hivemind_facts.languages.javascript.conversion import Expr
from hivemind_facts.languages.javascript.survey import walk
from hivemind_facts.models import GraphqlOperation
from hivemind_facts.readers.javascript import nest_guards, program
from hivemind_facts.readers.javascript.interpreter import Interpreter
from hivemind_facts.readers.javascript.nest import modules_of
from hivemind_facts.readers.javascript.nest_app import Setup
from hivemind_facts.readers.javascript.routers import flat
from hivemind_facts.readers.javascript.values import Cls, Ext, Func, Obj, Site, Value, hint_of
from hivemind_facts.reading import Digest, Repository, Yielded
from hivemind_facts.routes import Guard, decide

Kind: TypeAlias = Literal["query", "mutation", "subscription"]

_ROOT = re.compile(r"\b(?:extend\s+)?type\s+(Query|Mutation|Subscription)\b[^{]{0,200}\{")
_FIELD = re.compile(r"([A-Za-z_]\w*)\s*(\(((?:[^()]|\([^()]*\))*)\))?\s*:\s*([\[\]!\w]+)")
_ARGUMENT = re.compile(r"([A-Za-z_]\w*)\s*:")
_NOISE = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*')
_KINDS: dict[str, Kind] = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}


class GraphQL:
    """Reads GraphQL operations of JavaScript code."""

    name = "javascript-graphql"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield operations."""
        files = program.digests(repository)
        for path, digest in files.items():
            if any(
                word in digest["uses"]
                for word in ("gql", "graphql", "typeDefs", "buildSchema", "makeExecutableSchema", "schema")
            ):
                yield from _in_strings(path, digest)
        packages = ("@nestjs/graphql", "type-graphql")
        if any(program.mentions(digest, *packages) for digest in files.values()):
            setup = Setup()
            machine = program.follow(repository, setup.models(), files, *packages, "@nestjs/core", "APP_GUARD")
            modules_of(machine, setup)
            yield from _Resolvers(machine, setup).read()


def definitions(text: str) -> Iterator[tuple[Kind, str, tuple[str, ...], str, int]]:
    """The operations in type definitions: kind, name, arguments, type, and how many lines down."""
    bare = _NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    for match in _ROOT.finditer(bare):
        end = _closing(bare, match.end())
        for found in _FIELD.finditer(bare, match.end(), end):
            arguments = tuple(_ARGUMENT.findall(found.group(3) or ""))
            yield _KINDS[match.group(1)], found.group(1), arguments, found.group(4), bare.count("\n", 0, found.start())


def _closing(text: str, start: int) -> int:
    depth = 1
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)


def _in_strings(path: str, digest: Digest) -> Iterator[GraphqlOperation]:
    for line, text in _texts(digest["body"]):
        for kind, name, arguments, returns, down in definitions(text):
            yield GraphqlOperation(
                kind=kind,
                name=name,
                arguments=arguments,
                returns=returns,
                auth="unknown",
                auth_evidence="type definitions do not say who may ask",
                framework="graphql",
                file=path,
                line=line + down,
            )


def _texts(body: Expr) -> Iterator[tuple[int, str]]:
    line = 1
    for node in walk(body):
        if node and len(node) > 1 and isinstance(node[0], str) and isinstance(node[1], int):
            line = node[1]
        if node and node[0] == "str" and _ROOT.search(node[1]):
            yield line, node[1]
        elif node and node[0] == "tpl":
            text = "".join(part[1] if part[0] == "str" else " " for part in node[1])
            if _ROOT.search(text) and not any(part[0] == "str" and _ROOT.search(part[1]) for part in node[1]):
                yield line, text


class _Resolvers:
    def __init__(self, machine: Interpreter, setup: Setup) -> None:
        self._machine = machine
        self._setup = setup

    def read(self) -> Iterator[GraphqlOperation]:
        for cls in list(self._machine.classes):
            outer = nest_guards.decorations(self._machine, cls.node[4], cls.scope)
            if not any(nest_guards.name_of(each) == "Resolver" for each in outer):
                continue
            for member in cls.node[5]:
                own = nest_guards.decorations(self._machine, member[4], cls.scope) if member[0] == "method" else []
                for each in own:
                    kind = _KINDS.get(nest_guards.name_of(each))
                    if kind is not None and "graphql" in each.path:
                        yield self._operation(cls, member, each, kind, outer, own)

    def _operation(
        self, cls: Cls, member: tuple[Value, ...], decorator: Ext, kind: Kind, outer: list[Ext], own: list[Ext]
    ) -> GraphqlOperation:
        name, returns = str(member[2]), None
        for arg in decorator.args:
            if isinstance(arg, str):
                name = arg
            elif isinstance(arg, Obj) and isinstance(arg.props.get("name"), str):
                name = arg.props["name"]
            elif isinstance(arg, Func):
                made = self._machine.call(arg, [], Site(cls.scope.file, member[1]))
                inner = flat([made])
                returns = f"[{hint_of(inner[0])}]" if inner and inner[0] is not made else hint_of(made) or None
        auth, evidence, _roles = decide(self._guards(cls, member, outer, own))
        return GraphqlOperation(
            kind=kind,
            name=name,
            arguments=tuple(self._arguments(cls, member)),
            returns=returns,
            auth=auth,
            auth_evidence=evidence,
            framework="nestjs" if decorator.path.startswith("@nestjs") else "type-graphql",
            file=cls.scope.file,
            line=member[4][0][0] if member[4] else member[1],
        )

    def _guards(self, cls: Cls, member: tuple[Value, ...], outer: list[Ext], own: list[Ext]) -> tuple[Guard, ...]:
        data = {**nest_guards.metadata(outer), **nest_guards.metadata(own)}
        site = Site(cls.scope.file, member[1])
        found: list[Guard] = []
        values = [(value, where, False) for value, where in self._setup.guards]
        for each in (*outer, *own):
            if nest_guards.name_of(each) == "UseGuards":
                values += [(value, each.site or site, False) for value in flat(list(each.args))]
            elif nest_guards.name_of(each) == "Authorized":
                roles = tuple(arg for arg in flat(list(each.args)) if isinstance(arg, str))
                found.append(Guard("required", f"Authorized ({each.site or site})", roles))
        for value, where, default in values:
            key = nest_guards.opened(self._machine, value, data)
            if key is not None:
                found.append(Guard("none", f"left open by metadata {key!r} ({where})", default=default))
                continue
            guard = nest_guards.judge(self._machine, value, where, data)
            found += [guard] if guard is not None else []
        return tuple(found)

    def _arguments(self, cls: Cls, member: tuple[Value, ...]) -> Iterator[str]:
        for pattern, _default, _typed, decorators, _access, _optional in member[5][3]:
            for each in nest_guards.decorations(self._machine, decorators, cls.scope):
                if nest_guards.name_of(each) in ("Args", "Arg"):
                    first = each.args[0] if each.args else None
                    yield first if isinstance(first, str) else str(pattern[1]) if pattern[0] == "id" else "args"
