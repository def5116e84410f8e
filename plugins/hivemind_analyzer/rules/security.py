"""The security view: findings by rule that are about security, and open endpoints that change data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hivemind_analyzer.models import SecurityFinding
from hivemind_analyzer.rules.kinds import security_kind
from hivemind_analyzer.rules.reading import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hivemind_facts.models import Endpoint, Facts, RuleFinding

_WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_OPEN_BY_NATURE = re.compile(
    r"log-?in|log-?out|sign-?(in|up|out)|regist|auth|token|session|password|forgot|reset|verif|confirm|activat|oauth|"
    r"callback|webhook|hook|health|ping|csrf|otp|refresh|invite|contact|subscribe|search|query|graphql",
    re.IGNORECASE,
)
_NAMED = 10


def security_findings(findings: Sequence[RuleFinding], facts: Facts) -> list[SecurityFinding]:
    """Tell what is about security, in the order of the ranked findings; then what the endpoints themselves show."""
    found: list[SecurityFinding] = []
    for finding in findings:
        category = security_kind(finding)
        if category is not None:
            found.append(
                SecurityFinding(
                    id=f"AN-S{len(found) + 1:02d}",
                    category=category,
                    severity=finding.severity,
                    title=finding.title,
                    location=place(finding.file, finding.line),
                    evidence=finding.evidence,
                    remedy=finding.remedy,
                    possible=finding.possible,
                )
            )
    said = {(finding.file, finding.line) for finding in findings}
    open_writes = [one for one in unprotected_writes(facts.endpoints) if (one.file, one.line) not in said]
    if open_writes:
        found.append(_open_writes(open_writes, f"AN-S{len(found) + 1:02d}", facts))
    return found


def unprotected_writes(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """Endpoints that change data and are known to ask for no authentication, less those that have to be open."""
    return [
        one
        for one in endpoints
        if one.method in _WRITES and one.auth == "none" and not _OPEN_BY_NATURE.search(f"{one.path} {one.handler}")
    ]


def _open_writes(endpoints: Sequence[Endpoint], number: str, facts: Facts) -> SecurityFinding:
    said = {one.auth for one in facts.endpoints}
    listed = ", ".join(f"{one.method} {one.path} ({place(one.file, one.line)})" for one in endpoints[:_NAMED])
    more = f" and {len(endpoints) - _NAMED} more" if len(endpoints) > _NAMED else ""
    what = "endpoint changes" if len(endpoints) == 1 else "endpoints change"
    beside = "no endpoint of this repository is known to ask for it"
    if "required" in said:
        beside = "others of this repository ask for it"
    return SecurityFinding(
        id=number,
        category="authentication",
        severity="medium",
        title=f"{len(endpoints)} {what} data without authentication",
        location=place(endpoints[0].file, endpoints[0].line),
        evidence=f"{listed}{more}; {beside}. It may be wanted, or done in front of the service",
        remedy="guard them, or write down why they are open",
        possible=True,
    )
