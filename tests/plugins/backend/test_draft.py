"""A resource is drafted in the conventions of the repository, and its SQL applies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlglot
from hivemind_backend.checks import check
from hivemind_backend.models import DRAFTED, BackendOutput
from hivemind_facts.models import Column, Facts, ForeignKey, Resource, Stack, Table
from openapi_spec_validator import OpenAPIV31SpecValidator

Ask = Callable[..., BackendOutput]


def offered(output: BackendOutput) -> set[str]:
    return {f"{one.method} {one.path}" for one in output.api_endpoints if one.status == "new"}


def ddl_of(output: BackendOutput) -> str:
    (change,) = output.database_changes
    return change.ddl


def test_fastapi_on_postgres(ask: Ask, fastapi_postgres: Facts) -> None:
    output = ask("Add an API for gift cards with fields code and amount", fastapi_postgres)
    base = "/api/v1/gift-cards"
    assert offered(output) == {
        f"GET {base}",
        f"POST {base}",
        f"GET {base}/{{gift_card_id}}",
        f"PATCH {base}/{{gift_card_id}}",
        f"DELETE {base}/{{gift_card_id}}",
    }
    ddl = ddl_of(output)
    assert "CREATE TABLE gift_cards" in ddl
    assert "id UUID NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY" in ddl
    assert "user_id UUID NOT NULL" in ddl
    assert "FOREIGN KEY (user_id) REFERENCES users (id)" in ddl
    assert "created_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP" in ddl
    assert "code TEXT NOT NULL" in ddl
    assert "amount NUMERIC(12, 2) NOT NULL" in ddl
    new = [one for one in output.api_endpoints if one.status == "new"]
    assert {one.authentication for one in new} == {"required"}
    assert all(one.authentication_evidence == "require_user (app/auth.py:8)" for one in new)
    listing = next(one for one in new if one.path == base and one.method == "GET")
    assert listing.pagination is not None
    assert listing.pagination.parameters == ("page", "size")
    create = next(one for one in new if one.method == "POST")
    assert create.request_schema is not None
    assert [one.name for one in create.request_schema.fields] == ["code", "amount"]
    assert 422 in {one.status for one in create.errors}
    assert "Alembic" in output.documentation.guide


def test_express_with_prisma(ask: Ask, express_prisma: Facts) -> None:
    output = ask("create a reviews endpoint", express_prisma)
    assert "PUT /api/reviews/{reviewId}" in offered(output)
    ddl = ddl_of(output)
    assert 'CREATE TABLE "Review"' in ddl
    assert "id SERIAL PRIMARY KEY" in ddl
    assert '"authorId" INTEGER NOT NULL' in ddl
    assert 'REFERENCES "User" (id)' in ddl
    assert '"createdAt" TIMESTAMP NOT NULL' in ddl
    assert output.database_changes[0].migration == "prisma/migrations/20240102030406_review/migration.sql".replace(
        "_review", "_Review"
    )


def test_django_with_trailing_slashes(ask: Ask, django_mysql: Facts) -> None:
    output = ask("Add a coupons API", django_mysql)
    assert {"GET /api/coupons/", "PUT /api/coupons/{pk}/"} <= offered(output)
    ddl = ddl_of(output)
    assert "CREATE TABLE coupons_coupon" in ddl
    assert "id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY" in ddl
    assert "author_id BIGINT NOT NULL" in ddl
    assert "makemigrations" in output.documentation.guide


def test_django_url_files_tell_the_slash(ask: Ask, django_mysql: Facts, tmp_path: Path) -> None:
    from hivemind_facts.models import Module

    bare = tuple(one.model_copy(update={"path": one.path.rstrip("/")}) for one in django_mysql.endpoints)
    (tmp_path / "urls.py").write_text('urlpatterns = [path("posts/", v), path("posts/<int:pk>/", v)]')
    facts = django_mysql.model_copy(update={"endpoints": bare, "modules": (Module(path="urls.py"),)})
    assert "GET /api/coupons/" in offered(ask("Add a coupons API", facts))
    (tmp_path / "urls.py").write_text('router = DefaultRouter(trailing_slash=False)\nurlpatterns = [path("a/", v)]')
    assert "GET /api/coupons" in offered(ask("Add a coupons API", facts))


def test_go_on_sqlite_with_a_way_back(ask: Ask, gin_sqlite: Facts) -> None:
    output = ask("Add a shopping lists API", gin_sqlite)
    assert {"GET /v1/shopping-list", "GET /v1/shopping-list/{id}"} <= offered(output)
    assert [file.path for file in output.files] == [
        "db/migrations/000003_create_shopping_lists.up.sql",
        "db/migrations/000003_create_shopping_lists.down.sql",
    ]
    listing = next(one for one in output.api_endpoints if one.status == "new" and one.method == "GET")
    assert listing.pagination is not None
    assert listing.pagination.style == "cursor"
    write = next(one for one in output.api_endpoints if one.status == "new" and one.method == "POST")
    assert write.authentication == "none"
    assert "decide" in write.note


@pytest.mark.parametrize(
    "name", ["orders", "groups", "values", "keys", "indexes", ["tables", "of", "content"][0] + "au"]
)
def test_sqlite_takes_the_draft_and_its_rollback(ask: Ask, gin_sqlite: Facts, name: str) -> None:
    output = ask(f"Add a {name} API with fields title, is_open, due_at and price", gin_sqlite)
    (change,) = output.database_changes
    with sqlite3.connect(":memory:") as db:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY)")
        before = db.execute("SELECT name FROM sqlite_master").fetchall()
        db.executescript(change.ddl)
        columns = [row[1] for row in db.execute(f'PRAGMA table_info("{change.tables[0]}")')]
        assert columns == ["id", "title", "is_open", "due_at", "price", "created_at"]
        db.executescript(change.rollback)
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == before


@pytest.mark.parametrize("stack", ["fastapi_postgres", "express_prisma", "django_mysql", "gin_sqlite"])
@pytest.mark.parametrize("name", ["orders", "users groups", "order", "people", "gift cards", "select options"])
def test_every_draft_passes_its_own_checks(
    ask: Ask, stack: str, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    output = ask(f"Create an API for {name} with fields group, order and user_id", request.getfixturevalue(stack))
    if not output.database_changes:  # 'select options' is no name
        assert not offered(output)
        return
    assert [one for one in check(output) if one.level == "error"] == []
    (change,) = output.database_changes
    assert sqlglot.parse(change.ddl, dialect=change.dialect)
    OpenAPIV31SpecValidator(json.loads(output.documentation.openapi)).validate()
    assert all(one.note.startswith(DRAFTED) for one in output.api_endpoints if one.status == "new")
    assert DRAFTED in output.summary
    assert DRAFTED in output.files[0].content


def test_what_exists_is_named_and_only_the_rest_is_drafted(ask: Ask, fastapi_postgres: Facts) -> None:
    left = tuple(one for one in fastapi_postgres.endpoints if one.method != "DELETE")
    output = ask("Add a projects API", fastapi_postgres.model_copy(update={"endpoints": left}))
    assert offered(output) == {"DELETE /api/v1/projects/{project_id}"}
    assert not output.database_changes
    assert "table projects (alembic/versions/1_init.py:20)" in output.summary
    whole = ask("Add a projects API", fastapi_postgres)
    assert not offered(whole)
    assert "nothing is missing" in whole.summary


def test_a_table_without_endpoints_gets_endpoints_without_its_secrets(ask: Ask, fastapi_postgres: Facts) -> None:
    users = fastapi_postgres.tables[0]
    secret = users.model_copy(update={"columns": (*users.columns, Column(name="password_hash", type="TEXT"))})
    facts = fastapi_postgres.model_copy(update={"tables": (secret, *fastapi_postgres.tables[1:])})
    output = ask("Add a users API", facts)
    assert "GET /api/v1/users" in offered(output)
    assert not output.database_changes
    read = next(one for one in output.api_endpoints if one.status == "new" and one.method == "GET")
    assert read.response_schema is not None
    assert "password_hash" not in {one.name for one in read.response_schema.fields}


def test_pages_for_a_list_that_is_given_whole(ask: Ask, fastapi_postgres: Facts) -> None:
    listing = fastapi_postgres.endpoints[0].model_copy(update={"paginated": False, "parameters": ()})
    facts = fastapi_postgres.model_copy(update={"endpoints": (listing, *fastapi_postgres.endpoints[1:])})
    output = ask("Add a projects API with pagination", facts)
    (changed,) = [one for one in output.api_endpoints if one.status == "modified"]
    assert changed.location == "app/routes.py:10"
    assert changed.pagination is not None


def test_a_parent_that_is_a_table_is_referred_to(ask: Ask, fastapi_postgres: Facts) -> None:
    output = ask("Add a comments endpoint for projects", fastapi_postgres)
    assert "FOREIGN KEY (project_id) REFERENCES projects (id)" in ddl_of(output)
    output = ask("Add a comments endpoint for marsians", fastapi_postgres)
    assert "marsian" not in ddl_of(output)


def test_only_the_methods_that_are_asked_for(ask: Ask, fastapi_postgres: Facts) -> None:
    assert offered(ask("Add a POST /orders endpoint", fastapi_postgres)) == {"POST /api/v1/orders"}


def test_unclear_words_draft_nothing_and_say_so(ask: Ask, fastapi_postgres: Facts) -> None:
    output = ask("add pagination to products", fastapi_postgres)
    assert "Nothing was drafted: the task does not name a resource" in output.summary
    assert any("name the resource" in one for one in output.next_actions)
    assert not output.files
    assert not output.database_changes
    assert not offered(output)


def test_a_document_store_gets_no_sql(ask: Ask, fastapi_postgres: Facts) -> None:
    books = Table(name="books", kind="collection", file="m.js", line=1, columns=(Column(name="createdAt"),))
    output = ask("Add an orders API", fastapi_postgres.model_copy(update={"tables": (books,)}))
    assert not output.database_changes
    assert "document store" in output.documentation.guide


def test_without_a_database_only_endpoints_are_drafted(ask: Ask, fastapi_postgres: Facts) -> None:
    output = ask("Add an orders API", fastapi_postgres.model_copy(update={"tables": (), "stack": Stack()}))
    assert len(offered(output)) == 5
    assert "no database is known" in output.documentation.guide


def test_an_empty_repository_has_no_conventions_to_follow(ask: Ask) -> None:
    output = ask("Add an orders API", Facts())
    assert "'orders' was not drafted" in output.summary
    assert output.documentation.openapi == ""


def test_a_lookup_belongs_to_nobody(ask: Ask, fastapi_postgres: Facts) -> None:
    assert "user_id" not in ddl_of(ask("Add a categories API", fastapi_postgres))


@pytest.mark.parametrize(
    ("key", "reference"),
    [("INT UNSIGNED", "INT UNSIGNED"), ("BIGINT", "BIGINT"), ("CHAR(36)", "CHAR(36)"), ("String", "VARCHAR(191)")],
)
def test_mysql_references_have_the_type_of_the_key(ask: Ask, key: str, reference: str) -> None:
    common = {"primary_key": ("id",), "source": "sql", "dialect": "mysql", "file": "db/V1__a.sql", "line": 1}
    users = Table(name="users", columns=(Column(name="id", type=key),), **common)  # type: ignore[arg-type]
    foreign = ForeignKey(column="user_id", ref_table="users", ref_column="id", indexed=True)
    notes = Table(
        name="notes",
        columns=(Column(name="id", type=key),),
        foreign_keys=(foreign,),
        **common,  # type: ignore[arg-type]
    )
    stack = Stack(resources=(Resource(name="mysql", kind="database", evidence="driver", file="go.mod"),))
    output = ask("Add an orders API", Facts(tables=(users, notes), stack=stack))
    assert f"user_id {reference} NOT NULL" in ddl_of(output)
    assert output.database_changes[0].migration == "db/V2__orders.sql"


def test_the_service_that_the_task_names_gives_the_conventions(
    ask: Ask, fastapi_postgres: Facts, gin_sqlite: Facts
) -> None:
    billing = [one.model_copy(update={"service": "services/billing"}) for one in gin_sqlite.endpoints]
    main = [one.model_copy(update={"service": "services/main"}) for one in fastapi_postgres.endpoints]
    facts = Facts(endpoints=(*main, *billing))
    assert "GET /api/v1/orders" in offered(ask("Add an orders API", facts))
    assert "GET /v1/order" in offered(ask("Add an orders API to the billing service", facts))


def test_tables_in_a_schema_are_found_and_quoted_by_part(ask: Ask, fastapi_postgres: Facts) -> None:
    renamed = [
        one.model_copy(
            update={
                "name": f"public.{one.name}",
                "foreign_keys": tuple(
                    key.model_copy(update={"ref_table": f"public.{key.ref_table}"}) for key in one.foreign_keys
                ),
            }
        )
        for one in fastapi_postgres.tables
    ]
    facts = fastapi_postgres.model_copy(update={"tables": tuple(renamed)})
    output = ask("Add an orders API", facts)
    assert "REFERENCES public.users (id)" in ddl_of(output)
    assert [one for one in check(output) if one.level == "error"] == []
    assert not ask("Add a projects API", facts).database_changes


def test_a_table_whose_key_is_not_known_gets_no_foreign_key(ask: Ask, fastapi_postgres: Facts) -> None:
    teams = Table(name="teams", columns=(Column(name="a"), Column(name="b")), primary_key=("a", "b"), file="x", line=1)
    facts = fastapi_postgres.model_copy(update={"tables": (*fastapi_postgres.tables, teams)})
    ddl = ddl_of(ask("Add an orders API with fields team_id", facts))
    assert "team_id" in ddl
    assert "REFERENCES teams" not in ddl


def test_a_join_without_a_key_says_nothing_of_owners() -> None:
    from hivemind_backend.data_style import _owner
    from hivemind_facts.models import Column, ForeignKey, Table

    def refer(column: str, table: str) -> ForeignKey:
        return ForeignKey(column=column, ref_table=table, ref_column="id", indexed=True)

    def join(name: str, left: str) -> Table:
        columns = (Column(name="A"), Column(name="B"))
        return Table(name=name, columns=columns, foreign_keys=(refer("A", left), refer("B", "User")), file="s", line=1)

    user = Table(name="User", columns=(Column(name="id"),), primary_key=("id",), file="s", line=1)
    article = Table(
        name="Article",
        columns=(Column(name="id"), Column(name="authorId")),
        primary_key=("id",),
        foreign_keys=(refer("authorId", "User"),),
        file="s",
        line=2,
    )
    found = _owner([user, article, join("_UserFavorites", "Article"), join("_UserFollows", "User")])
    assert found is not None
    assert found.column == "authorId"
