"""The analyzer's notes: every part of its result that is not empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind import NotesDocument

if TYPE_CHECKING:
    from hivemind_analyzer.models import AnalyzerOutput


def render(output: AnalyzerOutput) -> str:
    """Render an analysis as Markdown."""
    document = NotesDocument().heading("Summary").text(output.summary)
    _security(document, output)
    _performance(document, output)
    _hot_spots(document, output)
    _quality(document, output)
    document.heading("Not told").bullets(output.unresolved)
    return document.common(output).render()


def _sure(severity: str, possible: bool) -> str:
    return f"{severity} (possible)" if possible else severity


def _security(document: NotesDocument, output: AnalyzerOutput) -> None:
    document.heading("Security").table(
        ("Id", "Severity", "About", "Weakness", "Where", "Evidence", "Remedy"),
        [
            (one.id, _sure(one.severity, one.possible), one.category, one.title, one.location, one.evidence, one.remedy)
            for one in output.security_findings
        ],
    )


def _performance(document: NotesDocument, output: AnalyzerOutput) -> None:
    document.heading("Performance issues").table(
        ("Id", "Severity", "Kind", "Issue", "Where", "Evidence", "Impact", "Remedy"),
        [
            (
                one.id,
                _sure(one.severity, one.possible),
                one.kind.replace("_", " "),
                one.title,
                one.location,
                one.evidence,
                one.impact,
                one.remedy,
            )
            for one in output.performance_issues
        ],
    )
    for issue in output.performance_issues:
        if issue.statement:
            document.text(f"{issue.id}:").fence(issue.statement, "sql")
    document.heading("Performance requirements for the backend").table(
        ("Id", "Priority", "Target", "Requirement", "Reason", "Where", "From", "Possible"),
        [
            (
                one.id,
                one.priority,
                f"{one.target_kind} {one.target}",
                one.requirement,
                one.reason,
                one.location,
                one.source,
                "yes" if one.possible else "",
            )
            for one in output.performance_requirements
        ],
    )
    for requirement in output.performance_requirements:
        if requirement.statement:
            document.text(f"{requirement.id}:").fence(requirement.statement, "sql")


def _hot_spots(document: NotesDocument, output: AnalyzerOutput) -> None:
    document.heading("Hot spots").text(f"History: {output.history}." if output.history else "")
    document.table(
        ("File", "Score", "Commits", "Lines changed", "Lines now", "Authors", "Tested"),
        [
            (
                one.path,
                f"{one.score:.2f}",
                f"{one.commits:,}",
                f"{one.churn:,}",
                f"{one.lines:,}",
                one.authors or "",
                one.tested,
            )
            for one in output.hot_spots
        ],
    )


def _quality(document: NotesDocument, output: AnalyzerOutput) -> None:
    document.heading("Quality, measured").table(
        ("Metric", "Value", "Scope", "How", "Detail"),
        [
            (one.name, f"{one.value:,g}" + (f" {one.unit}" if one.unit else ""), one.scope, one.how, one.detail)
            for one in output.quality_metrics
        ],
    )
    document.heading("Tests").table(
        ("Scope", "Modules", "Test files", "Tested directly", "Reached through others", "Not reached"),
        [
            (one.scope, one.modules, one.tests, one.tested, one.reached, one.untested_count)
            for one in output.test_presence
        ],
    )
    for scope in output.test_presence:
        left = scope.untested_count - len(scope.untested)
        document.bullets((*scope.untested, *((f"and {left} more",) if left > 0 and scope.untested else ())))
    document.heading("Longest files").table(
        ("File", "Lines"), [(one.path, f"{one.lines:,}") for one in output.longest_files]
    )
    document.heading("Coupling").table(
        ("Module", "Imported by", "Imports"), [(one.module, one.fan_in, one.fan_out) for one in output.coupling]
    )
    document.heading("Import cycles").bullets(
        f"{' -> '.join((*one.modules, one.modules[0]))} (a tangle of {one.size or len(one.modules)} modules)"
        for one in output.import_cycles
        if one.modules
    )
