"""Drafts the table of a resource with its migration, or takes the one that exists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind import GeneratedFile
from hivemind_backend import ddl
from hivemind_backend.conventions import Conventions
from hivemind_backend.data_style import is_people
from hivemind_backend.ddl import DraftColumn
from hivemind_backend.migration import MigrationFile, next_migration
from hivemind_backend.models import DRAFTED, ColumnModel, DatabaseChange, IndexModel, Relation, TableModel
from hivemind_backend.naming import bare, same, singular_of, words
from hivemind_backend.resource import Request
from hivemind_backend.tables import table_model

if TYPE_CHECKING:
    from hivemind_facts.models import Column, Table

_LOOK_UPS = frozenset(
    {"category", "tag", "country", "currency", "language", "status", "type", "setting", "role", "permission", "region"}
)
_MAPPERS = {
    "django": "write the model and let `makemigrations` make the migration; the SQL shows what it should come to",
    "alembic": "put the statements into an Alembic revision (`alembic revision -m ...`)",
    "sqlalchemy": "write the mapped class; the SQL shows what its table should come to",
    "prisma": "write the model in the Prisma schema and let `prisma migrate dev` make the migration",
    "typeorm": "write the entity and generate the migration",
    "sequelize": "write the model and the migration in JavaScript",
    "gorm": "write the struct; `AutoMigrate` makes the table where it is used",
    "jpa": "write the entity; the SQL shows what its table should come to",
}


@dataclass(frozen=True)
class TableDraft:
    """A table that endpoints are drafted on."""

    model: TableModel
    change: DatabaseChange | None = None
    files: tuple[GeneratedFile, ...] = ()
    notes: tuple[str, ...] = ()
    owner_column: str = ""
    parent: tuple[str, ...] = ()
    """The words of the table that it belongs to, where the task names it."""
    required: tuple[str, ...] = ()
    """Columns that a creator must give."""


def find_table(name: Sequence[str], tables: Iterable[Table]) -> Table | None:
    """The table of a resource, in whatever case and number; also of the form app_model."""
    for one in tables:
        parts = words(bare(one.name))
        if same(parts, name) or (one.model is not None and same(words(one.model.rsplit(".", 1)[-1]), name)):
            return one
        if one.source == "django" and len(parts) > len(name) and same(parts[1:], name):
            return one
    return None


def from_facts(table: Table) -> TableDraft:
    """Take a table as it is."""
    owner = next((key.column for key in table.foreign_keys if is_people(key.ref_table)), "")
    return TableDraft(model=table_model(table), owner_column=owner)


def draft_table(request: Request, conventions: Conventions, repo: str) -> TableDraft:
    """Draft a table with its key, its owner, what it belongs to, the fields that the task lists and the usual times."""
    data = conventions.data
    name = data.table(list(request.words))
    parent = find_table(request.parent, conventions.tables) if request.parent else None
    columns = [ddl.key_column(data.key.name, data.key.type, data.key.default, data.dialect)]
    notes: list[str] = []
    owner = ""
    if data.owner is not None and singular_of(list(request.words))[-1] not in _LOOK_UPS:
        people = next(one for one in conventions.tables if one.name == data.owner.table)
        owner = data.owner.column
        columns.append(_reference(owner, people, conventions, _on_delete(conventions.tables, people.name)))
        notes.append(f"rows belong to {people.name} as in {data.owner.evidence}: drop `{owner}` if these do not")
    if parent is not None and (data.owner is None or parent.name != data.owner.table):
        column = data.column(*singular_of(list(request.parent)), "id")
        columns.append(_reference(column, parent, conventions))
    listed = [field for field in request.fields if field not in {one.name for one in columns}]
    columns += [_field(field, conventions) for field in listed]
    if not listed:
        notes.append("the task lists no fields: only the columns that tables here have were drafted")
    known = {one.name for one in columns}
    columns += [_time(one, data.dialect) for one in data.timestamps if one.name not in known]
    model = _model(name, columns, conventions)
    required = tuple(one.name for one in columns[1:] if not one.nullable and not one.default and one.name != owner)
    if data.documents or data.dialect not in ddl.WRITABLE or not (data.tables or data.dialect):
        notes.append(_no_sql(conventions))
        return TableDraft(model, None, (), tuple(notes), owner, _parent(parent, request), required)
    place = next_migration([one.file for one in conventions.tables], repo, name)
    if not place.numbered:
        notes.append(
            _MAPPERS.get(data.source, "the repository has no numbered SQL migrations: put the file where they go")
        )
    change, files = _change(model, columns, place, data.dialect)
    return TableDraft(model, change, files, tuple(notes), owner, _parent(parent, request), required)


def _parent(parent: Table | None, request: Request) -> tuple[str, ...]:
    return request.parent if parent is not None else ()


def _no_sql(conventions: Conventions) -> str:
    if conventions.data.documents:
        return "the data is kept in a document store: no migration was drafted, the collection's fields are a proposal"
    if conventions.data.dialect:
        return f"no SQL was drafted: dialect {conventions.data.dialect} is not one that drafts are written in"
    return "no database is known in this repository: no migration was drafted"


def _reference(column: str, target: Table, conventions: Conventions, on_delete: str = "") -> DraftColumn:
    """A column that refers to a table's key; without a foreign key where no key of that table is known."""
    dialect = conventions.data.dialect
    key = _key_of(target, conventions.tables)
    known = next((one for one in target.columns if one.name == key), None)
    type_ = ddl.reference_type(known.type if known else "", known.default if known else None, dialect)
    return DraftColumn(column, type_, references=(target.name, key) if key else None, on_delete=on_delete)


