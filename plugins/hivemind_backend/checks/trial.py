"""Applies changes to an SQLite database in memory, on top of the tables that are known, and takes them back again."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

from hivemind_backend.checks.problem import Problem
from hivemind_backend.models import BackendOutput, DatabaseChange, TableModel
from hivemind_backend.naming import bare

APPLIED = ("sqlite",)
"""The dialects that SQLite takes as they are."""
MAX_SECONDS = 5.0
_STEPS = 10_000
_TRANSACTION = re.compile(r"^\s*(BEGIN|COMMIT|END|ROLLBACK)\b", re.IGNORECASE)
Shape = dict[tuple[str, str], tuple[str, ...]]


def trial_problems(output: BackendOutput) -> Iterator[Problem]:
    """Say which statements SQLite refuses, and what a rollback leaves behind."""
    changes = [one for one in output.database_changes if one.ddl.strip()]
    if not changes or any(one.dialect not in APPLIED for one in changes):
        return
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        _bound(database)
        _prepare(database, output, changes)
        before = _shape(database)
        for number, change in enumerate(changes, 1):
            reason = _apply(database, change.ddl)
            if reason:
                yield Problem(
                    "the statements can't be applied", reason, change.migration or f"database change {number}"
                )
                return
        back = [one for one in reversed(changes) if one.rollback.strip()]
        for change in back:
            reason = _apply(database, change.rollback)
            if reason:
                yield Problem("the rollback can't be applied", reason, change.migration)
                return
        if len(back) == len(changes):
            yield from _left(before, _shape(database))


def _bound(database: sqlite3.Connection) -> None:
    """No file is touched and nothing runs for long, whatever the statements say."""
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    deadline = time.monotonic() + MAX_SECONDS
    database.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)

    def allow(action: int, *_: object) -> int:
        return sqlite3.SQLITE_DENY if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH) else sqlite3.SQLITE_OK

    database.set_authorizer(allow)


def _prepare(database: sqlite3.Connection, output: BackendOutput, changes: list[DatabaseChange]) -> None:
    """Make the tables that are there before the changes; columns that the changes add are left out."""
    added = {name.lower() for change in changes for name in _added_columns(change.ddl)}
    for table in output.data_model:
        if table.status == "new" or table.kind == "collection" or not table.columns:
            continue
        _apply(database, _statement(table, added if table.status == "modified" else set()))
        for index in table.indexes:
            if table.status == "existing" and index.name and index.columns:
                columns = ", ".join(_quoted(one) for one in index.columns)
                unique = "UNIQUE " if index.unique else ""
                # An index over an expression can't be made from its columns' names; it is not what is tried here.
                _apply(
                    database, f"CREATE {unique}INDEX {_quoted(index.name)} ON {_quoted(bare(table.name))} ({columns})"
                )


def _statement(table: TableModel, without: set[str]) -> str:
    columns = [f"{_quoted(one.name)} {_kind(one.type)}" for one in table.columns if one.name.lower() not in without]
    keys = [one for one in table.primary_key if one.lower() not in without]
    if keys:
        columns.append(f"PRIMARY KEY ({', '.join(_quoted(one) for one in keys)})")
    return f"CREATE TABLE {_quoted(bare(table.name))} ({', '.join(columns)})"


def _added_columns(ddl: str) -> list[str]:
    return re.findall(r"\bADD\s+(?:COLUMN\s+)?[\"`\[]?(\w+)", ddl, re.IGNORECASE)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kind(stated: str) -> str:
    """A type that SQLite takes: its words only, as a type may hold anything."""
    return " ".join(re.findall(r"[A-Za-z]+", stated)[:2]) if re.fullmatch(r"[A-Za-z ]+(\(.*\))?", stated) else ""


def _apply(database: sqlite3.Connection, script: str) -> str:
    """Run statements one after the other; why one is refused, '' where none is."""
    for statement in _statements(script):
        if _TRANSACTION.match(statement):
            continue
        try:
            database.execute(statement)
        except (sqlite3.Error, sqlite3.Warning) as error:
            if str(error) == "interrupted":
                return f"it takes longer than {MAX_SECONDS:g} s: {' '.join(statement.split())[:160]}"
            return f"SQLite says: {error}: {' '.join(statement.split())[:160]}"
    return ""


def _statements(script: str) -> Iterator[str]:
    """Cut a script where SQLite itself says that a statement is complete: triggers hold semicolons."""
    part = ""
    for piece in re.split(r"(?<=;)", script):
        part += piece
        if sqlite3.complete_statement(part):
            if part.strip(" \n\t;"):
                yield part
            part = ""
    if part.strip():
        yield part


def _shape(database: sqlite3.Connection) -> Shape:
    """Everything that is there, and the columns of tables."""
    found: Shape = {}
    for kind, name in database.execute(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    ).fetchall():
        rows = database.execute(f"PRAGMA table_info({_quoted(name)})").fetchall() if kind == "table" else []
        found[(kind, name)] = tuple(sorted(str(row[1]).lower() for row in rows))
    return found


def _left(before: Shape, after: Shape) -> Iterator[Problem]:
    for kind, name in sorted(after.keys() - before.keys()):
        yield Problem("the rollback does not undo the statements", f"{kind} {name} is left behind")
    for kind, name in sorted(before.keys() - after.keys()):
        yield Problem("the rollback does not undo the statements", f"{kind} {name} was there before and is gone")
    for kind, name in sorted(before.keys() & after.keys()):
        if before[(kind, name)] != after[(kind, name)]:
            changed = ", ".join(sorted(set(before[(kind, name)]) ^ set(after[(kind, name)])))
            yield Problem("the rollback does not undo the statements", f"columns of {name} differ: {changed}")
