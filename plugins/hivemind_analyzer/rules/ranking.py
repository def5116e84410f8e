"""Ranks the findings by rule: severity first, the sure before the possible, then what the task is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind import Finding
from hivemind_analyzer.rules.reading import place
from hivemind_analyzer.rules.words import relevance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hivemind_facts.models import RuleFinding

ORDER = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}


def ranked(findings: Sequence[RuleFinding], wanted: frozenset[str]) -> list[RuleFinding]:
    """Order findings; the same input gives the same order."""
    return sorted(
        findings,
        key=lambda one: (
            ORDER[one.severity],
            one.possible,
            -relevance(wanted, one.title, one.file, one.evidence),
            one.file,
            one.line,
            one.rule,
        ),
    )


def as_finding(finding: RuleFinding, number: int) -> Finding:
    """A finding by rule as one of this worker's."""
    return Finding(
        id=f"AN-{number:03d}",
        severity=finding.severity,
        title=finding.title,
        location=place(finding.file, finding.line),
        evidence=finding.evidence,
        remedy=finding.remedy,
        statement=finding.sql,
        possible=finding.possible,
        detail=f"rule {finding.rule}, {finding.id}",
    )
