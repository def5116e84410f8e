"""SQLAlchemy's columns and constraints as parts of a table."""

from __future__ import annotations

from hivemind_facts.models import Column
from hivemind_facts.readers.python.fastapi_guards import unwrap
from hivemind_facts.readers.python.tables import Draft, Key, shown
from hivemind_facts.readers.python.values import UNKNOWN, Cls, Func, Obj, Value, leaf
from hivemind_facts.readers.python.web import strings

COLUMNS = ("Column", "mapped_column", "Field", "deferred", "column")
_CONSTRAINTS = ("UniqueConstraint", "Index", "ForeignKeyConstraint", "PrimaryKeyConstraint", "CheckConstraint")
_NOT_TYPES = (
    *("ForeignKey", "Identity", "Sequence", "Computed", "FetchedValue", "CheckConstraint", "UniqueConstraint"),
    *("Ellipsis", "DefaultClause", "Index"),
)


def is_column(value: Value) -> bool:
    """Whether a value is a column."""
    return isinstance(value, Obj) and leaf(value.cls) in COLUMNS


def column_name(column: Obj, name: str | None) -> str | None:
    """The name that a column has in the database."""
    given = column.kwargs.get("name")
    if isinstance(given, str) and leaf(column.cls) != "Field":
        return given
    first = column.args[0] if column.args else None
    return first if isinstance(first, str) and leaf(column.cls) != "Field" else name


def put_column(draft: Draft, column: Obj, name: str | None, annotation: Value = UNKNOWN) -> None:
    """Put a column on a table, with the keys and indexes that it brings along."""
    if leaf(column.cls) == "deferred" and column.args and isinstance(column.args[0], Obj):
        column = column.args[0]
    inner = column.kwargs.get("sa_column")
    if isinstance(inner, Obj):
        column = inner
    kind, metadata = unwrap(unmapped(annotation))
    base = next((one for one in metadata if is_column(one)), None)
    title = column_name(column, name)
    if title is None:
        return
    options = {**(base.kwargs if base else {}), **column.kwargs}
    args = [*column.args, *(base.args if base else [])]
    if leaf(column.cls) == "Field":
        args = []
    types = [arg for arg in args if not isinstance(arg, str) and arg is not UNKNOWN and leaf(arg) not in _NOT_TYPES]
    written = options.get("sa_type", options.get("type_", types[0] if types else None))
    primary = options.get("primary_key") is True
    optional = is_optional(annotation)
    nullable = options.get("nullable", None if annotation is UNKNOWN else optional)
    draft.columns[title] = Column(
        name=title,
        type=shown(written) if written is not None else shown(plain(kind)),
        nullable=nullable
        if isinstance(nullable, bool) and not primary
        else not primary
        if annotation is UNKNOWN
        else False,
        default=_default(options),
        unique=options.get("unique") is True,
    )
    if primary and title not in draft.primary:
        draft.primary.append(title)
    if options.get("index") is True:
        draft.index((title,), f"ix_{draft.name}_{title}", options.get("unique") is True)
    for arg in args:
        if isinstance(arg, Obj) and leaf(arg.cls) == "ForeignKey":
            _refer(draft, title, arg.arg(0, "column"), arg.kwargs)
    if "foreign_key" in options:
        _refer(draft, title, options["foreign_key"], options)


def _default(options: dict[str, Value]) -> str | None:
    for name in ("server_default", "default"):
        if name in options and options[name] is not None and options[name] is not UNKNOWN:
            return shown(options[name])
    return None


def unmapped(annotation: Value) -> Value:
    """The type inside `Mapped[...]`."""
    if isinstance(annotation, Obj) and leaf(annotation.cls) == "[]" and leaf(annotation.args[0]) == "Mapped":
        return annotation.args[1] if len(annotation.args) > 1 else UNKNOWN
    return annotation


