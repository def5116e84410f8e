"""GraphQL operations in code: Spring for GraphQL and Netflix DGS annotations.

Both libraries are schema first: where a schema file is in the repository, its fields are the operations and what the
code names is left to it, so that nothing is listed twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hivemind_facts.models import GraphqlOperation
from hivemind_facts.readers.jvm.program import Program, Type, program
from hivemind_facts.reading import Repository, Yielded

_DIRECT = {
    "QueryMapping": "query",
    "MutationMapping": "mutation",
    "SubscriptionMapping": "subscription",
    "DgsQuery": "query",
    "DgsMutation": "mutation",
    "DgsSubscription": "subscription",
}
_ROOT_TYPE = re.compile(r"\btype\s+(Query|Mutation|Subscription)\b")
_TYPED = {"SchemaMapping": ("typeName", "field"), "DgsData": ("parentType", "field")}
_ROOTS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}


class GraphqlReader:
    """Fields of the root types that code answers."""

    name = "spring-graphql"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the operations."""
        schemas = repository.files(".graphql", ".graphqls", ".gql", ".gqls")
        if any(_ROOT_TYPE.search(repository.text(file.path)) for file in schemas):
            return
        code = program(repository)
        for owner in code.types:
            for method in owner.data["methods"]:
                for note in method["annotations"]:
                    yield from _operation(code, owner, method, note)


def _operation(code: Program, owner: Type, method: dict[str, Any], note: Any) -> Iterator[GraphqlOperation]:
    simple, values = note[0].rsplit(".", 1)[-1], note[1]
    kind = _DIRECT.get(simple)
    name = code.text(values.get("field") or values.get("name") or values.get("value"), owner)
    name = name or _generated_name(values.get("field"))
    if kind is None and simple in _TYPED:
        parent, field = _TYPED[simple]
        kind = _ROOTS.get(code.text(values.get(parent), owner) or "") or _constant(values.get(parent))
        name = code.text(values.get(field), owner) or _generated_name(values.get(field)) or name
    if kind is not None:
        takes = [n for n, _, notes in method["params"] if any(a[0] in ("Argument", "InputArgument") for a in notes)]
        yield GraphqlOperation(
            kind=kind,
            name=name or method["name"],
            arguments=tuple(takes),
            returns=method["type"] or None,
            framework="dgs" if simple.startswith("Dgs") else "spring-graphql",
            file=owner.file,
            line=method["line"],
        )


def _generated_name(node: Any) -> str | None:
    """`DgsConstants.MUTATION.DeleteComment` is the field deleteComment."""
    if node and node[0] == "." and "DgsConstants" in str(node) and node[2] != "TYPE_NAME":
        return str(node[2][:1].lower() + node[2][1:])
    return None


def _constant(node: Any) -> str | None:
    """The root type that a constant of DGS's generated classes names."""
    text = str(node)
    if "'MUTATION'" in text:
        return "mutation"
    return "query" if "'QUERY'" in text or "'QUERY_TYPE'" in text else None
