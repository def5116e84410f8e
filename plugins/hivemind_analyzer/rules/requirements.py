"""What the backend must hold to, derived from what was found. No target is a number that nobody set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from hivemind_analyzer.models import PerformanceRequirement
from hivemind_analyzer.rules.performance import index_statement, named_by, unindexed
from hivemind_analyzer.rules.reading import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hivemind_facts.models import Endpoint, Facts

    from hivemind_analyzer.models import PerformanceIssue

Priority = Literal["critical", "high", "medium", "low"]

_MANY = re.compile(r"\b(list|sequence|array|iterable|set|collection|flux|page|queryset)\b|\[\]|many", re.IGNORECASE)
_REQUIRED = {
    "n_plus_one": "the number of queries does not grow with the number of rows: one query, or a fixed number of them",
    "timeout": "the call has a timeout, and what happens when it passes is written down",
    "migration": "the migration runs in steps that do not hold the table while rows are written",
    "blocking": "nothing blocks the event loop: the work is awaited, or done in a thread",
    "query": "the query reads the rows that it returns, by an index",
    "payload": "the answer holds what the caller reads, and has a bound",
    "other": "the issue is gone, and a test or a measurement shows it",
}


def requirements(facts: Facts, issues: Sequence[PerformanceIssue]) -> list[PerformanceRequirement]:
    """Derive requirements: lists that need a bound, keys that need an index, and each issue that names a place."""
    made = [*_lists(facts, issues), *_keys(facts, issues), *_rest(facts, issues)]
    order = ("critical", "high", "medium", "low")
    made.sort(key=lambda one: (order.index(one.priority), one.possible, one.target))
    return [one.model_copy(update={"id": f"AN-R{number:02d}"}) for number, one in enumerate(made, 1)]


def _lists(facts: Facts, issues: Sequence[PerformanceIssue]) -> Iterator[PerformanceRequirement]:
    by_place = {issue.location: issue for issue in issues if issue.kind == "pagination"}
    paged = next((one for one in facts.endpoints if one.paginated), None)
    like = f", as {paged.method} {paged.path} ({place(paged.file, paged.line)}) has" if paged else ""
    answered: set[str | None] = set()
    for endpoint in facts.endpoints:
        where = place(endpoint.file, endpoint.line)
        issue = by_place.get(where)
        if issue is None and not _bare_list(endpoint):
            continue
        answered.add(where)
        yield PerformanceRequirement(
            id="",
            target_kind="endpoint",
            target=f"{endpoint.method} {endpoint.path}",
            requirement=f"answers with a page of bounded size in a stable order, the bound set by the server{like}",
            reason=(issue.evidence if issue else "") or f"it lists {endpoint.response_type} without a limit",
            priority=_priority(issue),
            location=where,
            source=issue.id if issue else "",
            possible=issue.possible if issue else False,
        )
    for issue in issues:
        if issue.kind == "pagination" and issue.location not in answered:
            yield _of_issue(issue, "module", issue.location or issue.title, "the list has a bound set by the server")


def _bare_list(endpoint: Endpoint) -> bool:
    """Whether an endpoint is known to list without pages; the type must say that there are many."""
    return (
        endpoint.method == "GET"
        and endpoint.paginated is False
        and not endpoint.path.rstrip("/").endswith("}")
        and bool(endpoint.response_type and _MANY.search(endpoint.response_type))
    )


def _keys(facts: Facts, issues: Sequence[PerformanceIssue]) -> Iterator[PerformanceRequirement]:
    answered: set[str] = set()
    for table, key in unindexed(facts):
        issue = named_by(issues, table, key)
        answered.update((issue.id,) if issue else ())
        yield PerformanceRequirement(
            id="",
            target_kind="table",
            target=f"{table.name}.{key.column}",
            requirement="an index begins with this column",
            reason=f"it references {key.ref_table}, and no index serves look-ups by it",
            priority=_priority(issue),
            location=issue.location if issue else place(table.file, table.line),
            source=issue.id if issue else "",
            statement=(issue.statement if issue else "") or index_statement(table, key),
            possible=issue.possible if issue else False,
        )
    for issue in issues:
        if issue.kind == "index" and issue.id not in answered:
            yield _of_issue(issue, "module", issue.location or issue.title, "an index serves the look-up")


def _rest(facts: Facts, issues: Sequence[PerformanceIssue]) -> Iterator[PerformanceRequirement]:
    for issue in issues:
        if issue.kind in ("pagination", "index"):
            continue
        endpoint = _endpoint_at(facts.endpoints, issue.location)
        target = f"{endpoint.method} {endpoint.path}" if endpoint else issue.location or issue.title
        yield _of_issue(issue, "endpoint" if endpoint else "module", target, _REQUIRED[issue.kind])


def _of_issue(
    issue: PerformanceIssue, kind: Literal["endpoint", "module"], target: str, requirement: str
) -> PerformanceRequirement:
    return PerformanceRequirement(
        id="",
        target_kind=kind,
        target=target,
        requirement=requirement,
        reason=f"{issue.title}: {issue.evidence}" if issue.evidence else issue.title,
        priority=_priority(issue),
        location=issue.location,
        source=issue.id,
        statement=issue.statement,
        possible=issue.possible,
    )


def _endpoint_at(endpoints: Sequence[Endpoint], location: str | None) -> Endpoint | None:
    """The endpoint that is declared at exactly this place."""
    return next((one for one in endpoints if place(one.file, one.line) == location), None)


def _priority(issue: PerformanceIssue | None) -> Priority:
    severity = issue.severity if issue else "medium"
    return "low" if severity == "info" else severity
