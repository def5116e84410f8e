"""Tables from SQL that stands in string literals of source code: `CREATE TABLE` in a migration class or at start-up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from hivemind_facts.models import Table, Unresolved
from hivemind_facts.reading import Repository
from hivemind_facts.sql import dialects, migrations
from hivemind_facts.sql.ddl import Operation, read_script
from hivemind_facts.sql.schema import Schema

_LANGUAGES = frozenset(("python", "javascript", "typescript", "jsx", "tsx", "java", "kotlin", "go"))
_SUFFIXES = (".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".java", ".kt", ".go")
_WANTED = re.compile(r"\b(?:CREATE\s+TABLE|ALTER\s+TABLE)\b", re.IGNORECASE)
_LITERAL = re.compile(
    r'"""(?P<a>.*?)"""|\'\'\'(?P<b>.*?)\'\'\'|`(?P<c>(?:[^`\\]|\\.)*)`'
    r'|"(?P<d>(?:[^"\\\n]|\\.)*)"|\'(?P<e>(?:[^\'\\\n]|\\.)*)\'',
    re.DOTALL,
)
_DDL = re.compile(r"\A\s*(?:--[^\n]*\n\s*)*(?:CREATE|ALTER|DROP)\s+(?:\w+\s+){0,3}(?:TABLE|INDEX)\b", re.IGNORECASE)
_HOLE = re.compile(r"\$\{|%[sdv]\b|\{\w*\}|\{\}")
_DOWN = re.compile(
    r"\b(?:public\s+)?(?:async\s+)?(?:function\s+)?(?:def\s+)?(?:down|downgrade)\s*[(=:]|\bexports\.down\b",
    re.IGNORECASE,
)
_MAX = 1_000_000


class EmbeddedSqlReader:
    """Reads DDL in string literals."""

    name = "embedded-sql"
    version = 1

    def read(self, repository: Repository) -> Iterator[Table | Unresolved]:
        """Yield the tables that code creates by itself."""
        services: dict[str, dict[str, list[Operation]]] = {}
        marks: Counter[str] = Counter()
        for file in repository.files(*_SUFFIXES):
            if file.language not in _LANGUAGES or file.size > _MAX or migrations.of_tests(file.path):
                continue
            text = repository.text(file.path)
            if not _WANTED.search(text):
                continue
            operations, unresolved, found = _read(text, file.path)
            yield from unresolved
            marks.update(found)
            if operations:
                services.setdefault(repository.service_of(file.path), {})[file.path] = operations
        for service in sorted(services):
            schema = Schema()
            for path in sorted(services[service], key=migrations.order):
                schema.apply(services[service][path], path)
            yield from schema.tables("code", dialects.best(dict(marks)) or dialects.of_drivers(repository.uses))
            yield from schema.unresolved


def _read(text: str, path: str) -> tuple[list[Operation], list[Unresolved], Counter[str]]:
    operations: list[Operation] = []
    unresolved: list[Unresolved] = []
    marks: Counter[str] = Counter()
    down = _DOWN.search(text)
    end = down.start() if down and _is_migration(text, down.start()) else len(text)
    for match in _LITERAL.finditer(text, 0, end):
        literal = next((value for value in match.groups() if value is not None), "")
        if not _DDL.match(literal):
            continue
        line = text.count("\n", 0, match.start()) + 1
        if _HOLE.search(literal):
            reason = "DDL in a string with parts that are filled in at run time"
            unresolved.append(Unresolved(what="table", reason=reason, file=path, line=line))
            continue
        plain = literal.replace('\\"', '"').replace("\\'", "'").replace("\\n", "\n").replace("\\`", "`")
        found, errors, seen = read_script(plain)
        marks.update(seen)
        for operation in found:
            operation["line"] += line - 1
        operations += found
        unresolved += [
            Unresolved(what="table", reason=reason, file=path, line=line + number - 1) for number, reason in errors
        ]
    return operations, unresolved, marks


def _is_migration(text: str, position: int) -> bool:
    """Whether a `down` comes after an `up`, as in a migration's code."""
    return bool(re.search(r"\b(?:up|upgrade)\s*[(=:]", text[:position]))
