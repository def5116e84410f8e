"""Hand-made facts, and the architect's rules run on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hivemind_architect.models import ArchitectOutput
from hivemind_architect.rules import rules
from hivemind_facts.models import (
    Column,
    Endpoint,
    EnvironmentVariable,
    External,
    Facts,
    ForeignKey,
    Manifest,
    Module,
    Place,
    Resource,
    RuleFinding,
    Service,
    Stack,
    Table,
)

from hivemind.models import Context, ContextFragment, Task, WorkerSpec

Judge = Callable[..., ArchitectOutput]
WORKER = WorkerSpec(name="architect-worker", role="architect", description="d")


@pytest.fixture
def judge() -> Judge:
    """Run the rules on facts."""

    def run(facts: Facts | None, text: str = "look") -> ArchitectOutput:
        task = Task(text=text, repo="/srv/app")
        fragments = () if facts is None else (ContextFragment(name="facts", text="", data=facts),)
        return rules(task, Context(task=task, worker=WORKER, fragments=fragments))

    return run


@pytest.fixture
def layered() -> Facts:
    """An application of three layers on SQLite, with tests and without CI."""
    users = Table(
        name="users",
        columns=(Column(name="id"),),
        foreign_keys=(ForeignKey(column="team_id", ref_table="teams", indexed=False),),
        source="sql",
        service="app",
        file="db/1.sql",
        line=1,
    )
    endpoints = tuple(
        Endpoint(
            method=method,
            path=f"/api/v1/{name}",
            file=f"app/{name}.py",
            line=3,
            framework="fastapi",
            auth=auth,
            auth_evidence="user_of (app/auth.py:2)" if auth == "required" else "",
            paginated=paged,
        )
        for name in ("users", "teams", "tags")
        for method, auth, paged in (("GET", "none", False), ("POST", "required", None))
    )
    modules = (
        Module(path="app/main.py", imports=("app/users.py", "app/teams.py", "os"), lines=20),
        Module(path="app/users.py", imports=("app/db.py",), lines=90),
        Module(path="app/teams.py", imports=("app/db.py",), lines=90),
        Module(path="app/db.py", lines=40),
        Module(path="web/cart.js", lines=1_200),
    )
    return Facts(
        stack=Stack(
            resources=(Resource(name="sqlite", kind="database", evidence="imports sqlite3", file="app/db.py", line=1),),
            tests=(Place(name="tests", kind="pytest", file="tests/test_a.py", line=1),),
            manifests=(Manifest(file="pyproject.toml", kind="pyproject", name="app", dependencies=4),),
        ),
        services=(Service(name="app", path="", languages=("python",), frameworks=("FastAPI",), modules=5),),
        endpoints=endpoints,
        tables=(users,),
        modules=modules,
        environment=(EnvironmentVariable(name="DB", file="app/db.py", line=3),),
        external=(
            External(
                kind="http",
                name="rates",
                target="https://r.example",
                timeout=False,
                file="app/r.py",
                line=2,
                service="app",
            ),
        ),
        findings=(
            RuleFinding(
                id="R-1",
                rule="sql-from-strings",
                severity="high",
                title="SQL from strings",
                evidence="e",
                file="app/db.py",
                line=9,
                remedy="use parameters",
            ),
        ),
    )
