"""Tables from SQL scripts: migrations replayed in their order, whole schemas as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hivemind_facts.models import Table, Unresolved
from hivemind_facts.reading import Repository
from hivemind_facts.sql import migrations, variants
from hivemind_facts.sql.dialects import best, of_drivers
from hivemind_facts.sql.schema import Schema


class SqlReader:
    """Reads `*.sql`."""

    name = "sql"
    version = 1

    def read(self, repository: Repository) -> Iterator[Table | Unresolved]:
        """Yield the tables that the scripts of each service leave."""
        services: dict[str, list[str]] = {}
        for path, digest in repository.digests("sql").items():
            if not digest["operations"] or migrations.is_rollback(path):
                continue
            if migrations.of_tests(path):
                reason = "a script under a folder of tests: not taken for the application's tables"
                yield Unresolved(what="table", reason=reason, file=path, line=None)
                continue
            services.setdefault(repository.service_of(path), []).append(path)
        for service in sorted(services):
            yield from _replay(repository, services[service])


def _replay(repository: Repository, paths: list[str]) -> Iterator[Table | Unresolved]:
    """Replay the scripts of one service; once for each database that has scripts of its own."""
    told: set[Unresolved] = set()
    for database, scripts in variants.sets(paths, of_drivers(repository.uses)):
        for found in _run(repository, scripts, variants.dialect_of(database)):
            if isinstance(found, Table) or found not in told:
                yield found
            if isinstance(found, Unresolved):
                told.add(found)


def _run(repository: Repository, paths: list[str], dialect: str | None) -> Iterator[Table | Unresolved]:
    schema = Schema()
    marks: Counter[str] = Counter()
    for group in migrations.group(paths):
        for path in group.scripts:
            digest = repository.digest(path) or {}
            marks.update(digest.get("marks", {}))
            schema.apply(digest.get("operations", ()), path)
    yield from schema.tables("sql", dialect or best(dict(marks)) or of_drivers(repository.uses))
    yield from schema.unresolved