def plain(kind: Value) -> Value:
    """The Python type of a column without `Mapped[...]` and `| None`."""
    for _ in range(6):
        kind, _ = unwrap(kind)
        if isinstance(kind, Obj) and leaf(kind.cls) == "|":
            kind = next((arg for arg in kind.args if arg is not None), UNKNOWN)
        elif isinstance(kind, Obj) and leaf(kind.cls) == "[]" and leaf(kind.args[0]) in ("Mapped", "Union"):
            kind = next((arg for arg in kind.args[1:] if arg is not None), UNKNOWN)
        else:
            break
    return kind


def is_optional(annotation: Value) -> bool:
    """Whether an annotation lets None in."""
    if annotation is None:
        return True
    if isinstance(annotation, Obj):
        if leaf(annotation.cls) == "|":
            return any(is_optional(arg) for arg in annotation.args)
        if leaf(annotation.cls) == "[]" and annotation.args:
            first = leaf(annotation.args[0])
            if first == "Optional":
                return True
            inner = (
                annotation.args[1:2]
                if first in ("Mapped", "Annotated")
                else annotation.args[1:]
                if first == "Union"
                else []
            )
            return any(is_optional(arg) for arg in inner)
    return False


def _refer(draft: Draft, column: str, target: Value, options: dict[str, Value]) -> None:
    table, ref = referred(target)
    if table:
        on_delete = options.get("ondelete")
        draft.refer(Key((column,), table, (ref,), on_delete if isinstance(on_delete, str) else None))


def referred(target: Value) -> tuple[str, str]:
    """The table and column of a foreign key's target: a string, a column of a model or of a table."""
    if isinstance(target, str):
        table, _, column = target.rpartition(".")
        return (table.rpartition(".")[2], column) if table else (column, "id")
    if isinstance(target, Obj) and "<column of>" in target.attrs:
        owner, name = target.attrs["<column of>"]
        found = owner.find("__tablename__") if isinstance(owner, Cls) else owner
        return (found, name) if isinstance(found, str) else ("", "")
    return "", ""


def put_constraint(draft: Draft, value: Value) -> None:
    """Put a constraint or an index on a table."""
    if not isinstance(value, Obj) or leaf(value.cls) not in _CONSTRAINTS:
        return
    name = value.kwargs.get("name")
    title = name if isinstance(name, str) else ""
    kind = leaf(value.cls)
    if kind == "Index":
        first = value.args[0] if value.args else None
        draft.index(
            _names(value.args[1:], draft), first if isinstance(first, str) else "", value.kwargs.get("unique") is True
        )
    elif kind == "UniqueConstraint":
        columns = _names(value.args, draft)
        draft.constrain(columns, title)
    elif kind == "PrimaryKeyConstraint":
        draft.primary = list(_names(value.args, draft)) or draft.primary
    elif kind == "ForeignKeyConstraint":
        columns = _names(value.arg(0, "columns", []), draft)
        targets = [referred(one) for one in _list(value.arg(1, "refcolumns", []))]
        if columns and targets:
            on_delete = value.kwargs.get("ondelete")
            refs = tuple(ref for _, ref in targets)
            draft.refer(Key(columns, targets[0][0], refs, on_delete if isinstance(on_delete, str) else None, title))


def _list(value: Value) -> list[Value]:
    return list(value) if isinstance(value, list | tuple) else []


def _names(values: Value, draft: Draft) -> tuple[str, ...]:
    found: list[str] = []
    for value in _list(values):
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Obj):
            if "<column of>" in value.attrs:
                found.append(value.attrs["<column of>"][1])
            else:
                inner = [arg for arg in [*value.args, value.event.base if value.event else None] if arg is not None]
                found += list(_names(inner, draft)[:1])
    return tuple(name for name in found if name in draft.columns or not draft.columns)


def is_declared(func: Value) -> bool:
    """Whether a method is a `declared_attr`."""
    return isinstance(func, Func) and any("declared_attr" in _all_names(one) for one in func.decorators)


def _all_names(value: Value) -> str:
    from hivemind_facts.readers.python.values import name_of

    return name_of(value)


__all__ = ["is_column", "is_declared", "put_column", "put_constraint", "strings"]
