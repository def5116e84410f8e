"""Performance issues: findings by rule that are about time and load, and foreign keys that no finding names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hivemind_analyzer.models import PerformanceIssue
from hivemind_analyzer.rules.kinds import Performance, performance_kind
from hivemind_analyzer.rules.reading import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hivemind_facts.models import Facts, ForeignKey, RuleFinding, Table

_IMPACT: dict[Performance, str] = {
    "index": "look-ups and joins by the column, and deletes of the row that it points to, read the whole table",
    "pagination": "time, memory and answer grow with the table",
    "n_plus_one": "the number of queries grows with the number of rows",
    "timeout": "one slow answer from outside holds a worker for as long as it lasts",
    "migration": "the table can't be written, or not be read, while it is rewritten",
}
_PLAIN = re.compile(r"^[a-z_][a-z0-9_]*$")


def performance_issues(findings: Sequence[RuleFinding], facts: Facts) -> list[PerformanceIssue]:
    """Tell what costs time, in the order of the ranked findings."""
    found: list[PerformanceIssue] = []
    for finding in findings:
        kind = performance_kind(finding)
        if kind is not None:
            found.append(
                PerformanceIssue(
                    id=f"AN-P{len(found) + 1:02d}",
                    kind=kind,
                    severity=finding.severity,
                    title=finding.title,
                    location=place(finding.file, finding.line),
                    evidence=finding.evidence,
                    impact=_IMPACT.get(kind, ""),
                    remedy=finding.remedy,
                    statement=finding.sql or "",
                    possible=finding.possible,
                )
            )
    for table, key in unindexed(facts):
        if named_by(found, table, key) is None:
            found.append(
                PerformanceIssue(
                    id=f"AN-P{len(found) + 1:02d}",
                    kind="index",
                    severity="medium",
                    title=f"foreign key {table.name}.{key.column} has no index",
                    location=place(table.file, table.line),
                    evidence=f"{table.name}.{key.column} references {key.ref_table}; no index begins with it",
                    impact=_IMPACT["index"],
                    remedy="add an index whose first column it is",
                    statement=index_statement(table, key),
                )
            )
    return found


def unindexed(facts: Facts) -> Iterator[tuple[Table, ForeignKey]]:
    """Every foreign key of a table that no index serves."""
    for table in facts.tables:
        if table.kind == "table":
            yield from ((table, key) for key in table.foreign_keys if not key.indexed)


def named_by(issues: Sequence[PerformanceIssue], table: Table, key: ForeignKey) -> PerformanceIssue | None:
    """The index issue that names this table and column, if there is one."""
    both = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in (table.name, key.column)]
    for issue in issues:
        said = f"{issue.title} {issue.evidence} {issue.statement}"
        if issue.kind == "index" and all(pattern.search(said) for pattern in both):
            return issue
    return None


def index_statement(table: Table, key: ForeignKey) -> str:
    """The SQL that adds an index for a foreign key, in the table's dialect."""
    quote = "`" if table.dialect == "mysql" else '"'

    def name(raw: str) -> str:
        return raw if _PLAIN.match(raw) else quote + raw.replace(quote, quote * 2) + quote

    label = re.sub(r"\W+", "_", f"ix_{table.name}_{key.column}")
    target = ".".join(name(part) for part in table.name.split("."))
    return f"CREATE INDEX {name(label)} ON {target} ({name(key.column)});"
