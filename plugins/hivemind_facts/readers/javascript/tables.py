"""A table that is put together from several places of the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hivemind_facts.models import Column, ForeignKey, Index, Table
from hivemind_facts.readers.javascript.values import Site


@dataclass
class Draft:
    """A table in the making."""

    name: str
    site: Site
    source: str
    model: str | None = None
    kind: Literal["table", "collection"] = "table"
    columns: dict[str, Column] = field(default_factory=dict)
    primary: list[str] = field(default_factory=list)
    keys: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    """Column: (table, column, what happens on delete)."""
    indexes: list[Index] = field(default_factory=list)
    unique: list[tuple[str, ...]] = field(default_factory=list)

    def column(self, column: Column) -> None:
        """Add a column; what is known of it already stays where the new one says nothing."""
        known = self.columns.get(column.name)
        if known is not None:
            column = known.model_copy(
                update={key: value for key, value in column.model_dump().items() if value not in (None, "", False)}
            )
        self.columns[column.name] = column

    def table(self) -> Table:
        """The finished table."""
        unique = tuple(dict.fromkeys([*self.unique, *((c.name,) for c in self.columns.values() if c.unique)]))
        first = {index.columns[0] for index in self.indexes if index.columns} | {each[0] for each in unique if each}
        first |= set(self.primary[:1])
        return Table(
            name=self.name,
            columns=tuple(self.columns.values()),
            primary_key=tuple(dict.fromkeys(self.primary)),
            foreign_keys=tuple(
                ForeignKey(column=column, ref_table=table, ref_column=ref, indexed=column in first, on_delete=action)
                for column, (table, ref, action) in self.keys.items()
            ),
            indexes=tuple(dict.fromkeys(self.indexes)),
            unique=unique,
            kind=self.kind,
            source=self.source,
            model=self.model,
            file=self.site.file,
            line=self.site.line,
        )
