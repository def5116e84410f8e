"""SQLite connections and the migrations that shape the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path


def connect(path: Path) -> sqlite3.Connection:
    """Open the database with foreign keys enforced and rows that are read by column name."""
    # One request may be served by several threads in turn, never by two at once.
    db = sqlite3.connect(path, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    return db


def migrate(db: sqlite3.Connection, folder: Path) -> list[str]:
    """Apply the SQL files of a folder that this database has not seen, all of them or none.

    Returns:
        The names of the files that were applied.
    """
    db.execute("BEGIN IMMEDIATE")
    with db:
        db.execute("CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY)")
        seen = {row["name"] for row in db.execute("SELECT name FROM schema_migrations")}
        pending = [path for path in sorted(folder.glob("*.sql")) if path.name not in seen]
        for path in pending:
            run_script(db, path.read_text(encoding="utf-8"))
        db.executemany("INSERT INTO schema_migrations (name) VALUES (?)", [(path.name,) for path in pending])
    return [path.name for path in pending]


def run_script(db: sqlite3.Connection, script: str) -> None:
    """Run a script inside the open transaction, which `executescript` would commit first."""
    for statement in split_statements(script):
        db.execute(statement)


def split_statements(script: str) -> Iterator[str]:
    """Split a script where SQLite itself says that a statement is complete."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if statement.strip():
        yield statement.strip()
