"""Puts an analysis together from facts and history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hivemind_analyzer.models import AnalyzerOutput
from hivemind_analyzer.rules.history import read_history
from hivemind_analyzer.rules.hotspots import hot_spots
from hivemind_analyzer.rules.performance import performance_issues
from hivemind_analyzer.rules.presence import presence
from hivemind_analyzer.rules.quality import longest_files, metrics
from hivemind_analyzer.rules.ranking import ORDER, as_finding, ranked
from hivemind_analyzer.rules.reading import NO_FACTS, facts_of, place
from hivemind_analyzer.rules.requirements import requirements
from hivemind_analyzer.rules.security import security_findings
from hivemind_analyzer.rules.structure import coupling, cycle_findings, cycles
from hivemind_analyzer.rules.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hivemind_facts.models import Facts

    from hivemind import Context, Finding, Task
    from hivemind_analyzer.models import HotSpot, TestPresence

MAX_FINDINGS = 200
_UNRESOLVED_SHOWN = 30
_ACTIONS = 5


def analyse(task: Task, context: Context) -> AnalyzerOutput:
    """Analyse a repository from its facts and its history."""
    repo = Path(task.repo)
    facts = facts_of(context)
    history = read_history(repo)
    if facts is None:
        spots = hot_spots(repo, history, {}, {})
        return AnalyzerOutput(
            summary=f"Only git's history could be analysed: {NO_FACTS}. {_spots_said(spots)}".rstrip(),
            hot_spots=tuple(spots),
            history=history.note,
            unresolved=(NO_FACTS,),
        )
    order = ranked(facts.findings, words(task.text))
    tested = presence(facts.modules)
    circles = cycles(facts.modules)
    lines = {module.path: module.lines for module in facts.modules}
    spots = hot_spots(repo, history, lines, tested.by_path(lines))
    findings = [as_finding(one, number) for number, one in enumerate(order[:MAX_FINDINGS], 1)]
    findings += cycle_findings(circles, len(findings) + 1)
    findings += _without_tests(tested.scopes, len(findings) + 1)
    findings.sort(key=lambda one: ORDER[one.severity])
    findings = [one.model_copy(update={"id": f"AN-{number:03d}"}) for number, one in enumerate(findings, 1)]
    issues = performance_issues(order, facts)
    return AnalyzerOutput(
        summary=_summary(facts, findings, spots, tested.scopes),
        findings=tuple(findings),
        security_findings=tuple(security_findings(order, facts)),
        performance_issues=tuple(issues),
        performance_requirements=tuple(requirements(facts, issues)),
        hot_spots=tuple(spots),
        history=history.note,
        quality_metrics=tuple(metrics(facts, tested.scopes, circles)),
        longest_files=tuple(longest_files(facts.modules)),
        coupling=tuple(coupling(facts.modules)),
        import_cycles=tuple(circles),
        test_presence=tuple(tested.scopes),
        next_actions=tuple(_actions(findings, spots)),
        unresolved=tuple(_unresolved(facts)),
    )


def _without_tests(scopes: Sequence[TestPresence], first: int) -> list[Finding]:
    from hivemind import Finding

    bare = [one for one in scopes if one.modules and not one.tests and not one.tested and not one.reached]
    return [
        Finding(
            id=f"AN-{number:03d}",
            severity="medium",
            title="the repository has no tests" if one.scope == "." else f"{one.scope} has no tests",
            location=one.scope,
            evidence=f"no test file among its sources imports, or is named after, one of {one.modules} modules",
            remedy=f"begin with the longest: {', '.join(one.untested[:3])}" if one.untested else "add a first test",
        )
        for number, one in enumerate(bare, first)
    ]


def _spots_said(spots: Sequence[HotSpot]) -> str:
    if not spots:
        return ""
    hottest = spots[0]
    return f"The hottest file is {hottest.path}: {hottest.commits} commits, {hottest.lines:,} lines."


def _summary(
    facts: Facts, findings: Sequence[Finding], spots: Sequence[HotSpot], scopes: Sequence[TestPresence]
) -> str:
    if not (facts.modules or facts.endpoints or facts.tables or findings):
        return (
            f"There is no source code here that the facts could read: nothing to analyse. {_spots_said(spots)}".strip()
        )
    counts = [
        f"{count} {severity}" for severity in ORDER if (count := sum(one.severity == severity for one in findings))
    ]
    parts = [f"{len(findings)} findings ({', '.join(counts)})." if findings else "No rule found anything."]
    if findings:
        where = f" ({findings[0].location})" if findings[0].location else ""
        parts.append(f"First: {findings[0].title}{where}.")
    modules, tests = sum(one.modules for one in scopes), sum(one.tests for one in scopes)
    if modules:
        bare = sum(one.untested_count for one in scopes)
        parts.append(f"{tests} test files; no test reaches {bare} of {modules} modules.")
    parts.append(_spots_said(spots))
    return " ".join(part for part in parts if part)


def _actions(findings: Sequence[Finding], spots: Sequence[HotSpot]) -> list[str]:
    actions: list[str] = []
    for one in findings:
        if ORDER[one.severity] <= ORDER["medium"] and one.remedy and len(actions) < _ACTIONS:
            actions.append(f"{one.id} ({one.severity}), {one.location}: {one.remedy}")
    actions += [
        f"add tests for {spot.path} before changing it: {spot.commits} commits touched it and no test reaches it"
        for spot in spots[:3]
        if spot.tested is False
    ]
    return actions


def _unresolved(facts: Facts) -> list[str]:
    said = []
    if not facts.modules:
        said.append("no modules are among the facts: sizes, imports and tests could not be measured")
    said += [f"{one.what} at {place(one.file, one.line)}: {one.reason}" for one in facts.unresolved[:_UNRESOLVED_SHOWN]]
    if len(facts.unresolved) > _UNRESOLVED_SHOWN:
        said.append(f"{len(facts.unresolved) - _UNRESOLVED_SHOWN} more that the readers could not resolve")
    if len(facts.findings) > MAX_FINDINGS:
        said.append(f"{len(facts.findings) - MAX_FINDINGS} findings of the lowest rank are left out")
    return said