def _key_of(target: Table, tables: Iterable[Table]) -> str:
    """The column that references to a table name: its key, or the one that other tables refer to."""
    if len(target.primary_key) == 1:
        return target.primary_key[0]
    used = [key.ref_column for one in tables for key in one.foreign_keys if key.ref_table == target.name]
    named = next((column for column in used if column), "")
    return named or ("id" if any(one.name == "id" for one in target.columns) else "")


def _on_delete(tables: Iterable[Table], people: str) -> str:
    """What happens to owned rows here when their owner goes; '' where tables differ or do not say."""
    said = {
        (key.on_delete or "").upper().replace("_", " ")
        for one in tables
        if not is_people(one.name)
        for key in one.foreign_keys
        if key.ref_table == people
    }
    return said.pop() if len(said) == 1 and said <= {"CASCADE", "RESTRICT", "NO ACTION"} else ""


def _field(field: str, conventions: Conventions) -> DraftColumn:
    data = conventions.data
    parts = words(field)
    name = data.column(*parts) if parts else field
    target = find_table(parts[:-1], conventions.tables) if len(parts) > 1 and parts[-1] == "id" else None
    if target is not None:
        return _reference(name, target, conventions)
    return DraftColumn(name, ddl.plain_type(name, data.dialect))


def _time(column: Column, dialect: str) -> DraftColumn:
    late = column.name.lower().startswith("deleted")
    nullable = late or (column.nullable is True and not column.default)
    type_ = ddl.time_type(column.type, dialect)
    default = "" if nullable or type_ == "INTEGER" else "CURRENT_TIMESTAMP"
    return DraftColumn(column.name, type_, nullable, default)


def _model(name: str, columns: Sequence[DraftColumn], conventions: Conventions) -> TableModel:
    relations = tuple(
        Relation(
            table=name,
            column=one.name,
            ref_table=one.references[0],
            ref_column=one.references[1],
            indexed=True,
            on_delete=one.on_delete or None,
        )
        for one in columns
        if one.references is not None
    )
    return TableModel(
        name=name,
        columns=tuple(
            ColumnModel(
                name=one.name,
                type=one.type,
                nullable=bool(one.nullable and not one.key),
                key="PK" if one.key else "FK" if one.references else "",
                default=one.default or None,
            )
            for one in columns
        ),
        primary_key=(columns[0].name,),
        relations=relations,
        indexes=tuple(
            IndexModel(name=_index_name(name, one.column, conventions), table=name, columns=(one.column,))
            for one in relations
        ),
        kind="collection" if conventions.data.documents else "table",
        status="new",
    )


def _index_name(table: str, column: str, conventions: Conventions) -> str:
    """The name of an index as others here are named."""
    known = [index.name for one in conventions.tables for index in one.indexes if index.name]
    lead = next((lead for lead in ("ix_", "idx_") if any(name.startswith(lead) for name in known)), "")
    return ddl.index_name(table, column, lead)


def _change(
    model: TableModel, columns: Sequence[DraftColumn], place: MigrationFile, dialect: str
) -> tuple[DatabaseChange, tuple[GeneratedFile, ...]]:
    statements = [ddl.create_table(model.name, columns, dialect)]
    statements += [ddl.create_index(one.name, model.name, one.columns, dialect) for one in model.indexes]
    forward, back = "\n\n".join(statements), ddl.drop_table(model.name, dialect)
    head = f"-- {DRAFTED}\n"
    down = "" if place.down else f"\n-- to go back:\n-- {back}\n"
    files = [
        GeneratedFile(
            path=place.up,
            language="sql",
            content=f"{head}{forward}\n{down}",
            purpose=f"creates {model.name}; {DRAFTED}",
        )
    ]
    if place.down:
        files.append(
            GeneratedFile(
                path=place.down, language="sql", content=f"{head}{back}\n", purpose=f"drops {model.name}; {DRAFTED}"
            )
        )
    change = DatabaseChange(
        kind="create_table",
        ddl=forward,
        dialect=dialect,
        tables=(model.name,),
        indexes=model.indexes,
        relations=model.relations,
        migration=place.up,
        rollback=back,
        risk="low",
        risk_reason="a new table locks nothing that is read now; going back drops its rows",
        note=DRAFTED,
    )
    return change, tuple(files)
