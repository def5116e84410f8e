"""The data model as the facts have it, and its diagram."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hivemind import ErDiagram
from hivemind_backend.facts import place
from hivemind_backend.models import ColumnModel, IndexModel, Relation, TableModel

if TYPE_CHECKING:
    from hivemind_facts.models import Table

MAX_WHOLE = 40
"""Tables; a diagram of more shows keys only, or no viewer draws it."""
MAX_DRAWN = 150


def table_model(table: Table) -> TableModel:
    """A table of the facts as the output has it."""
    foreign = {key.column for key in table.foreign_keys}
    alone = {columns[0] for columns in table.unique if len(columns) == 1}
    return TableModel(
        name=table.name,
        columns=tuple(
            ColumnModel(
                name=one.name,
                type=one.type,
                nullable=one.nullable,
                key=",".join(
                    mark
                    for mark, holds in (
                        ("PK", one.name in table.primary_key),
                        ("FK", one.name in foreign),
                        ("UK", one.unique or one.name in alone),
                    )
                    if holds
                ),
                default=one.default,
            )
            for one in table.columns
        ),
        primary_key=table.primary_key,
        relations=tuple(
            Relation(
                table=table.name,
                column=key.column,
                ref_table=key.ref_table,
                ref_column=key.ref_column,
                indexed=key.indexed,
                on_delete=key.on_delete,
            )
            for key in table.foreign_keys
        ),
        indexes=tuple(
            IndexModel(name=one.name, table=table.name, columns=one.columns, unique=one.unique) for one in table.indexes
        ),
        kind=table.kind,
        model=table.model or "",
        location=place(table.file, table.line),
    )


def er_diagram(tables: Iterable[TableModel]) -> str:
    """Draw tables and their relations; '' if there is none."""
    listed = list(tables)
    drawn = sorted(listed, key=lambda one: one.status == "existing")[:MAX_DRAWN]
    names = {one.name for one in drawn}
    diagram = ErDiagram()
    for one in drawn:
        shown = one.columns if len(listed) <= MAX_WHOLE else [column for column in one.columns if column.key]
        diagram.entity(one.name, [(column.name, column.type, column.key) for column in shown])
    for one in drawn:
        columns = {column.name: column for column in one.columns}
        for relation in one.relations:
            if relation.ref_table not in names:
                continue
            column = columns.get(relation.column)
            diagram.relation(
                one.name,
                relation.ref_table,
                relation.column,
                optional=bool(column and column.nullable),
                unique=bool(column and {"PK", "UK"} & set(column.key.split(",")) and len(one.primary_key) < 2),
            )
    return diagram.render()
