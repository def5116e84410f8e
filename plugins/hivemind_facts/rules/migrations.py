"""Migrations that fail on, rewrite or lock a table that has rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hivemind_facts.models import Facts, RuleFinding, Severity
from hivemind_facts.reading import Repository
from hivemind_facts.rules.finding import finding
from hivemind_facts.sql import dialects, migrations
from hivemind_facts.sql.names import identifier

_SIZE = "how many rows the table has, the code does not tell"


class RiskyMigration:
    """A later migration changes a table that an earlier one made."""

    name = "risky-migration"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield a finding for each statement that is dangerous on a table with rows."""
        services: dict[str, list[str]] = {}
        for path, digest in repository.digests("sql").items():
            if digest["operations"] and not migrations.is_rollback(path) and not migrations.of_tests(path):
                services.setdefault(repository.service_of(path), []).append(path)
        for service, paths in sorted(services.items()):
            for group in migrations.group(paths):
                if group.migrations:
                    yield from self._group(repository, group.scripts, service)

    def _group(self, repository: Repository, scripts: list[str], service: str) -> Iterator[RuleFinding]:
        marks: dict[str, int] = {}
        for path in scripts:
            for name, count in (repository.digest(path) or {}).get("marks", {}).items():
                marks[name] = marks.get(name, 0) + count
        dialect = dialects.best(marks) or dialects.of_drivers(repository.uses)
        made: set[str] = set()
        for path in scripts:
            here: set[str] = set()
            for operation in (repository.digest(path) or {}).get("operations", ()):
                table = str(operation.get("table", "")).lower()
                if operation["op"] == "create_table":
                    here.add(table)
                elif table in made and table not in here:
                    risk = _risk(operation, dialect)
                    if risk is not None:
                        yield self._finding(operation, risk, path, service)
            made |= here

    def _finding(
        self, operation: dict[str, Any], risk: tuple[Severity, str, str, str, str | None], path: str, service: str
    ) -> RuleFinding:
        severity, title, evidence, remedy, sql = risk
        column = operation.get("name") or (operation.get("column") or {}).get("name") or ""
        return finding(
            self.name,
            severity,
            title,
            subject=f"{operation['op']} {operation['table']}.{column}",
            evidence=f"{evidence}; {_SIZE}",
            file=path,
            line=operation["line"],
            remedy=remedy,
            sql=sql,
            possible=True,
            service=service,
        )


def _risk(operation: dict[str, Any], dialect: str | None) -> tuple[Severity, str, str, str, str | None] | None:
    table = operation["table"]
    match operation["op"]:
        case "add_column":
            column = operation["column"]
            if column["nullable"] is False and column["default"] is None and "SERIAL" not in column["type"].upper():
                return (
                    "high",
                    f"migration adds {table}.{column['name']} as NOT NULL without a default",
                    "it fails on a table that has rows",
                    "add the column nullable or with a default, fill it, then set NOT NULL",
                    None,
                )
        case "create_index" if dialect == "postgres" and not operation["concurrently"]:
            named = operation["name"] or f"ix_{table}"
            columns = ", ".join(identifier(one, dialect) for one in operation["columns"] if one)
            unique = "UNIQUE " if operation["unique"] else ""
            return (
                "low",
                f"migration builds index {named} while writes to {table} wait",
                "CREATE INDEX without CONCURRENTLY holds writes back until it is done",
                "build it CONCURRENTLY, outside a transaction",
                f"CREATE {unique}INDEX CONCURRENTLY IF NOT EXISTS {identifier(named, dialect)} "
                f"ON {identifier(table, dialect)} ({columns});"
                if columns and all(operation["columns"]) and not operation["partial"]
                else None,
            )
        case "alter_column" if operation["type"] and dialect in ("postgres", "mysql", "tsql", None):
            return (
                "medium",
                f"migration changes the type of {table}.{operation['name']}",
                "most changes of a type rewrite the whole table under a lock",
                "add a new column, fill it in batches, then switch",
                None,
            )
        case "change_column" if dialect == "mysql":
            return (
                "medium",
                f"migration redefines {table}.{operation['name']}",
                "MODIFY and CHANGE may copy the whole table",
                "ask for ALGORITHM=INPLACE, LOCK=NONE, or use an online schema change",
                None,
            )
        case "add_constraint" if (
            dialect == "postgres" and operation["parts"]["foreign_keys"] and not operation.get("not_valid")
        ):
            return (
                "low",
                f"migration adds a foreign key to {table} and checks every row under a lock",
                "ADD FOREIGN KEY without NOT VALID locks both tables while it checks",
                "add it NOT VALID, then VALIDATE CONSTRAINT in a statement of its own",
                None,
            )
    return None
