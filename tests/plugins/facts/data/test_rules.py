"""Each rule on facts that it must find, and on ones that it must leave alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.models import Endpoint, External, Facts, ForeignKey, RuleFinding, Table, Unresolved
from hivemind_facts.reading import Yielded
from hivemind_facts.registry import rules


class Given:
    """A reader that yields what the test gives it."""

    name = "given"
    version = 1

    def __init__(self, *facts: Yielded) -> None:
        self._facts = facts

    def read(self, repository: object) -> Iterator[Yielded]:
        yield from self._facts


def endpoint(method: str, path: str, auth: str = "none", line: int = 1, **more: Any) -> Endpoint:
    return Endpoint.model_validate(
        {"method": method, "path": path, "auth": auth, "file": "a.py", "line": line, "framework": "fastapi", **more}
    )


def check(root: Path, *facts: Yielded) -> list[RuleFinding]:
    return list(extract(root, [Given(*facts)]).findings)


def of(found: list[RuleFinding], rule: str) -> list[RuleFinding]:
    return [one for one in found if one.rule == rule]


def test_key_without_index_gives_sql_that_applies(tmp_path: Path) -> None:
    key = ForeignKey(column="order", ref_table="Order", ref_column="id", indexed=False)
    table = Table(name="line items", foreign_keys=(key,), dialect="sqlite", file="s.sql", line=3)
    indexed = Table(name="b", foreign_keys=(key.model_copy(update={"indexed": True}),), file="s.sql", line=9)
    (found,) = of(check(tmp_path, table, indexed), "foreign-key-without-index")
    assert (found.severity, found.file, found.line, found.possible) == ("medium", "s.sql", 3, False)
    database = sqlite3.connect(":memory:")
    database.execute('CREATE TABLE "line items" ("order" int)')
    assert found.sql is not None
    database.execute(found.sql)


def test_unknown_database_makes_the_key_possible(tmp_path: Path) -> None:
    key = ForeignKey(column="a", ref_table="t", indexed=False)
    (found,) = check(tmp_path, Table(name="x", foreign_keys=(key,), file="s.py", line=1))
    assert found.possible
    assert "not known" in found.evidence


def test_open_write_beside_guarded_siblings(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        endpoint("POST", "/orders", "required"),
        endpoint("DELETE", "/orders/{id}", "none", 5),
        endpoint("GET", "/orders"),
        endpoint("POST", "/login"),
        endpoint("POST", "/health"),
    )
    (one,) = of(found, "missing-authentication")
    assert (one.severity, one.line, one.possible) == ("high", 5, False)
    assert "POST /orders" in one.evidence


def test_registration_is_meant_to_be_open(tmp_path: Path) -> None:
    guarded = endpoint("PUT", "/api/users/{id}", "required", 3)
    signup = endpoint("POST", "/api/users", line=9)
    login = endpoint("POST", "/api/users/login")
    assert of(check(tmp_path, guarded, signup, login), "missing-authentication") == []
    named = signup.model_copy(update={"handler": "UserController.registerUser"})
    assert of(check(tmp_path, guarded, named), "missing-authentication") == []
    assert len(of(check(tmp_path, guarded, signup), "missing-authentication")) == 1


def test_an_open_application_has_no_finding_of_access(tmp_path: Path) -> None:
    assert of(check(tmp_path, endpoint("POST", "/a"), endpoint("PUT", "/a/{id}")), "missing-authentication") == []


def test_shadowed_routes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("\n" * 50, encoding="utf-8")
    found = check(
        tmp_path,
        endpoint("GET", "/articles/{slug}", line=1),
        endpoint("GET", "/articles/feed", line=5),
        endpoint("POST", "/articles/feed", line=8),
        endpoint("GET", "/articles/{slug}/x", line=9),
    )
    assert [(one.line, one.severity) for one in of(found, "shadowed-route")] == [(5, "high")]


def test_a_converter_keeps_a_route_from_shadowing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('@app.get("/articles/{id:int}")\n' + "\n" * 50, encoding="utf-8")
    found = check(tmp_path, endpoint("GET", "/articles/{id}", line=1), endpoint("GET", "/articles/feed", line=5))
    assert of(found, "shadowed-route") == []


def test_frameworks_without_an_order_are_left_alone(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        endpoint("GET", "/a/{x}", line=1, framework="gin"),
        endpoint("GET", "/a/b", line=5, framework="gin"),
    )
    assert of(found, "shadowed-route") == []


def test_lists_and_timeouts(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        endpoint("GET", "/a", paginated=False),
        endpoint("GET", "/b", paginated=True),
        endpoint("GET", "/c"),
        External(kind="http", name="requests.get", target="https://x.example", timeout=False, file="c.py", line=4),
        External(kind="http", name="requests.get", timeout=None, file="c.py", line=5),
    )
    assert [one.title.split()[1] for one in of(found, "list-without-pagination")] == ["/a"]
    assert [one.line for one in of(found, "missing-timeout")] == [4]


PYTHON = """
import os
SECRET_KEY = "9f8a7d6c5b4a39281706"
API_KEY = os.environ["API_KEY"]

