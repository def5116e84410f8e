"""Every statement that a rule or a draft proposes is applied: to SQLite, and to PostgreSQL where it is installed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hivemind_backend.plugin import WORKER
from hivemind_backend.rules import rules as backend_rules
from hivemind_facts.assemble import extract
from hivemind_facts.fragments import fragment
from hivemind_facts.models import Column, Facts, ForeignKey, Table
from hivemind_facts.rules.keys import index_statement

from hivemind import Context, Task

SCHEMA = """
CREATE TABLE users (id {key}, email VARCHAR(200) NOT NULL UNIQUE);
CREATE TABLE "order" (id {key}, user_id INTEGER NOT NULL REFERENCES users (id), "group" INTEGER REFERENCES users (id));
CREATE TABLE line_items (id {key}, order_id INTEGER REFERENCES "order" (id), note TEXT);
"""
LATER = {
    "postgres": (
        "ALTER TABLE users ADD COLUMN age INTEGER NOT NULL;",
        "CREATE INDEX users_email_again ON users (email);",
        "ALTER TABLE line_items ADD CONSTRAINT by_user FOREIGN KEY (order_id) REFERENCES users (id);",
        "ALTER TABLE users ALTER COLUMN email TYPE TEXT;",
        "ALTER TABLE line_items ALTER COLUMN note SET NOT NULL;",
    ),
    "sqlite": ("CREATE INDEX users_email_again ON users (email);",),
}
KEYS = {"postgres": "SERIAL PRIMARY KEY", "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT"}
DRIVERS = {"postgres": "psycopg2", "sqlite": "aiosqlite"}
APP = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/api/users")
def list_users(limit: int = 20, offset: int = 0): ...

@app.post("/api/users")
def add_user(): ...

@app.get("/api/users/{user_id}")
def show_user(user_id: int): ...
"""


@dataclass
class Cluster:
    """A private PostgreSQL on a socket in a folder of its own."""

    tools: Path
    folder: Path
    user: tuple[str, ...]

    def run(self, tool: str, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [*self.user, str(self.tools / tool), *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, cwd="/", check=False)

    def apply(self, database: str, sql: str) -> str:
        """Run statements; '' if all went well, else what PostgreSQL said."""
        done = self.run(
            "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", "facts", "-d", database, text=sql
        )
        return "" if done.returncode == 0 else done.stderr


def _tools() -> Path | None:
    found = [Path(one).resolve().parent for one in (shutil.which("initdb"),) if one]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in found if all((one / name).exists() for name in ("initdb", "pg_ctl", "psql"))), None)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    tools = _tools()
    if tools is None:
        pytest.skip("PostgreSQL's initdb, pg_ctl and psql are not installed")
    # a socket's path must be short, so the folder is not pytest's
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp" if os.path.isdir("/tmp") else None) as name:
        folder = Path(name)
        user: tuple[str, ...] = ()
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            setpriv = shutil.which("setpriv")
            if setpriv is None:
                pytest.skip("PostgreSQL does not run as root, and setpriv is not installed")
            user = (setpriv, "--reuid=65534", "--regid=65534", "--clear-groups")
            os.chown(folder, 65534, 65534)
        made = Cluster(tools, folder, user)
        done = made.run("initdb", "-D", f"{folder}/data", "-U", "facts", "-A", "trust", "--no-sync", "-E", "UTF8")
        if done.returncode != 0:
            pytest.skip(f"initdb failed here: {done.stderr.strip()[-300:]}")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        started = made.run("pg_ctl", "-D", f"{folder}/data", "-o", options, "-w", "-l", f"{folder}/log", "start")
        assert started.returncode == 0, (folder / "log").read_text(encoding="utf-8")
        try:
            yield made
        finally:
            made.run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")


@pytest.fixture(params=["sqlite", "postgres"])
def application(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    dialect = str(request.param)
    files = {"requirements.txt": f"fastapi\n{DRIVERS[dialect]}\n", "main.py": APP}
    files["migrations/001_first.sql"] = SCHEMA.format(key=KEYS[dialect])
    files["migrations/002_second.sql"] = "\n".join(LATER[dialect])
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return dialect, tmp_path


def drafted(facts: Facts, repo: Path) -> list[str]:
    """The changes that the backend's rules draft for a new resource, each with its way back."""
    task = Task(text="Add an invoices API with pagination", repo=str(repo))
    context = Context(task=task, worker=WORKER, fragments=(fragment(facts, "backend", task.text),))
    changes = [change for change in backend_rules(task, context).database_changes if change.ddl]
    return [f"{change.ddl}\n{change.rollback}" for change in changes]


def apply(dialect: str, statements: list[str], request: pytest.FixtureRequest) -> None:
    first = SCHEMA.format(key=KEYS[dialect])
    if dialect == "sqlite":
        database = sqlite3.connect(":memory:")
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(first)
        for one in statements:
            database.executescript(one)
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    for number, one in enumerate(statements):
        name = f"t{number}"
        assert cluster.apply("postgres", f"DROP DATABASE IF EXISTS {name};\nCREATE DATABASE {name};") == ""
        assert cluster.apply(name, first) == ""
        assert cluster.apply(name, one) == "", one


def test_remedies_apply(application: tuple[str, Path], request: pytest.FixtureRequest) -> None:
    dialect, repo = application
    facts = extract(repo)
    assert {one.dialect for one in facts.tables} == {dialect}
    remedies = [one.sql for one in facts.findings if one.sql]
    assert len(remedies) >= 3
    assert len(facts.findings) >= (6 if dialect == "postgres" else 3)
    apply(dialect, remedies, request)


def test_drafts_apply(application: tuple[str, Path], request: pytest.FixtureRequest) -> None:
    dialect, repo = application
    statements = drafted(extract(repo), repo)
    assert statements
    assert "invoices" in "".join(statements)
    apply(dialect, statements, request)


@pytest.mark.parametrize("name", ["select", "Mixed", "with space", 'quo"te', "naïve", "a" * 70, "user"])
@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_any_name_is_quoted(name: str, dialect: str, request: pytest.FixtureRequest) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    key = ForeignKey(column=name, ref_table="x", indexed=False)
    table = Table(name=name, columns=(Column(name=name),), foreign_keys=(key,), dialect=dialect, file="a", line=1)
    statement = f"CREATE TABLE {quoted} ({quoted} INTEGER);\n{index_statement(table, name)}"
    if dialect == "sqlite":
        sqlite3.connect(":memory:").executescript(statement)
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    assert cluster.apply("postgres", f"DROP TABLE IF EXISTS {quoted};\n{statement}") == ""
