"""Scripts that say the same for several databases: `schema-h2.sql` beside `schema-mysql.sql`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_WORDS = {
    "h2": None,
    "hsqldb": None,
    "hsql": None,
    "derby": None,
    "mysql": "mysql",
    "mariadb": "mysql",
    "postgres": "postgres",
    "postgresql": "postgres",
    "pgsql": "postgres",
    "psql": "postgres",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "oracle": "oracle",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "db2": None,
}
"""What a path names a database by, and sqlglot's name of its dialect where it has one that is read here."""
_WORD = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?![a-z0-9])", re.IGNORECASE)


def database_of(path: str) -> str:
    """The database that a path names, '' if it names none."""
    found = _WORD.findall(path)
    return str(found[-1]).lower() if found else ""


def dialect_of(database: str) -> str | None:
    """sqlglot's name of a database's dialect; None where it has none."""
    return _WORDS.get(database)


def sets(paths: Iterable[str], preferred: str | None) -> list[tuple[str, list[str]]]:
    """Split scripts into one set for each database that has scripts of its own, the preferred one's first.

    Scripts that name no database belong to every set. Names of databases only split where the same script is there
    for more than one of them.

    Args:
        paths: The scripts of one service.
        preferred: The dialect of the database that the service runs on.

    Returns:
        (database, scripts) of each set; one set with the database '' where nothing is there twice.
    """
    listed = list(paths)
    twins: dict[str, set[str]] = {}
    for path in listed:
        twins.setdefault(_WORD.sub("*", path), set()).add(database_of(path))
    databases = sorted({name for names in twins.values() if len(names) > 1 for name in names if name})
    if len(databases) < 2:
        return [("", listed)]
    databases.sort(key=lambda name: _rank(name, preferred))
    return [(name, [path for path in listed if _belongs(path, name, databases)]) for name in databases]


def _belongs(path: str, database: str, databases: Sequence[str]) -> bool:
    named = database_of(path)
    return named == database or named not in databases


def _rank(database: str, preferred: str | None) -> tuple[bool, bool, str]:
    dialect = dialect_of(database)
    return dialect != preferred or dialect is None, dialect is None, database
