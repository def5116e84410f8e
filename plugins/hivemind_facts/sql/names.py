"""Identifiers as a dialect wants them written."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"^[a-z_][a-z0-9_]*$")
_RESERVED = frozenset(
    (
        *(
            "all",
            "and",
            "any",
            "array",
            "as",
            "asc",
            "between",
            "both",
            "by",
            "case",
            "cast",
            "check",
            "collate",
            "column",
        ),
        *("constraint", "create", "cross", "current_date", "current_time", "current_user", "default", "delete", "desc"),
        *(
            "distinct",
            "do",
            "drop",
            "else",
            "end",
            "except",
            "exists",
            "false",
            "fetch",
            "for",
            "foreign",
            "from",
            "full",
        ),
        *(
            "grant",
            "group",
            "groups",
            "having",
            "in",
            "index",
            "inner",
            "insert",
            "intersect",
            "into",
            "is",
            "join",
            "key",
        ),
        *("leading", "left", "like", "limit", "match", "natural", "not", "null", "offset", "on", "only", "or", "order"),
        *(
            "outer",
            "primary",
            "range",
            "rank",
            "read",
            "references",
            "release",
            "right",
            "row",
            "rows",
            "select",
            "set",
        ),
        *(
            "some",
            "system",
            "table",
            "then",
            "to",
            "trailing",
            "transaction",
            "trigger",
            "true",
            "union",
            "unique",
            "update",
        ),
        *("user", "using", "values", "when", "where", "window", "with"),
    )
)


def identifier(name: str, dialect: str | None) -> str:
    """Write a name, each part between dots by itself, quoted only where it must be."""
    return ".".join(_part(part, dialect) for part in name.split("."))


def _part(name: str, dialect: str | None) -> str:
    if _PLAIN.match(name) and name not in _RESERVED:
        return name
    if dialect == "mysql":
        return "`" + name.replace("`", "``") + "`"
    if dialect == "tsql":
        return "[" + name.replace("]", "]]") + "]"
    return '"' + name.replace('"', '""') + '"'
