"""Alembic migrations, replayed in the order of their revisions."""

from __future__ import annotations

import re

from hivemind_facts.models import Unresolved
from hivemind_facts.readers.python.machine import Operation
from hivemind_facts.readers.python.program import Program
from hivemind_facts.readers.python.sqlalchemy_columns import is_column, put_column, put_constraint
from hivemind_facts.readers.python.tables import Draft, Key, shown
from hivemind_facts.readers.python.values import Func, Obj, Value, leaf
from hivemind_facts.readers.python.web import strings

_INDEX = re.compile(
    r"create\s+(unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?[\"`]?(\w+)[\"`]?\s+on\s+(?:\w+\.)?[\"`]?(\w+)"
    r"[\"`]?\s*(?:using\s+\w+\s*)?\(\s*[\"`]?(\w+(?:[\"`]?\s*,\s*[\"`]?\w+)*)[\"`]?\s*\)",
    re.IGNORECASE,
)
_DDL = re.compile(r"\b(create|alter|drop)\s+(table|index|unique)", re.IGNORECASE)


def replay(program: Program) -> tuple[dict[str, Draft], list[Unresolved]]:
    """The tables after all migrations, and what of the migrations can't be replayed."""
    replayer = _Replayer()
    for func in _upgrades(program):
        program.machine.operations.clear()
        program.start(func)
        for operation in program.machine.operations:
            replayer.apply(operation)
    return replayer.tables, replayer.unresolved


def _upgrades(program: Program) -> list[Func]:
    """The `upgrade` functions, each after those of the revisions it follows."""
    found: dict[str, tuple[list[str], Func]] = {}
    for path, foreign in program.imports.items():
        if "alembic" not in foreign:
            continue
        names = program.machine.module(path).names
        revision, upgrade = names.get("revision"), names.get("upgrade")
        if isinstance(revision, str) and isinstance(upgrade, Func):
            found[revision] = [*strings(names.get("down_revision")), *strings(names.get("depends_on"))], upgrade
    ordered: list[Func] = []
    done: set[str] = set()
    waiting = sorted(found, key=lambda revision: found[revision][1].path)
    while waiting:
        ready = [one for one in waiting if all(down in done or down not in found for down in found[one][0])]
        ready = ready or waiting[:1]  # a circle: take them as they stand
        for revision in ready:
            done.add(revision)
            ordered.append(found[revision][1])
        waiting = [one for one in waiting if one not in done]
    return ordered


