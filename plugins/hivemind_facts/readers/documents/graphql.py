"""GraphQL operations from schema files, by graphql-core's own parser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hivemind_facts.models import Auth, GraphqlOperation, Unresolved
from hivemind_facts.reading import Repository

KINDS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
_GUARDS = frozenset(
    (
        "auth",
        "authenticated",
        "isauthenticated",
        "authorized",
        "requiresauth",
        "hasrole",
        "hasscope",
        "guard",
        "private",
    )
)
_MAX = 2_000_000


class GraphqlReader:
    """Reads `*.graphql`, `*.graphqls` and `*.gql` schema files."""

    name = "graphql"
    version = 1

    def read(self, repository: Repository) -> Iterator[GraphqlOperation | Unresolved]:
        """Yield the fields of the root types; documents of queries that a client sends define none."""
        for file in repository.files(".graphql", ".graphqls", ".gql"):
            if file.size <= _MAX:
                yield from operations(repository.text(file.path), file.path, "graphql")


def operations(text: str, path: str, framework: str, first_line: int = 1) -> Iterator[GraphqlOperation | Unresolved]:
    """Read the root fields of a schema's text; also for schemas that stand in code.

    Args:
        text: GraphQL's schema definition language.
        path: The file that it stands in.
        framework: Named in each operation.
        first_line: The line of the file that the text begins on.
    """
    from graphql import GraphQLError, parse

    if not text.strip():
        return
    try:
        document = parse(text, no_location=False)
    except (GraphQLError, RecursionError) as error:
        positions = getattr(error, "locations", None) or ()
        line = positions[0].line + first_line - 1 if positions else None
        yield Unresolved(what="parse", reason=str(error).split("\n")[0][:200], file=path, line=line)
        return
    roots = dict(KINDS)
    for definition in document.definitions:
        if definition.kind in ("schema_definition", "schema_extension"):
            for operation in getattr(definition, "operation_types", ()) or ():
                roots[operation.type.name.value] = operation.operation.value
    for definition in document.definitions:
        if definition.kind not in ("object_type_definition", "object_type_extension"):
            continue
        kind = roots.get(_name(definition))
        if kind is None:
            continue
        outer = _guard(getattr(definition, "directives", ()), path, first_line)
        for field in getattr(definition, "fields", ()) or ():
            auth, evidence = _guard(field.directives, path, first_line) or outer or _no_guard()
            yield GraphqlOperation(
                kind=kind,
                name=field.name.value,
                arguments=tuple(f"{one.name.value}: {_type(one.type)}" for one in field.arguments or ()),
                returns=_type(field.type),
                auth=auth,
                auth_evidence=evidence,
                framework=framework,
                file=path,
                line=_line(field, first_line),
            )


def _name(node: Any) -> str:
    return str(node.name.value) if getattr(node, "name", None) is not None else ""


def _line(node: Any, first_line: int) -> int:
    location = node.loc
    return int(location.start_token.line) + first_line - 1 if location is not None else first_line


def _type(node: Any) -> str:
    from graphql import print_ast

    return print_ast(node)


def _guard(directives: Iterable[Any], path: str, first_line: int) -> tuple[Auth, str] | None:
    for directive in directives or ():
        name = str(directive.name.value)
        if name.lower() in _GUARDS:
            return "required", f"@{name} ({path}:{_line(directive, first_line)})"
    return None


def _no_guard() -> tuple[Auth, str]:
    return "unknown", "the schema has no directive of access; resolvers may check"
