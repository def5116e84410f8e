"""Hand-made facts of applications that differ in every convention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hivemind_backend.models import BackendOutput
from hivemind_backend.plugin import WORKER
from hivemind_backend.rules import rules
from hivemind_facts.models import (
    Column,
    Endpoint,
    External,
    Facts,
    ForeignKey,
    Index,
    Module,
    Parameter,
    Resource,
    RuleFinding,
    Service,
    Stack,
    Table,
)

from hivemind.models import Context, ContextFragment, Task, Upstream

Ask = Callable[..., BackendOutput]


def endpoint(method: str, path: str, framework: str, auth: str = "required", **more: Any) -> Endpoint:
    guard = {"required": "require_user (app/auth.py:8)", "none": "no guard on the route"}.get(auth, "")
    values = {"file": "app/routes.py", "line": 10, "auth_evidence": guard} | more
    return Endpoint(method=method, path=path, framework=framework, auth=auth, **values)  # type: ignore[arg-type]


def crud(
    base: str, item: str, framework: str, *, update: str = "PATCH", auth: str = "required", **listing: Any
) -> list[Endpoint]:
    return [
        endpoint("GET", base, framework, "none", **listing),
        endpoint("POST", base, framework, auth),
        endpoint("GET", f"{base.rstrip('/')}/{item}", framework, "none"),
        endpoint(update, f"{base.rstrip('/')}/{item}", framework, auth),
        endpoint("DELETE", f"{base.rstrip('/')}/{item}", framework, auth),
    ]


def query(*names: str) -> dict[str, Any]:
    return {"paginated": True, "parameters": tuple(Parameter(name=name, location="query") for name in names)}


@pytest.fixture
def fastapi_postgres() -> Facts:
    """snake_case, UUID keys, time stamps with zone, page and size, owner users, Alembic."""
    key = Column(name="id", type="UUID", nullable=False, default="gen_random_uuid()")
    times = (
        Column(name="created_at", type="TIMESTAMP WITH TIME ZONE", nullable=False, default="now()"),
        Column(name="updated_at", type="TIMESTAMP WITH TIME ZONE", nullable=False, default="now()"),
    )
    common = {"primary_key": ("id",), "source": "alembic", "dialect": "postgres", "file": "alembic/versions/1_init.py"}
    users = Table(
        name="users", columns=(key, Column(name="email", type="TEXT", unique=True), *times), line=10, **common
    )
    projects = Table(
        name="projects",
        columns=(key, Column(name="user_id", type="UUID", nullable=False), Column(name="title", type="TEXT"), *times),
        foreign_keys=(ForeignKey(column="user_id", ref_table="users", ref_column="id", indexed=False),),
        line=20,
        **common,
    )
    return Facts(
        endpoints=(
            *crud("/api/v1/projects", "{project_id}", "fastapi", **query("page", "size")),
            endpoint("POST", "/api/v1/auth/login", "fastapi", "none"),
        ),
        tables=(users, projects),
        services=(Service(name="", path="", frameworks=("FastAPI",), modules=3),),
        stack=Stack(
            resources=(Resource(name="postgresql", kind="database", evidence="asyncpg", file="pyproject.toml"),)
        ),
    )


@pytest.fixture
def express_prisma() -> Facts:
    """camelCase columns, singular PascalCase tables, integer keys, PUT, limit and offset, numbered folders."""
    file = "prisma/migrations/20240102030405_init/migration.sql"
    common = {"primary_key": ("id",), "source": "prisma", "dialect": "postgres", "file": file}
    key = Column(name="id", type="SERIAL", nullable=False)
    created = Column(name="createdAt", type="TIMESTAMP(3)", nullable=False, default="CURRENT_TIMESTAMP")
    user = Table(name="User", columns=(key, Column(name="userName", type="TEXT"), created), line=1, **common)
    article = Table(
        name="Article",
        columns=(key, Column(name="authorId", type="INTEGER", nullable=False), created),
        foreign_keys=(ForeignKey(column="authorId", ref_table="User", ref_column="id", indexed=True),),
        indexes=(Index(name="Article_authorId_idx", columns=("authorId",)),),
        line=9,
        **common,
    )
    return Facts(
        endpoints=tuple(crud("/api/articles", "{articleId}", "express", update="PUT", **query("limit", "offset"))),
        tables=(user, article),
    )


@pytest.fixture
def django_mysql() -> Facts:
    """app_model tables, trailing slashes, pk, bigint keys."""
    common = {"primary_key": ("id",), "source": "django", "dialect": "mysql", "file": "blog/models.py"}
    key = Column(name="id", type="bigint", nullable=False)
    user = Table(name="auth_user", columns=(key,), model="User", line=1, **common)
    post = Table(
        name="blog_post",
        model="Post",
        columns=(key, Column(name="author_id", type="bigint"), Column(name="created", type="datetime(6)")),
        foreign_keys=(ForeignKey(column="author_id", ref_table="auth_user", ref_column="id", indexed=True),),
        line=9,
        **common,
    )
    return Facts(
        endpoints=tuple(
            one.model_copy(update={"path": one.path.rstrip("/") + "/"})
            for one in crud("/api/posts", "{pk}", "djangorestframework", update="PUT", **query("page"))
        ),
        tables=(user, post),
    )


@pytest.fixture
def gin_sqlite(tmp_path: Path) -> Facts:
    """Go with SQLite: singular paths of two words in kebab case, cursor, migrations with a way back."""
    folder = tmp_path / "db" / "migrations"
    folder.mkdir(parents=True)
    for name in ("000001_create_users", "000002_create_cook_books"):
        (folder / f"{name}.up.sql").write_text("-- up")
        (folder / f"{name}.down.sql").write_text("-- down")
    common = {"primary_key": ("id",), "source": "sql", "dialect": "sqlite"}
    key = Column(name="id", type="INTEGER")
    users = Table(name="users", columns=(key,), file="db/migrations/000001_create_users.up.sql", line=1, **common)
    books = Table(
        name="cook_books",
        columns=(key, Column(name="created_at", type="DATETIME", default="CURRENT_TIMESTAMP", nullable=False)),
        indexes=(Index(name="idx_cook_books_created", columns=("created_at",)),),
        file="db/migrations/000002_create_cook_books.up.sql",
        line=1,
        **common,
    )
    return Facts(
        endpoints=tuple(crud("/v1/cook-book", "{id}", "gin", auth="none", **query("cursor", "limit"))),
        tables=(users, books),
    )


@pytest.fixture
def full(fastapi_postgres: Facts) -> Facts:
    """Facts with findings, externals, modules and things that were not resolved."""
    findings = (
        RuleFinding(
            id="RULE-000001",
            rule="missing-pagination",
            severity="low",
            title="whole list",
            evidence="no limit",
            file="app/routes.py",
            line=10,
            remedy="page it",
        ),
        RuleFinding(
            id="RULE-000002",
            rule="sql-from-strings",
            severity="critical",
            title="SQL from strings",
            evidence="f-string",
            file="app/db.py",
            line=5,
            remedy="use parameters",
        ),
        RuleFinding(
            id="RULE-000003",
            rule="missing-auth",
            severity="critical",
            title="maybe open",
            evidence="can't tell",
            file="app/routes.py",
            line=30,
            remedy="guard it",
            possible=True,
        ),
    )
    return fastapi_postgres.model_copy(
        update={
            "findings": findings,
            "modules": (Module(path="app/routes.py", imports=("app/db.py",)), Module(path="app/db.py")),
            "external": (
                External(
                    kind="http", name='say "hi" [x]', target="https://a.example", timeout=False, file="app/x.py", line=3
                ),
                External(kind="http", name="fetch", target="/api/v1/projects", file="web/a.js", line=3),
            ),
        }
    )


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Run the rules on a task's text and facts."""

    def run(text: str, facts: Facts | None, upstream: Sequence[Upstream] = ()) -> BackendOutput:
        task = Task(text=text, repo=str(tmp_path))
        fragments = () if facts is None else (ContextFragment(name="facts", text="", data=facts),)
        return rules(task, Context(task=task, worker=WORKER, fragments=fragments, upstream=tuple(upstream)))

    return run
