"""Replays DDL operations into the tables that they leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hivemind_facts.models import Column, ForeignKey, Index, Table, Unresolved
from hivemind_facts.sql.ddl import Operation


@dataclass
class _Working:
    name: str
    file: str
    line: int
    view: bool = False
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    primary_key: list[str] = field(default_factory=list)
    foreign_keys: list[dict[str, Any]] = field(default_factory=list)
    indexes: list[dict[str, Any]] = field(default_factory=list)


class Schema:
    """The tables of one database while its scripts are replayed in order."""

    def __init__(self) -> None:
        self._tables: dict[str, _Working] = {}
        self.unresolved: list[Unresolved] = []

    def apply(self, operations: Iterable[Operation], file: str) -> None:
        """Replay one script."""
        for operation in operations:
            kind = operation["op"]
            if kind == "create_table":
                self._create(operation, file)
            elif kind == "create_view":
                key = operation["table"].lower()
                if key not in self._tables:
                    self._tables[key] = _Working(operation["table"], file, operation["line"], view=True)
            elif kind == "drop_table":
                self._tables.pop(self._key(operation["table"]), None)
            elif kind == "drop_index":
                for known in self._tables.values():
                    known.indexes = [one for one in known.indexes if one["name"].lower() != operation["name"].lower()]
            elif kind != "other":
                self._alter(operation, file)

    def _key(self, name: str) -> str:
        """Find a table by its name, with or without its schema."""
        key = name.lower()
        if key in self._tables:
            return key
        tail = key.rsplit(".", 1)[-1]
        same = [known for known in self._tables if known.rsplit(".", 1)[-1] == tail]
        return same[0] if len(same) == 1 else key

    def _create(self, operation: Operation, file: str) -> None:
        key = operation["table"].lower()
        if not key or (operation["if_not_exists"] and key in self._tables):
            return
        table = _Working(operation["table"], file, operation["line"])
        like = self._tables.get(self._key(operation["like"])) if operation["like"] else None
        if like is not None:
            table.columns = {name: dict(column) for name, column in like.columns.items()}
        self._tables[key] = table
        for column in operation["columns"]:
            table.columns[column["name"].lower()] = dict(column)
        _add(table, operation)

    def _alter(self, operation: Operation, file: str) -> None:
        table = self._tables.get(self._key(operation["table"]))
        if table is None:
            reason = (
                f"{operation['op'].replace('_', ' ')} on table {operation['table']!r}, which no script before creates"
            )
            self.unresolved.append(Unresolved(what="table", reason=reason, file=file, line=operation["line"]))
            return
        name = str(operation.get("name") or "").lower()
        match operation["op"]:
            case "add_column":
                column = operation["column"]
                table.columns[column["name"].lower()] = dict(column)
                _add(table, operation["parts"])
            case "add_constraint":
                _add(table, operation["parts"])
            case "create_index":
                table.indexes.append({key: operation[key] for key in ("name", "columns", "unique", "partial")})
            case "drop_column":
                _drop_column(table, name)
            case "drop_constraint":
                _drop_constraint(table, name)
            case "rename_column":
                _rename_column(table, name, operation["to"])
            case "rename_table":
                self._rename(table, operation["to"])
            case "change_column":
                column = operation["column"]
                if column["name"].lower() != name:
                    _rename_column(table, name, column["name"])
                table.columns[column["name"].lower()] = dict(column)
            case "alter_column":
                known = table.columns.get(name)
                if known is not None:
                    known["type"] = operation["type"] or known["type"]
                    if operation["nullable"] is not None:
                        known["nullable"] = bool(operation["nullable"])

    def _rename(self, table: _Working, to: str) -> None:
        old = table.name.lower()
        self._tables.pop(old, None)
        for other in self._tables.values():
            for key in other.foreign_keys:
                if key["table"].lower() == old:
                    key["table"] = to
        table.name = to
        self._tables[to.lower()] = table

    def tables(self, source: str, dialect: str | None) -> Iterator[Table]:
        """The tables that are left, by name."""
        for key in sorted(self._tables):
            yield self._finish(self._tables[key], source, dialect)

    def _finish(self, table: _Working, source: str, dialect: str | None) -> Table:
        by_name = {name: column["name"] for name, column in table.columns.items()}

        def spelled(names: Iterable[str]) -> tuple[str, ...]:
            return tuple(by_name.get(name.lower(), name) for name in names)

        return Table(
            name=table.name,
            columns=tuple(
                Column(
                    name=column["name"],
                    type=column["type"],
                    nullable=False if name in {one.lower() for one in table.primary_key} else column["nullable"],
                    default=column["default"],
                    unique=column["unique"]
                    or any(
                        one["unique"] and [part.lower() for part in one["columns"]] == [name] for one in table.indexes
                    ),
                )
                for name, column in table.columns.items()
            ),
            primary_key=spelled(table.primary_key),
            foreign_keys=tuple(self._foreign_keys(table, dialect, spelled)),
            indexes=tuple(
                Index(name=one["name"], columns=spelled(one["columns"]), unique=one["unique"]) for one in table.indexes
            ),
            unique=tuple(spelled(one["columns"]) for one in table.indexes if one["unique"] and all(one["columns"])),
            kind="view" if table.view else "table",
            source=source,
            dialect=dialect,
            file=table.file,
            line=table.line,
        )

    def _foreign_keys(self, table: _Working, dialect: str | None, spelled: Any) -> Iterator[ForeignKey]:
        keys = [[name.lower() for name in table.primary_key]]
        keys += [[name.lower() for name in one["columns"]] for one in table.indexes if not one.get("partial")]
        for key in table.foreign_keys:
            columns = [name.lower() for name in key["columns"]]
            whole = any(set(known[: len(columns)]) == set(columns) for known in keys if known)
            target = self._tables.get(self._key(key["table"]))
            referenced = key["references"] or (target.primary_key if target is not None else [])
            for number, column in enumerate(columns):
                # MySQL's InnoDB makes an index for every foreign key by itself.
                indexed = whole or dialect == "mysql" or any(known[:1] == [column] for known in keys)
                yield ForeignKey(
                    column=spelled([column])[0],
                    ref_table=target.name if target is not None else key["table"],
                    ref_column=referenced[number] if number < len(referenced) else "",
                    indexed=indexed,
                    on_delete=key["on_delete"],
                )


def _add(table: _Working, parts: Operation) -> None:
    if parts["primary_key"]:
        table.primary_key = list(parts["primary_key"])
    known = {(tuple(one["columns"]), one["table"].lower()) for one in table.foreign_keys}
    table.foreign_keys += [
        dict(one) for one in parts["foreign_keys"] if (tuple(one["columns"]), one["table"].lower()) not in known
    ]
    table.indexes += [{"partial": False, **one} for one in parts["indexes"]]


def _drop_column(table: _Working, name: str) -> None:
    table.columns.pop(name, None)
    table.foreign_keys = [one for one in table.foreign_keys if name not in [part.lower() for part in one["columns"]]]
    table.indexes = [one for one in table.indexes if name not in [part.lower() for part in one["columns"]]]
    table.primary_key = [one for one in table.primary_key if one.lower() != name]


def _drop_constraint(table: _Working, name: str) -> None:
    """Drop by name; a name that the database gave (Postgres: table_column_fkey) is told by its form."""
    short = table.name.lower().rsplit(".", 1)[-1]

    def is_key(one: dict[str, Any]) -> bool:
        given = f"{short}_{'_'.join(part.lower() for part in one['columns'])}_fkey"
        return name in (one["name"].lower(), given) and bool(name)

    def is_unique(one: dict[str, Any]) -> bool:
        given = f"{short}_{'_'.join(part.lower() for part in one['columns'])}_key"
        return bool(name) and name in (one["name"].lower(), given)

    table.foreign_keys = [one for one in table.foreign_keys if not is_key(one)]
    table.indexes = [one for one in table.indexes if not is_unique(one)]
    if name == f"{short}_pkey":
        table.primary_key = []


def _rename_column(table: _Working, name: str, to: str) -> None:
    table.columns = {
        (to.lower() if known == name else known): ({**column, "name": to} if known == name else column)
        for known, column in table.columns.items()
    }

    def renamed(columns: list[str]) -> list[str]:
        return [to if one.lower() == name else one for one in columns]

    table.primary_key = renamed(table.primary_key)
    for one in (*table.foreign_keys, *table.indexes):
        one["columns"] = renamed(one["columns"])
