"""SQLAlchemy, SQLModel and Alembic: mapped classes, core tables, and migrations replayed in order.

Where a model and the migrations describe the same table, it is one fact: the model gives its place and its columns,
and what only the migrations have (columns, keys, indexes, constraints) is added. An index counts if either has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.readers.python.alembic import replay
from hivemind_facts.readers.python.fastapi_guards import unwrap
from hivemind_facts.readers.python.program import Program, program_of
from hivemind_facts.readers.python.sqlalchemy_columns import is_column, is_declared, put_column, put_constraint
from hivemind_facts.readers.python.tables import Draft
from hivemind_facts.readers.python.values import MISSING, UNKNOWN, Cls, Ext, Func, Obj, Value, leaf, name_of
from hivemind_facts.reading import Repository, Yielded

_BASES = (
    "DeclarativeBase",
    "declarative_base",
    "DeclarativeBaseNoMeta",
    "MappedAsDataclass",
    "as_declarative",
    "Model",
)
_PACKAGES = (
    "sqlalchemy",
    "flask_sqlalchemy",
    "sqlmodel",
    "advanced_alchemy",
    "fastapi_users_db_sqlalchemy",
    "flask_appbuilder",
)
_RELATIONS = (
    "relationship",
    "Relationship",
    "relation",
    "dynamic_loader",
    "column_property",
    "synonym",
    "association_proxy",
)


class SqlAlchemy:
    """Reads tables of SQLAlchemy and what is built on it."""

    name = "sqlalchemy"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield every table."""
        program = program_of(repository)
        drafts: dict[str, Draft] = {}
        for draft in [*_models(program), *_cores(program)]:
            if draft.name in drafts:
                drafts[draft.name].merge(draft)
            else:
                drafts[draft.name] = draft
        migrated, unresolved = replay(program)
        for draft in migrated.values():
            if draft.name in drafts:
                drafts[draft.name].merge(draft)
            else:
                drafts[draft.name] = draft
        for draft in drafts.values():
            yield draft.table()
        yield from unresolved


def _models(program: Program) -> Iterator[Draft]:
    classes = [cls for cls in program.classes if _is_mapped(cls)]
    names = {id(cls): _table_name(cls, program) for cls in classes}
    for cls in classes:
        for name, value in cls.names.items():
            if is_column(value):
                value.attrs.setdefault("<column of>", (names[id(cls)], value.args[0] if _named(value) else name))
    for cls in classes:
        table = names[id(cls)]
        if table is None:
            continue
        draft = Draft(table, cls.path, cls.line, "sqlmodel" if cls.is_a("SQLModel") else "sqlalchemy", cls.name)
        for owner in _owners(cls, names):
            _columns(draft, owner, cls, program)
        _arguments(draft, cls, program)
        if draft.columns:
            yield draft


def _named(column: Obj) -> bool:
    return bool(column.args) and isinstance(column.args[0], str) and leaf(column.cls) != "Field"


def _is_mapped(cls: Cls) -> bool:
    names = cls.foreign()
    if any(name.startswith("sqlmodel") and name.endswith(".SQLModel") for name in names):
        return any(one.keywords.get("table") is True for one in cls.mro() if isinstance(one, Cls))
    if any(name.rpartition(".")[2] in _BASES and name.startswith(_PACKAGES) for name in names):
        return True
    decorated = any("as_declarative" in name_of(d) for one in cls.mro() if isinstance(one, Cls) for d in one.decorators)
    return decorated or (
        isinstance(cls.find("__tablename__"), str) and any(is_column(value) for value in cls.names.values())
    )


def _table_name(cls: Cls, program: Program) -> str | None:
    if cls.names.get("__abstract__") is True:
        return None
    own = cls.names.get("__tablename__", MISSING)
    given = cls.find("__tablename__")
    parent = next((one for one in list(cls.mro())[1:] if isinstance(one, Cls) and _has_table(one)), None)
    if own is MISSING and parent is not None and isinstance(parent.names.get("__tablename__"), str):
        return str(parent.names["__tablename__"])  # single table inheritance
    if isinstance(given, Func):
        given = program.machine.call_method(given, cls)
    if isinstance(given, str):
        return given
    if cls.is_a("SQLModel"):
        return cls.name.lower() if cls.keywords.get("table") is True else None
    if any(name.startswith("flask_sqlalchemy") for name in cls.foreign()):
        return (
            _snake(cls.name)
            if any(is_column(v) for o in cls.mro() if isinstance(o, Cls) for v in o.names.values())
            else None
        )
    return None


