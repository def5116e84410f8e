"""What does not hold of a backend result is found, and what holds is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hivemind_backend.checks import check
from hivemind_backend.grounding import complete, ungrounded
from hivemind_backend.models import (
    ApiEndpoint,
    BackendOutput,
    ColumnModel,
    DatabaseChange,
    Documentation,
    IndexModel,
    Relation,
    TableModel,
)
from hivemind_facts.models import Facts


def change(ddl: str, **more: Any) -> DatabaseChange:
    return DatabaseChange.model_validate({"kind": "create_table", "dialect": "postgres", "ddl": ddl, **more})


def errors(output: BackendOutput) -> list[str]:
    return [f"{one.title}: {one.detail}" for one in check(output) if one.level == "error"]


def output(**parts: Any) -> BackendOutput:
    return BackendOutput.model_validate({"summary": "s", **parts})


@pytest.mark.parametrize(
    "ddl",
    ["CREATE TABLE a (id INT,", "CREATE TABEL a (id INT)", "SELECT FROM WHERE", "CREATE TABLE (id INT)"],
)
def test_sql_that_does_not_parse(ddl: str) -> None:
    assert any("do not parse as postgres" in one for one in errors(output(database_changes=[change(ddl)])))


def test_a_rollback_is_checked_too() -> None:
    found = errors(output(database_changes=[change("CREATE TABLE a (id INT)", rollback="DROP TABEL a")]))
    assert found[0].startswith("the rollback do not parse") or "rollback" in found[0]


def test_an_unknown_dialect_is_a_problem() -> None:
    assert "klingon" in errors(output(database_changes=[change("SELECT 1", dialect="klingon")]))[0].lower()


REFERENCE = "CREATE TABLE a (id INT PRIMARY KEY, b_id INT REFERENCES b (id), FOREIGN KEY (b_id) REFERENCES {} (id))"


def test_foreign_keys_name_tables_that_are_made_or_listed() -> None:
    ddl = REFERENCE.format("b")
    assert errors(output(database_changes=[change(ddl)])) == [
        "a foreign key names no table: b: a refers to b, which is neither made here nor listed in data_model"
    ]
    assert errors(output(database_changes=[change(ddl)], data_model=[TableModel(name="B")])) == []
    assert errors(output(database_changes=[change(ddl), change("CREATE TABLE b (id INT PRIMARY KEY)")])) == []
    altered = change("ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES ghosts (id)")
    assert "ghosts" in errors(output(database_changes=[altered], data_model=[TableModel(name="a")]))[0]
    typed = change("CREATE TABLE a (id INT)", relations=[Relation(table="a", column="c", ref_table="ghosts")])
    assert "ghosts" in errors(output(database_changes=[typed]))[0]


def test_a_table_may_refer_to_itself() -> None:
    assert (
        errors(output(database_changes=[change("CREATE TABLE a (id INT PRIMARY KEY, up INT REFERENCES a (id))")])) == []
    )


GOOD = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
OPERATION = {"responses": {"200": {"description": "ok"}}}
BAD = [
    ("not: [closed", "can't be read"),
    ("[]", "can't be read"),
    (json.dumps(GOOD | {"openapi": "2.0"}), "not of version 3.1"),
    (json.dumps(GOOD | {"info": {}}), "lacks info.title"),
    (json.dumps(GOOD | {"paths": {"x": {}}}), "must start with '/'"),
    (json.dumps(GOOD | {"paths": {"/x/{id}": {"get": OPERATION}}}), "id of GET /x/{id}"),
    (json.dumps(GOOD | {"paths": {"/x": {"get": {"responses": {}}}}}), "no responses"),
    (json.dumps(GOOD | {"paths": {"/x": {"get": {"responses": {"200": {}}}}}}), "does not validate"),
    (
        json.dumps(
            GOOD | {"paths": {"/x": {"get": OPERATION | {"operationId": "a"}, "put": OPERATION | {"operationId": "a"}}}}
        ),
        "used twice",
    ),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_openapi_documents_that_do_not_hold(text: str, said: str) -> None:
    found = errors(output(documentation=Documentation(openapi=text)))
    assert found
    assert any(said in one for one in found)


def test_the_documents_paths_are_the_endpoints_that_are_listed() -> None:
    text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
    new = ApiEndpoint(method="get", path="orders/{id}", status="new")
    found = check(output(documentation=Documentation(openapi=text), api_endpoints=[new]))
    assert [(one.level, one.title) for one in found] == [("error", "the OpenAPI document lacks an endpoint")]
    parameter = {"name": "key", "in": "path", "required": True, "schema": {}}
    paths = {"/orders/{key}": {"parameters": [parameter], "get": OPERATION}, "/ghosts": {"post": OPERATION}}
    document = Documentation(openapi=json.dumps(GOOD | {"paths": paths}))
    title = "the OpenAPI document has an endpoint that is not listed"
    assert errors(output(documentation=document, api_endpoints=[new])) == [
        f"{title}: POST /ghosts stands in the document, but not in api_endpoints"
    ]
    every = [new, ApiEndpoint(method="ANY", path="/ghosts"), ApiEndpoint(method="GET", path="/old")]
    assert errors(output(documentation=document, api_endpoints=every)) == []


PEOPLE = TableModel(
    name="people", columns=(ColumnModel(name="id", type="INTEGER"), ColumnModel(name="name")), primary_key=("id",)
)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql"])
@pytest.mark.parametrize(
    ("ddl", "said"),
    [
        ("CREATE TABLE a (id INT, p INT REFERENCES people (uid))", "a foreign key names no column: people.uid"),
        ("CREATE TABLE a (id INT, FOREIGN KEY (p) REFERENCES people (id))", "a foreign key names no column: a.p"),
        ("CREATE INDEX i ON people (age)", "an index names no column: people.age"),
        ("CREATE INDEX i ON ghosts (id)", "an index names no table: ghosts"),
        ("ALTER TABLE ghosts ADD COLUMN a INT", "a statement changes no table: ghosts"),
        ("CREATE TABLE a (id INT, p INT, FOREIGN KEY (p) REFERENCES people (id)); CREATE INDEX i ON a (p, id)", ""),
        ("ALTER TABLE people ADD COLUMN age INT; CREATE INDEX i ON people (age)", ""),
    ],
)
def test_foreign_keys_and_indexes_name_what_is_there(ddl: str, said: str, dialect: str) -> None:
    found = errors(output(database_changes=[change(ddl, dialect=dialect)], data_model=[PEOPLE]))
    assert [one for one in found if said and said in one] or (not said and found == []), found


def test_typed_relations_and_indexes_are_held_to_the_same() -> None:
    made = change(
        "CREATE TABLE a (id INT)",
        relations=[Relation(table="a", column="p", ref_table="people", ref_column="id")],
        indexes=[IndexModel(name="i", table="a", columns=("q",))],
    )
    found = errors(output(database_changes=[made], data_model=[PEOPLE]))
    assert [one.split(": it")[0].split(": index")[0] for one in found] == [
        "a foreign key names no column: a.p",
        "an index names no column: a.q",
    ]


@pytest.mark.parametrize(
    ("ddl", "rollback", "said"),
    [
        ("CREATE TABLE a (id INT)", "DROP TABLE a", ""),
        ("ALTER TABLE people ADD COLUMN age INT", "ALTER TABLE people DROP COLUMN age", ""),
        ("BEGIN; CREATE TABLE a (id INT); COMMIT;", "DROP TABLE a;", ""),
        ("CREATE TABLE people (id INT)", "", "already exists"),
        ("CREATE TABLE a (id INT)", "DROP TABLE b", "the rollback can't be applied: SQLite says: no such table: b"),
        ("CREATE TABLE a (id INT); CREATE TABLE b (id INT)", "DROP TABLE a", "table b is left behind"),
        ("CREATE TABLE a (id INT)", "DROP TABLE a; DROP TABLE people", "table people was there before and is gone"),
        ("ALTER TABLE people ADD COLUMN age INT", "SELECT 1", "columns of people differ: age"),
        ("ATTACH DATABASE 'x.db' AS x", "", "the statements can't be applied"),
        ("INSERT INTO people (id, nick) VALUES (1, 'x')", "", "no column named nick"),
        (
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
            "",
            "it takes longer than 0.2 s",
        ),
    ],
)
def test_changes_are_tried_and_taken_back_on_sqlite(
    ddl: str, rollback: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("hivemind_backend.checks.trial.MAX_SECONDS", 0.2)
    found = errors(output(database_changes=[change(ddl, rollback=rollback, dialect="sqlite")], data_model=[PEOPLE]))
    assert any(said in one for one in found) if said else found == [], found
    assert list(tmp_path.iterdir()) == []


def test_a_result_is_completed_from_the_facts_and_held_against_them(fastapi_postgres: Facts) -> None:
    made = change("CREATE TABLE a (id INT, user_id UUID REFERENCES users (id))")
    whole = complete(output(database_changes=[made]), fastapi_postgres)
    assert [one.name for one in whole.data_model] == ["users"]
    assert errors(whole) == []
    assert {(one.method, one.path) for one in whole.api_endpoints} == {
        (one.method, one.path) for one in fastapi_postgres.endpoints
    }
    false = TableModel(name="users", columns=(ColumnModel(name="ghost"),))
    (true,) = complete(output(data_model=[false]), fastapi_postgres).data_model
    assert "ghost" not in {one.name for one in true.columns}
    assert complete(whole, None) is whole
    invented = output(
        api_endpoints=[
            ApiEndpoint(method="GET", path="/api/v1/ghosts"),
            ApiEndpoint(method="GET", path="/api/v1/projects/{id}"),
            ApiEndpoint(method="GET", path="/api/v1/shown", location="app/x.py:3"),
        ],
        data_model=[TableModel(name="ghosts"), TableModel(name="user"), TableModel(name="new", status="new")],
    )
    problems = ungrounded(invented, fastapi_postgres)
    assert len(problems) == 2
    assert all("ghosts" in one for one in problems)
    assert ungrounded(invented, None) == []


def test_an_openapi_document_among_the_files_is_held_to_the_same():
    from hivemind_backend.checks import check
    from hivemind_backend.models import BackendOutput

    text = 'openapi: 3.1.0\ninfo: {title: t, version: "1"}\npaths:\n /o:\n  get:\n   responses: {"200": {WHAT: ok}}\n'

    def found(word, **more):
        file = {"path": "docs/api.yaml", "content": text.replace("WHAT", word)}
        return [(one.title, one.location) for one in check(BackendOutput(summary="s", files=[file], **more))]

    listed = {"api_endpoints": [{"method": "GET", "path": "/o", "status": "new"}]}
    assert found("description", **listed) == []
    assert ("the OpenAPI document does not validate", "docs/api.yaml") in found("descr", **listed)
    assert found("description") == [("the OpenAPI document has an endpoint that is not listed", "docs/api.yaml")]
