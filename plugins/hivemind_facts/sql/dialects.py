"""Which dialect a script is written in, by what only that dialect has."""

from __future__ import annotations

import re
from collections.abc import Callable

_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "postgres",
        re.compile(
            r"\b(?:big|small)?serial\b|\bjsonb\b|\btimestamptz\b|\bbytea\b|::\s*\w+|\$\$|\buuid_generate_v4\b"
            r"|\bgen_random_uuid\b|\bcreate\s+extension\b|\bconcurrently\b|\busing\s+(?:gin|gist|btree)\b|\bowner\s+to\b"
            r"|\bcharacter varying\b|\bset search_path\b|\bgenerated\s+(?:always|by default)\s+as\s+identity\b"
            r"|\balter table only\b|\btext\[\]|\breturning\b|\btsvector\b",
            re.IGNORECASE,
        ),
    ),
    (
        "mysql",
        re.compile(
            r"`[^`\n]+`|\bauto_increment\b|\bengine\s*=|\bunsigned\b|\bmediumtext\b|\blongtext\b|\btinyint\s*\("
            r"|\bdefault\s+charset\b|\bcharacter set\b|\bunique key\b|\bmodify\s+(?:column\s+)?`?\w",
            re.IGNORECASE,
        ),
    ),
    (
        "sqlite",
        re.compile(
            r"\bautoincrement\b|\bpragma\b|\bwithout\s+rowid\b|\binteger\s+primary\s+key\b(?!\s+identity)|\bstrftime\s*\("
            r"|\bcollate\s+nocase\b|\binsert\s+or\s+(?:ignore|replace)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "tsql",
        re.compile(
            r"\bidentity\s*\(|\bnvarchar\b|^[ \t]*go[ \t]*$|\[dbo\]|\bdatetime2\b|\buniqueidentifier\b|\bgetdate\s*\(",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    ("oracle", re.compile(r"\bvarchar2\b|\bnumber\s*\(\d|\bsysdate\b", re.IGNORECASE)),
)
_SAMPLE = 200_000
_COMMENT = re.compile(r"--[^\n]*|/\*(?!!).*?\*/", re.DOTALL)


def scores(text: str) -> dict[str, int]:
    """Count the marks of each dialect in a script."""
    sample = _COMMENT.sub(" ", text[:_SAMPLE])
    found = {name: len(pattern.findall(sample)) for name, pattern in _MARKS}
    return {name: count for name, count in found.items() if count}


def best(counts: dict[str, int]) -> str | None:
    """The dialect with the most marks; None where nothing tells."""
    if not counts:
        return None
    order = [name for name, _ in _MARKS]
    return min(counts, key=lambda name: (-counts[name], order.index(name)))


_DRIVERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "postgres",
        (
            *("psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000", "pg", "pg-promise", "postgres"),
            *("org.postgresql:postgresql", "github.com/lib/pq", "github.com/jackc/pgx", "github.com/jackc/pgx/v5"),
            *("github.com/jackc/pgx/v4", "gorm.io/driver/postgres"),
        ),
    ),
    (
        "mysql",
        (
            *("mysqlclient", "pymysql", "PyMySQL", "aiomysql", "mysql", "mysql2", "mysql:mysql-connector-java"),
            *("com.mysql:mysql-connector-j", "github.com/go-sql-driver/mysql", "gorm.io/driver/mysql"),
        ),
    ),
    (
        "sqlite",
        (
            *("aiosqlite", "sqlite3", "better-sqlite3", "sqlite", "org.xerial:sqlite-jdbc"),
            *("github.com/mattn/go-sqlite3", "modernc.org/sqlite", "gorm.io/driver/sqlite"),
        ),
    ),
    ("tsql", ("pymssql", "mssql", "com.microsoft.sqlserver:mssql-jdbc")),
)


def of_drivers(uses: Callable[..., bool]) -> str | None:
    """The dialect of the only database that the manifests name a driver for; None if there is none or more."""
    found = [name for name, packages in _DRIVERS if uses(*packages)]
    return found[0] if len(found) == 1 else None
