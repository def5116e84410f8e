"""The whole way on the example shop: facts, draft, and a real database that takes all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hivemind_backend.checks import check
from hivemind_backend.models import BackendOutput
from hivemind_facts.assemble import extract
from hivemind_facts.models import Facts

from hivemind.models import Context, ContextFragment, Task

Ask = Callable[..., BackendOutput]
SHOP = Path(__file__).parents[3] / "examples" / "shop"


@pytest.fixture(scope="module")
def shop() -> Facts:
    return extract(SHOP)


def ask(text: str, facts: Facts) -> BackendOutput:
    from hivemind_backend.plugin import WORKER
    from hivemind_backend.rules import rules

    task = Task(text=text, repo=str(SHOP))
    fragment = ContextFragment(name="facts", text="", data=facts)
    return rules(task, Context(task=task, worker=WORKER, fragments=(fragment,)))


@pytest.fixture
def database() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA foreign_keys = ON")
    for migration in sorted((SHOP / "migrations").glob("*.sql")):
        db.executescript(migration.read_text())
    return db


def test_the_draft_goes_on_top_of_the_shops_migrations(shop: Facts, database: sqlite3.Connection) -> None:
    output = ask("Add an orders API with pagination", shop)
    last = sorted(path.name for path in (SHOP / "migrations").glob("*.sql"))[-1]
    (file,) = output.files
    assert file.path.startswith("migrations/")
    assert int(Path(file.path).name[:4]) == int(last[:4]) + 1
    database.executescript(file.content)
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        database.execute("INSERT INTO orders (customer_id) VALUES (42)")
    database.execute("INSERT INTO users (id, email, password_hash) VALUES (1, 'a@example.org', 'x')")
    database.execute("INSERT INTO customers (id, user_id, name) VALUES (1, 1, 'Ada')")
    row = database.execute("INSERT INTO orders (customer_id) VALUES (1) RETURNING id, created_at").fetchone()
    assert row[0] == 1
    assert row[1]
    database.executescript(output.database_changes[0].rollback)
    assert [one for one in check(output) if one.level == "error"] == []


def test_every_statement_that_is_proposed_applies(shop: Facts, database: sqlite3.Connection) -> None:
    output = ask("look", shop)
    statements = {one.statement for one in output.performance_optimizations if one.statement}
    statements |= {one.statement for one in output.findings if one.statement}
    assert statements
    for statement in sorted(statements):
        database.executescript(statement)


def test_what_is_there_has_its_place_and_no_place_is_wrong(shop: Facts) -> None:
    output = ask("look", shop)
    assert {"GET /api/v1/products", "POST /api/v1/auth/login"} <= {
        f"{one.method} {one.path}" for one in output.api_endpoints
    }
    assert check(output) == []


def test_reviews_exist_and_only_the_rest_is_drafted(shop: Facts) -> None:
    output = ask("Create a reviews endpoint", shop)
    drafted = {f"{one.method} {one.path}" for one in output.api_endpoints if one.status == "new"}
    assert not {one for one in drafted if one.startswith(("GET /api/v1/products/{product_id}/reviews ", "POST"))}
    assert "table reviews" in output.summary
    assert not output.database_changes
