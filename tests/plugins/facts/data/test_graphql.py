"""GraphQL schema files to operations."""

from __future__ import annotations

from pathlib import Path

from hivemind_facts.assemble import extract
from hivemind_facts.readers.documents.graphql import GraphqlReader


def test_root_fields_their_types_and_directives(tmp_path: Path) -> None:
    (tmp_path / "s.graphqls").write_text(
        """schema { query: Root mutation: Mutation }
type Root { "All." orders(first: Int!, after: String): [Order!]! }
extend type Root { me: User @auth }
type Mutation @authenticated { pay(id: ID!): Order }
type Query { decoy: Int }
type Order { id: ID! }
""",
        encoding="utf-8",
    )
    (tmp_path / "client.graphql").write_text("query Orders { orders(first: 1) { id } }", encoding="utf-8")
    facts = extract(tmp_path, [GraphqlReader()], [])
    found = {(one.kind, one.name): one for one in facts.graphql}
    assert sorted(found) == [("mutation", "pay"), ("query", "decoy"), ("query", "me"), ("query", "orders")]
    assert found["query", "orders"].arguments == ("first: Int!", "after: String")
    assert found["query", "orders"].returns == "[Order!]!"
    assert found["query", "orders"].auth == "unknown"
    assert found["query", "me"].auth == "required"
    assert found["mutation", "pay"].auth == "required"
    assert found["query", "me"].line == 3


def test_a_broken_schema_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "s.graphql").write_text("type Query {\n  a: \n}\n", encoding="utf-8")
    facts = extract(tmp_path, [GraphqlReader()], [])
    assert [(one.file, one.line) for one in facts.unresolved] == [("s.graphql", 3)]
