"""A table while it is put together: columns, keys and indexes from models or migrations."""

from __future__ import annotations

from dataclasses import dataclass, field

from hivemind_facts.models import Column, ForeignKey, Index, Table
from hivemind_facts.readers.python.values import UNKNOWN, Func, Obj, Value, leaf, name_of


@dataclass
class Key:
    """A foreign key of one or more columns."""

    columns: tuple[str, ...]
    table: str
    refs: tuple[str, ...]
    on_delete: str | None = None
    name: str = ""


@dataclass
class Draft:
    """A table that grows."""

    name: str
    file: str
    line: int
    source: str
    model: str | None = None
    columns: dict[str, Column] = field(default_factory=dict)
    primary: list[str] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    unique: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def index(self, columns: tuple[str, ...], name: str = "", unique: bool = False) -> None:
        """Add an index; an empty one is none."""
        if columns and not any(one.columns == columns and one.unique == unique for one in self.indexes):
            self.indexes.append(Index(name=name, columns=columns, unique=unique))

    def constrain(self, columns: tuple[str, ...], name: str = "") -> None:
        """Add a unique constraint."""
        if columns and columns not in [known for _, known in self.unique]:
            self.unique.append((name, columns))

    def refer(self, key: Key) -> None:
        """Add a foreign key, once."""
        if not any(known.columns == key.columns and known.table == key.table for known in self.keys):
            self.keys.append(key)

    def rename_column(self, old: str, new: str) -> None:
        """Rename a column wherever it stands."""

        def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new if name == old else name for name in names)

        self.columns = {
            new if name == old else name: column.model_copy(update={"name": new}) if name == old else column
            for name, column in self.columns.items()
        }
        self.primary = list(renamed(tuple(self.primary)))
        for key in self.keys:
            key.columns = renamed(key.columns)
        self.indexes = [one.model_copy(update={"columns": renamed(one.columns)}) for one in self.indexes]
        self.unique = [(name, renamed(columns)) for name, columns in self.unique]

    def drop_column(self, name: str) -> None:
        """Drop a column, with the keys and indexes over it."""
        self.columns.pop(name, None)
        self.primary = [one for one in self.primary if one != name]
        self.keys = [key for key in self.keys if name not in key.columns]
        self.indexes = [one for one in self.indexes if name not in one.columns]
        self.unique = [(title, columns) for title, columns in self.unique if name not in columns]

    def merge(self, other: Draft) -> None:
        """Take over what another description of the same table has and this one lacks."""
        for name, column in other.columns.items():
            self.columns.setdefault(name, column)
        self.primary = self.primary or list(other.primary)
        for key in other.keys:
            if not any(known.columns == key.columns for known in self.keys):
                self.keys.append(key)
        for index in other.indexes:
            self.index(index.columns, index.name, index.unique)
        for name, columns in other.unique:
            self.constrain(columns, name)

    def served(self, column: str) -> bool:
        """Whether an index, a unique constraint or the primary key serves look-ups by a column."""
        first = [self.primary[0]] if self.primary else []
        first += [one.columns[0] for one in self.indexes] + [columns[0] for _, columns in self.unique]
        known = self.columns.get(column)
        return column in first or bool(known and known.unique)

    def table(self) -> Table:
        """The finished table."""
        keys = [
            ForeignKey(
                column=column,
                ref_table=key.table,
                ref_column=key.refs[position] if position < len(key.refs) else "",
                indexed=self.served(column),
                on_delete=key.on_delete,
            )
            for key in self.keys
            for position, column in enumerate(key.columns)
        ]
        singles = [(name,) for name, column in self.columns.items() if column.unique]
        composite = [columns for _, columns in self.unique]
        return Table(
            name=self.name,
            columns=tuple(self.columns.values()),
            primary_key=tuple(self.primary),
            foreign_keys=tuple(keys),
            indexes=tuple(self.indexes),
            unique=tuple(dict.fromkeys([*singles, *composite])),
            source=self.source,
            model=self.model,
            file=self.file,
            line=self.line,
        )


def shown(value: Value) -> str:
    """How a type or a default is written: `String(50)`, `now()`."""
    if isinstance(value, str | int | float) or value is None:
        return str(value)
    if isinstance(value, Obj):
        made = leaf(value.cls)
        if made == "[]" and value.args:
            return f"{shown(value.args[0])}[{', '.join(shown(arg) for arg in value.args[1:])}]"
        if made in ("text", "literal_column") and value.args:
            return shown(value.args[0])
        inner = [shown(arg) for arg in value.args if isinstance(arg, str | int | float) or leaf(arg)]
        return f"{made}({', '.join(inner)})" if inner or made[:1].islower() else made
    if isinstance(value, Func):
        return f"{value.name}()"
    return "" if value is UNKNOWN else leaf(value) or name_of(value)