def _has_table(cls: Cls) -> bool:
    return "__tablename__" in cls.names and cls.names.get("__abstract__") is not True


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower().lstrip("_")


def _owners(cls: Cls, names: dict[int, str | None]) -> list[Cls]:
    """The classes that give columns: mixins and abstract bases first, not parents with a table of their own."""
    mine = names[id(cls)]
    owners = [one for one in cls.mro() if isinstance(one, Cls)]
    return [one for one in reversed(owners) if one is cls or names.get(id(one)) in (None, mine)]


def _columns(draft: Draft, owner: Cls, cls: Cls, program: Program) -> None:
    model = cls.is_a("SQLModel")
    for name in dict.fromkeys([*owner.annotations, *owner.names]):
        value: Value = owner.names.get(name, MISSING)
        note = owner.annotations.get(name)
        if is_declared(value):
            note = value.returns
            value = program.machine.call_method(value, cls)
        annotation = program.machine.peek(note, owner.env) if note is not None else UNKNOWN
        if isinstance(value, Obj) and leaf(value.cls) in _RELATIONS:
            continue
        if is_column(value):
            put_column(draft, value, name, annotation)
        elif name in owner.annotations and _is_field(annotation, value, model, name):
            put_column(draft, Obj(Ext("sqlalchemy.mapped_column")), name, annotation)


def _is_field(annotation: Value, value: Value, model: bool, name: str) -> bool:
    if name.startswith("_") or "ClassVar" in _head(annotation) or name == "model_config":
        return False
    if model:
        return not isinstance(value, Func | Cls)
    return value is MISSING and _head(annotation) == "Mapped" and not _is_relation(annotation)


def _head(annotation: Value) -> str:
    kind, _ = annotation, None
    if isinstance(kind, Obj) and leaf(kind.cls) == "[]" and kind.args:
        return leaf(kind.args[0])
    return leaf(kind)


def _is_relation(annotation: Value) -> bool:
    kind, _ = unwrap(annotation)
    inner = kind.args[1] if isinstance(kind, Obj) and len(kind.args) > 1 else kind
    return isinstance(inner, Cls) and not inner.is_a("Enum", "StrEnum", "IntEnum")


def _arguments(draft: Draft, cls: Cls, program: Program) -> None:
    for one in cls.mro():
        value = one.names.get("__table_args__", MISSING) if isinstance(one, Cls) else MISSING
        if value is MISSING:
            continue
        if isinstance(value, Func):
            value = program.machine.call_method(value, cls)
        for item in value if isinstance(value, list | tuple) else [value]:
            put_constraint(draft, item)
        break
    for value in cls.env.top().names.values():  # Index("ix", Model.column) beside the class
        if isinstance(value, Obj) and leaf(value.cls) == "Index" and _about(value, draft.name):
            put_constraint(draft, value)


def _about(index: Obj, table: str) -> bool:
    columns = [arg for arg in index.args[1:] if isinstance(arg, Obj)]
    return bool(columns) and all(one.attrs.get("<column of>", ("", ""))[0] == table for one in columns)


def _cores(program: Program) -> Iterator[Draft]:
    for table in [*program.objects("Table"), *program.events("Table")]:
        name = table.args[0] if table.args else table.kwargs.get("name")
        parts = [arg for arg in table.args[1:] if isinstance(arg, Obj)]
        if not isinstance(name, str) or not any(is_column(part) for part in parts):
            continue
        draft = Draft(name, table.path, table.line, "sqlalchemy")
        for part in parts:
            if is_column(part):
                put_column(draft, part, None)
        for part in parts:
            put_constraint(draft, part)
        if draft.columns:
            yield draft
