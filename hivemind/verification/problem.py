"""One thing that does not hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hivemind.models import Finding


@dataclass(frozen=True)
class Problem:
    """What does not hold, where, and how bad that is."""

    title: str
    detail: str
    where: str = ""
    level: Literal["error", "warning", "note"] = "error"


def as_findings(problems: Iterable[Problem], prefix: str) -> list[Finding]:
    """Number problems and make them findings of a check."""
    return [
        Finding(
            id=f"{prefix}{number:02d}",
            severity="high" if problem.level == "error" else "low",
            title=problem.title,
            detail=problem.detail,
            location=problem.where or None,
            level=problem.level,
        )
        for number, problem in enumerate(problems, 1)
    ]
