"""What does not hold of a backend result is found, and what holds is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hivemind_backend.checks import check
from hivemind_backend.grounding import complete, ungrounded
from hivemind_backend.models import ApiEndpoint, BackendOutput, DatabaseChange, Documentation, Relation, TableModel
from hivemind_facts.models import Facts

from hivemind.models import Finding, GeneratedFile


def change(ddl: str, **more: Any) -> DatabaseChange:
    return DatabaseChange.model_validate({"kind": "create_table", "dialect": "postgres", "ddl": ddl, **more})


def errors(output: BackendOutput, repo: str = "") -> list[str]:
    return [f"{one.title}: {one.detail}" for one in check(output, repo) if one.level == "error"]


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


def test_openapi_in_yaml_and_an_endpoint_that_it_lacks() -> None:
    text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
    new = ApiEndpoint(method="get", path="orders", status="new")
    found = check(output(documentation=Documentation(openapi=text), api_endpoints=[new]), "")
    assert [(one.level, one.title) for one in found] == [("warning", "the OpenAPI document lacks an endpoint")]


CODE = {
    "a.py": ("def f(): return 1", "def f(: pass"),
    "a.json": ('{"a": 1}', "{a: 1}"),
    "a.yaml": ("a: 1", "a: [1"),
    "a.toml": ("a = 1", "a = "),
    "a.sql": ("SELECT 1;", "CREATE TABEL x (a INT);"),
    "a.js": ("const a = () => <b/>;", "const = ;"),
    "a.ts": ("const a: number = 1;", "const a: = 1;"),
    "a.tsx": ("const a = <b/>;", "const a = <b;"),
    "A.java": ("class A { int a; }", "class A { int ; "),
    "a.go": ("package a\nfunc f() int { return 1 }\n", "package a\nfunc f( { "),
}


@pytest.mark.parametrize("path", CODE)
def test_generated_files_parse_in_their_language(path: str) -> None:
    good, bad = CODE[path]
    assert errors(output(files=[GeneratedFile(path=path, content=good)])) == []
    (found,) = check(output(files=[GeneratedFile(path=path, content=bad)]), "")
    assert found.level == "error"
    assert found.location == path
    assert found.detail


def test_other_files_are_left_alone_and_twins_are_not() -> None:
    assert errors(output(files=[GeneratedFile(path="a.txt", content="{{{")])) == []
    twins = [GeneratedFile(path="A.txt", content="1"), GeneratedFile(path="a.txt", content="2")]
    assert "same path" in errors(output(files=twins))[0]


def test_places_that_are_not_there_are_warnings(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1\n2\n")
    places = {"BE-001": "a.py:2", "BE-002": "a.py:99", "BE-003": "b.py:1", "BE-004": "../a.py:1", "BE-005": "the API"}
    findings = [Finding(id=name, severity="low", title="t", location=place) for name, place in places.items()]
    found = check(output(findings=findings), str(tmp_path))
    assert {one.detail.split()[0] for one in found} == {"BE-002", "BE-003", "BE-004"}
    assert {one.level for one in found} == {"warning"}


def test_a_result_is_completed_from_the_facts_and_held_against_them(fastapi_postgres: Facts) -> None:
    made = change("CREATE TABLE a (id INT, user_id UUID REFERENCES users (id))")
    whole = complete(output(database_changes=[made]), fastapi_postgres)
    assert [one.name for one in whole.data_model] == ["users"]
    assert errors(whole) == []
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
