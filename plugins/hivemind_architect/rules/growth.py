"""What gives way first when load grows, and what may go wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_architect.facts import place
from hivemind_architect.models import ArchitectureRisk, Level, ScalabilityLimit
from hivemind_architect.rules.measures import Measures, counted

if TYPE_CHECKING:
    from hivemind_facts.models import RuleFinding

_IMPACT: dict[str, Level] = {"critical": "high", "high": "high", "medium": "medium", "low": "low", "info": "low"}
_ORDER = ("critical", "high", "medium", "low", "info")


def limits(measures: Measures) -> tuple[ScalabilityLimit, ...]:
    """List the limits that the facts show."""
    found = [*_stores(measures), *_queries(measures), *_calls(measures)]
    return tuple(one.model_copy(update={"id": f"AR-L{number:02d}"}) for number, one in enumerate(found, 1))


def _stores(measures: Measures) -> Iterator[ScalabilityLimit]:
    databases = measures.databases
    if databases == ["sqlite"] and measures.facts.tables:
        yield ScalabilityLimit(
            id="",
            limit="SQLite has one writer at a time, on one machine",
            evidence=measures.evidence("sqlite"),
            where=measures.where("sqlite"),
            consequence="writes wait for each other, and a second instance can't share the file",
            remedy="keep transactions short; move to a database server before a second instance is needed",
        )
    users = {one.service for one in measures.facts.tables}
    if len(users) > 1 and len(databases) == 1:
        yield ScalabilityLimit(
            id="",
            limit=f"{len(users)} services have tables and one database, {databases[0]}, is known",
            evidence=measures.evidence(databases[0]),
            where=measures.where(databases[0]),
            consequence="their load and their migrations meet in one place, if they share it",
            remedy="give each service a schema of its own",
            possible=True,
        )


def _queries(measures: Measures) -> Iterator[ScalabilityLimit]:
    if measures.unpaged:
        one = measures.unpaged[0]
        yield ScalabilityLimit(
            id="",
            limit=f"{counted(len(measures.unpaged), 'list')} given whole, without pages",
            evidence=", ".join(f"{each.method} {each.path}" for each in measures.unpaged[:5]),
            where=place(one.file, one.line),
            consequence="time and memory of an answer grow with the table",
            remedy="cut them into pages as the other lists are, with a largest size",
        )
    bare = measures.bare_keys
    if bare:
        table, _ = bare[0]
        yield ScalabilityLimit(
            id="",
            limit=f"{counted(len(bare), 'foreign key')} without an index",
            evidence=", ".join(f"{one.name}.{key.column}" for one, key in bare[:8]),
            where=place(table.file, table.line),
            consequence="joins and deletes read whole tables",
            remedy="index these columns",
        )
    loops = [one for one in measures.facts.findings if "n-plus" in one.rule or "loop" in one.rule]
    if loops:
        yield ScalabilityLimit(
            id="",
            limit=f"{counted(len(loops), 'place')} with a query for each row",
            evidence=loops[0].evidence,
            where=place(loops[0].file, loops[0].line),
            consequence="queries grow with the rows of an answer",
            remedy=loops[0].remedy,
            possible=all(one.possible for one in loops),
        )


def _calls(measures: Measures) -> Iterator[ScalabilityLimit]:
    waiting = [one for one in measures.facts.external if one.timeout is False and not one.target.startswith("/")]
    if waiting:
        yield ScalabilityLimit(
            id="",
            limit=f"{counted(len(waiting), 'call')} to others without a timeout",
            evidence=", ".join(f"{one.name} ({place(one.file, one.line)})" for one in waiting[:5]),
            where=place(waiting[0].file, waiting[0].line),
            consequence="a slow other side holds the workers that call it",
            remedy="set a timeout, and answer without the other side where that can be done",
        )


def risks(measures: Measures) -> tuple[ArchitectureRisk, ...]:
    """List risks: sure findings by rule, then what the repository lacks."""
    found = [*_from_findings(measures), *_from_lacks(measures)]
    return tuple(one.model_copy(update={"id": f"AR-R{number:02d}"}) for number, one in enumerate(found, 1))


def _from_findings(measures: Measures) -> Iterator[ArchitectureRisk]:
    by_rule: dict[str, list[RuleFinding]] = defaultdict(list)
    for one in measures.facts.findings:
        if one.severity in ("critical", "high", "medium") and not one.possible:
            by_rule[one.rule].append(one)
    ranked = sorted(by_rule.items(), key=lambda pair: (min(_ORDER.index(one.severity) for one in pair[1]), pair[0]))
    for rule, findings in ranked:
        first = min(findings, key=lambda one: (_ORDER.index(one.severity), one.file, one.line))
        more = f" and {len(findings) - 1} more of rule {rule}" if len(findings) > 1 else ""
        yield ArchitectureRisk(
            id="",
            risk=f"{first.title}{more}",
            likelihood="high" if len(findings) > 2 else "medium",
            impact=_IMPACT[first.severity],
            evidence=first.evidence,
            mitigation=first.remedy,
            location=place(first.file, first.line),
        )


def _from_lacks(measures: Measures) -> Iterator[ArchitectureRisk]:
    facts, stack = measures.facts, measures.facts.stack
    if facts.modules and not stack.tests:
        yield ArchitectureRisk(
            id="",
            risk="a change breaks something and nobody notices",
            likelihood="high",
            impact="medium",
            evidence="no test was found",
            mitigation="test the endpoints that matter most first",
        )
    if stack.tests and not stack.ci:
        yield ArchitectureRisk(
            id="",
            risk="tests are there and need not be run before a change is merged",
            impact="medium",
            evidence="no CI workflow was found in the repository",
            mitigation="run the tests on every change",
        )
    manifests = [one for one in stack.manifests if not one.lock and one.dependencies]
    if manifests and not measures.locked:
        yield ArchitectureRisk(
            id="",
            risk="an installation gets other versions than the one that was tested",
            impact="medium",
            evidence=f"{manifests[0].file} names {manifests[0].dependencies} dependencies; no lock file was found",
            mitigation="commit a lock file",
            location=manifests[0].file,
        )
    for tangle in measures.graph.tangles[:5]:
        yield ArchitectureRisk(
            id="",
            risk=f"{len(tangle)} modules that import each other can only be changed together",
            impact="medium" if len(tangle) > 2 else "low",
            evidence=", ".join(tangle[:6]) + (", ..." if len(tangle) > 6 else ""),
            mitigation="cut the circle; see the dependency cycles",
            location=tangle[0],
        )
