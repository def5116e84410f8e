"""Spring's functional routes: `RouterFunction` beans, by builder or by predicates, nested ones included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hivemind_facts.models import Endpoint, Unresolved
from hivemind_facts.readers.jvm.mappings import Mapped, Mapping
from hivemind_facts.readers.jvm.prefixes import context
from hivemind_facts.readers.jvm.program import Program, Type, bare, program
from hivemind_facts.readers.jvm.security import Security
from hivemind_facts.readers.jvm.settings import Settings
from hivemind_facts.readers.jvm.spring import clean
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import decide, join

_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))
_NESTS = frozenset(("nest", "andNest", "path"))
_ROUTES = frozenset(("route", "andRoute"))
MAX_DEPTH = 60


class FunctionalReader:
    """Endpoints of Spring's functional routes."""

    name = "spring-functional"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        code = program(repository)
        beans = [
            (owner, method)
            for owner in code.types
            for method in owner.data["methods"]
            if bare(method["type"]).endswith("RouterFunction") and method["body"]
        ]
        if beans:
            settings = Settings(repository)
            security = Security(code, settings)
            for owner, method in beans:
                yield from _facts(code, settings, security, owner, method)


def _facts(
    code: Program, settings: Settings, security: Security, owner: Type, method: dict[str, Any]
) -> Iterator[Endpoint | Unresolved]:
    around = context(settings, settings.module(owner.file))
    for verb, path, handler, line in _statements(code, owner, method["body"], "", 0):
        if path is None or around is None:
            reason = f"{verb} {handler}: a part of the path is not constant"
            yield Unresolved(what="route", reason=reason, file=owner.file, line=line)
            continue
        inner = clean(join(path))
        shown: dict[str, Any] = {
            "name": handler,
            "params": [],
            "annotations": [],
            "body": None,
            "line": line,
            "type": "",
        }
        item = Mapped(shown, owner, Mapping((path,), (verb,), line), line, owner.file)
        auth, evidence, roles = decide(security.guards(item, owner, verb, inner))
        yield Endpoint(
            method=verb,
            path=join(around, inner),
            handler=handler,
            file=owner.file,
            line=line,
            auth=auth,
            auth_evidence=evidence,
            roles=roles,
            framework="spring",
        )


_Found = Iterator[tuple[str, str | None, str, int]]


def _statements(code: Program, owner: Type, body: list[Any], prefix: str | None, depth: int) -> _Found:
    for statement in body:
        if statement[0] == "x":
            yield from _expression(code, owner, statement[1], prefix, depth)
        elif statement[0] == "ret":
            for value in statement[1]:
                yield from _expression(code, owner, value, prefix, depth)
        elif statement[0] == "var":
            for value in statement[3]:
                yield from _expression(code, owner, value, prefix, depth)


def _expression(code: Program, owner: Type, node: Any, prefix: str | None, depth: int) -> _Found:
    if not node or depth > MAX_DEPTH:
        return
    if node[0] == "fn":
        yield from _statements(code, owner, node[3], prefix, depth + 1)
    if node[0] != "call" or not node[1]:
        return
    name, arguments, line = node[1][-1], node[2], node[3]
    if node[1][0] == ".":
        yield from _expression(code, owner, node[1][1], prefix, depth + 1)
    if name in _VERBS and len(arguments) > 1:
        yield name, _joined(prefix, code.text(arguments[0], owner)), _handler(arguments[-1]), line
    elif name in _ROUTES and len(arguments) > 1:
        for verb, path in _predicates(code, owner, arguments[0]):
            yield verb, _joined(prefix, path), _handler(arguments[-1]), line
    elif name in _NESTS and len(arguments) > 1:
        texts = [path for _, path in _predicates(code, owner, arguments[0])]
        below = _joined(prefix, texts[0]) if texts else prefix
        yield from _expression(code, owner, arguments[-1], below, depth + 1)
    else:
        for argument in arguments:
            yield from _expression(code, owner, argument, prefix, depth + 1)


def _joined(prefix: str | None, path: str | None) -> str | None:
    return None if prefix is None or path is None else f"{prefix.rstrip('/')}/{path.lstrip('/')}"


def _predicates(code: Program, owner: Type, node: Any) -> Iterator[tuple[str, str | None]]:
    """(method, path) of request predicates; `accept` and its like say nothing about either."""
    if node and node[0] == "call" and node[1]:
        name = node[1][-1]
        if (name in _VERBS or name == "path") and node[2]:
            yield "ANY" if name == "path" else name, code.text(node[2][0], owner)
        elif node[1][0] == "." and name in ("and", "or", "negate"):
            yield from _predicates(code, owner, node[1][1])
            if name == "or":
                for argument in node[2]:
                    yield from _predicates(code, owner, argument)
    elif node and node[0] in ("s", "id", ".", "bin"):
        yield "ANY", code.text(node, owner)


def _handler(node: Any) -> str:
    return str(node[1]).replace("::", ".") if node and node[0] == "ref" else "function"
