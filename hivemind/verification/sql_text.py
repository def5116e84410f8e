"""Parses SQL in a dialect."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_UNDERLINED = re.compile(r"\x1b\[[0-9;]*m")
"""How sqlglot marks a place for a terminal; a model and a report are told without."""
_MISTAKES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE")
USUAL_DIALECTS = ("", "postgres", "mysql", "sqlite", "tsql")
DIALECTS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "mssql": "tsql",
    "tsql": "tsql",
    "t-sql": "tsql",
    "oracle": "oracle",
    "bigquery": "bigquery",
    "snowflake": "snowflake",
    "duckdb": "duckdb",
}
"""What people call a dialect, and what the parser calls it."""


def parse_sql(sql: str, dialect: str) -> list[Expr]:
    """Parse statements.

    Args:
        sql: Any number of statements.
        dialect: sqlglot's name; '' for its own, which takes the most.

    Returns:
        The statements as sqlglot's expressions.

    Raises:
        ValueError: They do not parse, or the dialect is not known; the message says where.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    logger = logging.getLogger("sqlglot")
    quiet, logger.disabled = logger.disabled, True  # what it would warn of is raised below
    try:
        found = [one for one in sqlglot.parse(sql, dialect=dialect or None) if one is not None]
    except (SqlglotError, ValueError, RecursionError) as error:
        raise ValueError(" ".join(_UNDERLINED.sub("", str(error)).split())[:400]) from error
    finally:
        logger.disabled = quiet
    for one in found:
        # sqlglot hands what it can't parse back as a command; for these beginnings that means a mistake.
        if isinstance(one, exp.Command) and one.name.upper() in _MISTAKES:
            raise ValueError(f"not understood: {one.name} {str(one.expression or '')[:120]}")
    return found


def sql_problem(sql: str, dialects: Iterable[str]) -> str:
    """Why SQL parses in none of these dialects; '' where it parses in one."""
    reason = ""
    for dialect in dialects:
        try:
            parse_sql(sql, dialect)
        except ValueError as error:
            reason = reason or str(error)
        else:
            return ""
    return reason