class _Replayer:
    """Applies operations to tables."""

    def __init__(self) -> None:
        self.tables: dict[str, Draft] = {}
        self.unresolved: list[Unresolved] = []

    def apply(self, operation: Operation) -> None:
        """Apply one operation; one on a table that is not known is listed."""
        handler = getattr(self, f"_{operation.name}", None)
        if handler is not None:
            handler(operation)

    def _table(self, operation: Operation, position: int = 0, name: str = "table_name") -> Draft | None:
        table = operation.table or operation.arg(position, name)
        if isinstance(table, str):
            return self.tables.get(table)
        reason = f"{operation.name}: the table's name is not constant"
        self.unresolved.append(Unresolved(what="table", reason=reason, file=operation.path, line=operation.line))
        return None

    def _create_table(self, operation: Operation) -> None:
        name = operation.arg(0, "table_name")
        if not isinstance(name, str):
            self._table(operation)
            return
        draft = self.tables[name] = Draft(name, operation.path, operation.line, "alembic")
        parts = [arg for arg in operation.args[1:] if isinstance(arg, Obj)]
        for part in parts:
            if is_column(part):
                put_column(draft, part, None)
        for part in parts:
            put_constraint(draft, part)

    def _drop_table(self, operation: Operation) -> None:
        name = operation.arg(0, "table_name")
        if isinstance(name, str):
            self.tables.pop(name, None)

    def _rename_table(self, operation: Operation) -> None:
        old, new = operation.arg(0, "old_table_name"), operation.arg(1, "new_table_name")
        if isinstance(old, str) and isinstance(new, str) and old in self.tables:
            self.tables[new] = self.tables.pop(old)
            self.tables[new].name = new
            for draft in self.tables.values():
                for key in draft.keys:
                    key.table = new if key.table == old else key.table

    def _add_column(self, operation: Operation) -> None:
        draft = self._table(operation)
        column = operation.arg(0 if operation.table else 1, "column")
        if draft is not None and isinstance(column, Obj) and is_column(column):
            put_column(draft, column, None)

    def _drop_column(self, operation: Operation) -> None:
        draft = self._table(operation)
        name = operation.arg(0 if operation.table else 1, "column_name")
        if draft is not None and isinstance(name, str):
            draft.drop_column(name)

    def _alter_column(self, operation: Operation) -> None:
        draft = self._table(operation)
        name = operation.arg(0 if operation.table else 1, "column_name")
        if draft is None or not isinstance(name, str) or name not in draft.columns:
            return
        nullable, kind = operation.kwargs.get("nullable"), operation.kwargs.get("type_")
        update: dict[str, Value] = {}
        if isinstance(nullable, bool):
            update["nullable"] = nullable
        if kind is not None:
            update["type"] = shown(kind)
        draft.columns[name] = draft.columns[name].model_copy(update=update)
        new = operation.kwargs.get("new_column_name", operation.kwargs.get("name"))
        if isinstance(new, str):
            draft.rename_column(name, new)

    def _create_index(self, operation: Operation) -> None:
        draft = self._table(operation, 1)
        columns = operation.arg(1 if operation.table else 2, "columns")
        name = operation.arg(0, "index_name")
        if draft is not None:
            unique = operation.kwargs.get("unique", operation.args[3] if len(operation.args) > 3 else False) is True
            draft.index(tuple(strings(columns)), name if isinstance(name, str) else _called(name), unique)

    def _drop_index(self, operation: Operation) -> None:
        name = operation.arg(0, "index_name")
        name = name if isinstance(name, str) else _called(name)
        for draft in self.tables.values():
            draft.indexes = [one for one in draft.indexes if one.name != name or not name]

    def _create_unique_constraint(self, operation: Operation) -> None:
        draft = self._table(operation, 1)
        columns = operation.arg(1 if operation.table else 2, "columns")
        name = operation.arg(0, "constraint_name")
        if draft is not None:
            draft.constrain(tuple(strings(columns)), name if isinstance(name, str) else _called(name))

    def _create_primary_key(self, operation: Operation) -> None:
        draft = self._table(operation, 1)
        if draft is not None:
            draft.primary = strings(operation.arg(1 if operation.table else 2, "columns"))

    def _create_foreign_key(self, operation: Operation) -> None:
        draft = self._table(operation, 1, "source_table")
        shift = 1 if operation.table else 0
        target = operation.arg(2 - shift, "referent_table")
        columns = tuple(strings(operation.arg(3 - shift, "local_cols")))
        refs = tuple(strings(operation.arg(4 - shift, "remote_cols")))
        name = operation.arg(0, "constraint_name")
        if draft is not None and isinstance(target, str) and columns:
            on_delete = operation.kwargs.get("ondelete")
            title = name if isinstance(name, str) else _called(name)
            draft.refer(Key(columns, target, refs, on_delete if isinstance(on_delete, str) else None, title))

    def _drop_constraint(self, operation: Operation) -> None:
        draft = self._table(operation, 1)
        name = operation.arg(0, "constraint_name")
        name = name if isinstance(name, str) else _called(name)
        if draft is None or not name:
            return
        table = draft.name
        draft.keys = [key for key in draft.keys if name not in (key.name, f"{table}_{'_'.join(key.columns)}_fkey")]
        draft.unique = [
            (title, cols) for title, cols in draft.unique if name not in (title, f"{table}_{'_'.join(cols)}_key")
        ]
        for column in list(draft.columns):
            if name == f"{table}_{column}_key":
                draft.columns[column] = draft.columns[column].model_copy(update={"unique": False})

    def _execute(self, operation: Operation) -> None:
        sql = operation.arg(0, "sqltext")
        if isinstance(sql, Obj) and sql.args:
            sql = sql.args[0]
        if not isinstance(sql, str):
            return
        rest = sql
        for match in _INDEX.finditer(sql):
            unique, name, table, columns = match.groups()
            if table in self.tables:
                names = tuple(part.strip(' "`') for part in columns.split(","))
                self.tables[table].index(names, name, bool(unique))
                rest = rest.replace(match.group(0), "")
        if _DDL.search(rest):
            reason = f"op.execute with SQL that changes the schema: {' '.join(rest.split())[:80]}"
            self.unresolved.append(Unresolved(what="table", reason=reason, file=operation.path, line=operation.line))


def _called(value: Value) -> str:
    """The name in `op.f("ix_users_email")`."""
    return (
        value.args[0]
        if isinstance(value, Obj) and leaf(value) == "f" and value.args and isinstance(value.args[0], str)
        else ""
    )
