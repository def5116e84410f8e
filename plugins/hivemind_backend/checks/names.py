"""Tables and columns that statements name: they exist, or are made before they are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hivemind_backend.checks.problem import Problem
from hivemind_backend.naming import bare

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

    from hivemind_backend.models import BackendOutput, DatabaseChange, TableModel

Columns = set[str] | None


class KnownSchema:
    """Tables with their columns by lower-case name; None where the columns are not known."""

    def __init__(self, tables: Iterable[TableModel]) -> None:
        self.tables: dict[str, Columns] = {}
        for one in tables:
            names = {column.name.lower() for column in one.columns}
            self.tables[_key(one.name)] = names or None

    def add(self, table: str, columns: Iterable[str]) -> None:
        """A table is made; columns of one that is there already are added."""
        known = self.tables.get(_key(table), set())
        self.tables[_key(table)] = None if known is None else known | {one.lower() for one in columns}

    def forget_columns(self, table: str) -> None:
        """A table's columns are no longer known."""
        if _key(table) in self.tables:
            self.tables[_key(table)] = None

    def lacks_table(self, table: str) -> bool:
        """Whether there is no such table."""
        return _key(table) not in self.tables

    def lacking(self, table: str, columns: Iterable[str]) -> list[str]:
        """The columns that a known table does not have."""
        known = self.tables.get(_key(table))
        return [] if known is None else [one for one in columns if one and one.lower() not in known]


def _key(table: str) -> str:
    return bare(table).lower()


def name_problems(output: BackendOutput, parsed: list[tuple[DatabaseChange, list[Expr]]]) -> Iterator[Problem]:
    """Say which foreign keys and indexes name a table or column that neither exists nor is made."""
    schema = KnownSchema(output.data_model)
    every = [statement for _, statements in parsed for statement in statements]
    for statement in every:
        _take_created(schema, statement)
    for statement in every:
        _take_altered(schema, statement)
    told: set[tuple[str, str]] = set()
    for change, statements in parsed:
        found: list[tuple[str, str]] = []
        for relation in change.relations:
            found += _reference(schema, relation.table, [relation.column], relation.ref_table, [relation.ref_column])
        for index in change.indexes:
            found += _index(schema, index.name, index.table, index.columns)
        for statement in statements:
            found += _named(schema, statement)
        for title, detail in found:
            if (title, detail) not in told:
                told.add((title, detail))
                yield Problem(title, detail, change.migration)


def _take_created(schema: KnownSchema, statement: Expr) -> None:
    """Add the table that a statement makes."""
    from sqlglot import exp

    kind = str(statement.args.get("kind") or "").upper()
    table = _table_of(statement)
    if isinstance(statement, exp.Create) and kind in ("TABLE", "VIEW") and table:
        columns = [one.name for one in statement.find_all(exp.ColumnDef)]
        schema.add(table, columns)
        if not columns:  # made from a query, or like another table
            schema.forget_columns(table)


def _take_altered(schema: KnownSchema, statement: Expr) -> None:
    """Add what a statement makes of a table that is there."""
    from sqlglot import exp

    table = _table_of(statement)
    if isinstance(statement, exp.Alter) and table and not schema.lacks_table(table):
        for action in statement.args.get("actions") or ():
            if isinstance(action, exp.ColumnDef):
                schema.add(table, [action.name])
            elif isinstance(action, exp.AlterRename) and isinstance(action.this, exp.Table):
                schema.tables[_key(action.this.name)] = schema.tables.get(_key(table))
            elif isinstance(action, exp.RenameColumn):
                schema.add(table, [action.args["to"].name])


def _named(schema: KnownSchema, statement: Expr) -> Iterator[tuple[str, str]]:
    from sqlglot import exp

    table = _table_of(statement)
    if isinstance(statement, exp.Create) and str(statement.args.get("kind") or "").upper() == "INDEX":
        index = statement.this
        parameters = index.args.get("params") if isinstance(index, exp.Index) else None
        listed = parameters.args.get("columns") or [] if parameters is not None else []
        columns = [one.this.name for one in listed if isinstance(getattr(one, "this", None), exp.Column)]
        if table:
            yield from _index(schema, index.name, table, columns)
        return
    if isinstance(statement, exp.Alter) and table and schema.lacks_table(table):
        yield "a statement changes no table: " + table, f"{table} is neither made here nor listed in data_model"
    for reference in statement.find_all(exp.Reference):
        target = reference.find(exp.Table)
        if target is not None:
            own = _referring(reference)
            theirs = [one.name for one in reference.this.expressions] if isinstance(reference.this, exp.Schema) else []
            yield from _reference(schema, table, own, target.name, theirs)


def _referring(reference: Any) -> list[str]:
    """The columns that refer: of a table's constraint, or the column that the constraint stands at."""
    from sqlglot import exp

    key = reference.find_ancestor(exp.ForeignKey)
    if key is not None:
        return [one.name for one in key.expressions]
    column = reference.find_ancestor(exp.ColumnDef)
    return [column.name] if column is not None else []


def _reference(
    schema: KnownSchema, table: str, columns: Iterable[str], target: str, theirs: Iterable[str]
) -> Iterator[tuple[str, str]]:
    own = bare(table) or "a table"
    if schema.lacks_table(target):
        detail = f"{own} refers to {bare(target)}, which is neither made here nor listed in data_model"
        yield f"a foreign key names no table: {bare(target)}", detail
        return
    for column in schema.lacking(target, theirs):
        yield f"a foreign key names no column: {bare(target)}.{column}", f"{own} refers to it, and it does not exist"
    for column in schema.lacking(table, columns):
        yield f"a foreign key names no column: {own}.{column}", f"it refers to {bare(target)}, and it does not exist"


def _index(schema: KnownSchema, name: str, table: str, columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    said = f"index {name}" if name else "an index"
    if table and schema.lacks_table(table):
        detail = f"{said} is on {bare(table)}, which is neither made here nor listed in data_model"
        yield f"an index names no table: {bare(table)}", detail
        return
    for column in schema.lacking(table, columns):
        yield f"an index names no column: {bare(table)}.{column}", f"{said} is on it, and it does not exist"


def _table_of(statement: Expr) -> str:
    from sqlglot import exp

    target = statement.find(exp.Table)
    return str(target.name) if target is not None else ""