def require_admin(user):
    if not user:
        raise HTTPException(401)

def require_login(user):
    if not user:
        raise HTTPException(401)

def show(db, name, ids):
    require_login(name)
    rows = db.execute(f"SELECT * FROM users WHERE name = '{name}'").fetchall()
    for id in ids:
        db.execute("SELECT * FROM orders WHERE user_id = ?", (id,))
    marks = ",".join("?" * len(ids))
    db.execute(f"SELECT * FROM users WHERE id IN ({marks})", ids)
    db.execute("SELECT 1 FROM users")
    return rows
"""


@pytest.fixture
def code(tmp_path: Path) -> list[RuleFinding]:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "service.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_service.py").write_text(PYTHON, encoding="utf-8")
    return check(tmp_path)


def test_code_rules_find_what_is_there_and_nothing_in_tests(code: list[RuleFinding]) -> None:
    assert {one.file for one in code} == {"app/service.py"}
    assert [(one.line, one.possible) for one in of(code, "sql-from-strings")] == [(16, False), (20, True)]
    assert [(one.line, one.possible) for one in of(code, "query-in-loop")] == [(18, False)]
    assert ["require_admin" in one.title for one in of(code, "unused-guard")] == [True]


def test_secrets_are_masked(code: list[RuleFinding]) -> None:
    (one,) = of(code, "hard-coded-secret")
    assert one.line == 3
    assert "9f8a7d6c5b4a39281706" not in one.model_dump_json()


def migrations(
    root: Path, second: str, first: str = "CREATE TABLE t (id serial PRIMARY KEY, a int);"
) -> list[RuleFinding]:
    folder = root / "migrations"
    folder.mkdir()
    (folder / "001.sql").write_text(first, encoding="utf-8")
    (folder / "002.sql").write_text(second, encoding="utf-8")
    return of(check(root), "risky-migration")


@pytest.mark.parametrize(
    ("statement", "severity"),
    [
        ("ALTER TABLE t ADD COLUMN b int NOT NULL;", "high"),
        ("CREATE INDEX i ON t (a);", "low"),
        ("ALTER TABLE t ALTER COLUMN a TYPE bigint;", "medium"),
        ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t (id);", "low"),
    ],
)
def test_risky_statements(tmp_path: Path, statement: str, severity: str) -> None:
    (one,) = migrations(tmp_path, statement)
    assert (one.severity, one.possible, one.file) == (severity, True, "migrations/002.sql")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 0;",
        "ALTER TABLE t ADD COLUMN b int;",
        "CREATE INDEX CONCURRENTLY i ON t (a);",
        "CREATE TABLE u (id int); CREATE INDEX i ON u (id);",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t (id) NOT VALID;",
    ],
)
def test_careful_statements(tmp_path: Path, statement: str) -> None:
    assert migrations(tmp_path, statement) == []


def document(root: Path, **more: Any) -> None:
    paths = {"/orders": {"get": {}, "post": {"security": [{"key": []}]}}, "/gone/{id}": {"get": {}}}
    text = json.dumps({"openapi": "3.1.0", "servers": [{"url": "https://x.example/api"}], "paths": paths, **more})
    (root / "openapi.json").write_text(text, encoding="utf-8")


def test_document_and_code_are_held_against_each_other(tmp_path: Path) -> None:
    document(tmp_path)
    found = of(
        check(
            tmp_path,
            endpoint("GET", "/api/orders"),
            endpoint("POST", "/api/orders"),
            endpoint("GET", "/api/orders/{order_id}"),
        ),
        "openapi-drift",
    )
    assert sorted((one.severity, one.file) for one in found) == [
        ("high", "a.py"),
        ("low", "a.py"),
        ("medium", "openapi.json"),
    ]
    assert any("/gone/{id}" in one.title for one in found)


def test_a_document_about_something_else_is_told_once(tmp_path: Path) -> None:
    document(tmp_path)
    facts = extract(tmp_path, [Given(endpoint("GET", "/other"))])
    assert of(list(facts.findings), "openapi-drift") == []
    assert [one.what for one in facts.unresolved] == ["openapi"]


def test_a_broken_document_is_told(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text("openapi: 3.1.0\npaths: [\n", encoding="utf-8")
    facts = extract(tmp_path, [Given(endpoint("GET", "/other"))])
    assert [one.what for one in facts.unresolved] == ["parse"]
    assert isinstance(facts.unresolved[0], Unresolved)


def test_ids_are_stable_and_unique(code: list[RuleFinding]) -> None:
    assert len({one.id for one in code}) == len(code)


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [one.name for one in rules()]
    assert len(set(names)) == len(names)
    assert Facts().findings == ()
