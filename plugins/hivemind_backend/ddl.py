"""Statements in a dialect: column types, identifiers, CREATE TABLE and its indexes, and the way back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hivemind_backend.naming import bare

WRITABLE = ("sqlite", "postgres", "mysql", "")
"""The dialects that drafts are written in; '' is portable SQL where the dialect is not known."""
_PLAIN = re.compile(r"^[a-z_][a-z0-9_]*$")
_CHAR = re.compile(r"^(?:VAR)?CHAR\(\d+\)$|^(?:TINY|MEDIUM|LONG)?TEXT$", re.IGNORECASE)
_INTEGER = re.compile(r"^(?:TINY|SMALL|MEDIUM|BIG)?INT(?:EGER)?(?:\(\d+\))?(?: UNSIGNED)?$", re.IGNORECASE)
_RESERVED = frozenset(
    {"all", "and", "any", "as", "asc", "between", "by", "case", "check", "collate", "column", "condition", "constraint"}
    | {
        "create",
        "cross",
        "current_user",
        "database",
        "default",
        "delete",
        "desc",
        "distinct",
        "do",
        "drop",
        "else",
        "end",
    }
    | {"except", "exists", "explain", "fetch", "for", "foreign", "from", "full", "function", "grant", "group", "groups"}
    | {
        "having",
        "if",
        "in",
        "index",
        "inner",
        "insert",
        "interval",
        "into",
        "is",
        "join",
        "key",
        "keys",
        "left",
        "like",
    }
    | {
        "limit",
        "lock",
        "match",
        "natural",
        "not",
        "null",
        "of",
        "offset",
        "on",
        "option",
        "or",
        "order",
        "outer",
        "over",
    }
    | {
        "partition",
        "plan",
        "primary",
        "procedure",
        "range",
        "rank",
        "read",
        "references",
        "release",
        "replace",
        "return",
    }
    | {
        "returning",
        "right",
        "row",
        "rows",
        "schema",
        "select",
        "session_user",
        "set",
        "show",
        "some",
        "system",
        "table",
    }
    | {"then", "to", "transaction", "trigger", "union", "unique", "update", "usage", "user", "using", "values", "view"}
    | {"when", "where", "window", "with", "write", "year_month", "analyze", "array", "both", "cast", "cube", "fulltext"}
    | {"generated", "leading", "trailing", "variadic", "verbose", "authorization", "binary", "concurrently", "freeze"}
    | {
        "initially",
        "isnull",
        "notnull",
        "localtime",
        "only",
        "overlaps",
        "placing",
        "similar",
        "symmetric",
        "tablesample",
    }
)


@dataclass(frozen=True)
class DraftColumn:
    """A column of a drafted table."""

    name: str
    type: str
    nullable: bool = False
    default: str = ""
    key: str = ""
    """What makes it the key: 'PRIMARY KEY' with what belongs to it; '' otherwise."""
    references: tuple[str, str] | None = None
    on_delete: str = ""


def quoted(name: str, dialect: str) -> str:
    """An identifier, in quotes where the dialect needs them; a schema before it is quoted by itself."""
    if "." in name.strip("."):
        return ".".join(quoted(part, dialect) for part in name.split(".") if part)
    if _PLAIN.match(name) and name not in _RESERVED:
        return name
    mark = "`" if dialect == "mysql" else '"'
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def kind_of(type_: str, default: str | None = None) -> str:
    """What a column's type means, from SQL or a mapper's words: int, bigint, uuid or text."""
    lower = type_.lower()
    if "uuid" in lower or (default is not None and "uuid" in default.lower()):
        return "uuid"
    if any(word in lower for word in ("bigint", "bigserial", "bigauto", "biginteger", "int8", "int64", "long", "uint")):
        return "bigint"
    if lower in ("", "id") or any(word in lower for word in ("int", "serial", "auto", "number")):
        return "int"
    return "text"


def key_column(name: str, type_: str, default: str | None, dialect: str) -> DraftColumn:
    """The primary key, as other tables have theirs."""
    kind = kind_of(type_, default)
    spoken = f"{type_} {default or ''}".lower()
    if dialect == "postgres":
        return _postgres_key(name, type_, default or "", kind, spoken)
    if dialect == "mysql":
        if kind in ("int", "bigint"):
            base = ("BIGINT" if kind == "bigint" else "INT") + (" UNSIGNED" if "unsigned" in spoken else "")
            return DraftColumn(name, base, key="AUTO_INCREMENT PRIMARY KEY")
        return DraftColumn(name, _text(type_, "CHAR(36)" if kind == "uuid" else "VARCHAR(191)"), key="PRIMARY KEY")
    if kind in ("int", "bigint"):
        return DraftColumn(name, "INTEGER", True, key="PRIMARY KEY" + (" AUTOINCREMENT" if "autoinc" in spoken else ""))
    return DraftColumn(name, _text(type_, "TEXT" if dialect else "VARCHAR(36)"), key="PRIMARY KEY")


def _postgres_key(name: str, type_: str, default: str, kind: str, spoken: str) -> DraftColumn:
    if kind in ("int", "bigint"):
        if "serial" in spoken or "nextval" in spoken:
            return DraftColumn(name, "BIGSERIAL" if kind == "bigint" else "SERIAL", True, key="PRIMARY KEY")
        base = "BIGINT" if kind == "bigint" else "INTEGER"
        return DraftColumn(name, f"{base} GENERATED BY DEFAULT AS IDENTITY", True, key="PRIMARY KEY")
    if kind == "uuid":
        made = re.search(r"\b(gen_random_uuid|uuid_generate_v\d\w*)\b", default)
        text = "char" in spoken or "text" in spoken or "string" in spoken
        return DraftColumn(
            name,
            _text(type_, "TEXT") if text else "UUID",
            default=f"{made.group(1)}()" if made and not text else "",
            key="PRIMARY KEY",
        )
    return DraftColumn(name, _text(type_, "TEXT"), key="PRIMARY KEY")


def _text(type_: str, default: str) -> str:
    return (
        type_.upper()
        if _CHAR.match(type_) and not (default.startswith(("CHAR", "VARCHAR")) and "(" not in type_)
        else default
    )


def reference_type(type_: str, default: str | None, dialect: str) -> str:
    """The type of a column that refers to a key of this type."""
    kind = kind_of(type_, default)
    spoken = type_.lower()
    if dialect == "mysql":
        if kind in ("int", "bigint"):
            if _INTEGER.match(type_):
                return type_.upper()
            return ("BIGINT" if kind == "bigint" else "INT") + (" UNSIGNED" if "unsigned" in spoken else "")
        return _text(type_, "CHAR(36)" if kind == "uuid" else "VARCHAR(191)")
    if kind in ("int", "bigint"):
        return "BIGINT" if kind == "bigint" and dialect != "sqlite" else "INTEGER"
    if kind == "uuid" and dialect == "postgres" and not any(word in spoken for word in ("char", "text", "string")):
        return "UUID"
    return _text(type_, "VARCHAR(36)" if not dialect else "TEXT")


def time_type(type_: str, dialect: str) -> str:
    """The type of a time column that is like this one."""
    lower = type_.lower()
    if dialect == "postgres":
        return (
            "TIMESTAMPTZ" if any(word in lower for word in ("tz", "with time zone", "timezone=true")) else "TIMESTAMP"
        )
    if dialect == "mysql":
        return "TIMESTAMP" if lower.startswith("timestamp") else "DATETIME"
    if dialect == "sqlite":
        return "TEXT" if lower in ("", "text") else "INTEGER" if lower.startswith("int") else "DATETIME"
    return "TIMESTAMP"


def plain_type(field: str, dialect: str) -> str:
    """A type for a field of which only the name is known."""
    lower = field.lower()
    if lower.endswith(("_at", "_on", "date")) or re.search(r"[a-z]At$", field):
        return time_type("", dialect)
    if lower.startswith(("is_", "has_")) or re.match(r"(?:is|has)[A-Z]", field):
        return "INTEGER" if dialect == "sqlite" else "BOOLEAN"
    if lower.endswith(("quantity", "count", "cents", "stock", "position", "rating", "number_of")):
        return "INTEGER"
    if lower.endswith(("price", "amount", "total", "cost", "fee")):
        return "NUMERIC(12, 2)"
    return "VARCHAR(255)" if dialect in ("mysql", "") else "TEXT"


def create_table(table: str, columns: Sequence[DraftColumn], dialect: str) -> str:
    """CREATE TABLE; foreign keys stand at the end, where every dialect heeds them."""
    lines = [_column(one, dialect) for one in columns]
    for one in columns:
        if one.references is not None:
            ref_table, ref_column = one.references
            line = (
                f"FOREIGN KEY ({quoted(one.name, dialect)}) REFERENCES {quoted(ref_table, dialect)} "
                f"({quoted(ref_column, dialect)})"
            )
            lines.append(line + (f" ON DELETE {one.on_delete}" if one.on_delete else ""))
    body = ",\n".join(f"    {line}" for line in lines)
    return f"CREATE TABLE {quoted(table, dialect)} (\n{body}\n);"


def _column(column: DraftColumn, dialect: str) -> str:
    parts = [quoted(column.name, dialect), column.type]
    if not column.nullable:
        parts.append("NOT NULL")
    if column.default:
        parts.append(f"DEFAULT {column.default}")
    return " ".join([*parts, *([column.key] if column.key else [])])


def index_name(table: str, column: str, lead: str = "") -> str:
    """The name of an index, short enough for PostgreSQL's 63 characters: ix_table_column or table_column_idx."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", f"{bare(table)}_{column}")
    return f"{lead}{plain}"[:60] if lead else f"{plain}"[:55] + "_idx"


def create_index(name: str, table: str, columns: Sequence[str], dialect: str) -> str:
    """CREATE INDEX."""
    listed = ", ".join(quoted(one, dialect) for one in columns)
    return f"CREATE INDEX {quoted(name, dialect)} ON {quoted(table, dialect)} ({listed});"


def drop_table(table: str, dialect: str) -> str:
    """DROP TABLE; its indexes go with it."""
    return f"DROP TABLE {quoted(table, dialect)};"
