"""The facts' findings as this worker's, the most severe first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind import Finding
from hivemind_backend.facts import place

if TYPE_CHECKING:
    from hivemind_facts.models import Facts, RuleFinding

SEVERITIES = ("critical", "high", "medium", "low", "info")


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Number the findings BE-001, BE-002, ... by severity and place; nothing of them is lost."""
    return tuple(
        Finding(
            id=f"BE-{number:03d}",
            severity=one.severity,
            title=one.title,
            detail=f"rule {one.rule}, {one.id}",
            location=place(one.file, one.line),
            evidence=one.evidence,
            remedy=one.remedy,
            statement=one.sql,
            possible=one.possible,
        )
        for number, one in enumerate(ranked(facts), 1)
    )


def ranked(facts: Facts) -> list[RuleFinding]:
    """The facts' findings, the most severe and surest first."""
    return sorted(
        facts.findings, key=lambda one: (SEVERITIES.index(one.severity), one.possible, one.file, one.line, one.id)
    )
