"""What must hold of a backend result before it is called completed."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind import Finding
from hivemind_backend.checks.openapi import openapi_problems
from hivemind_backend.checks.problem import Problem
from hivemind_backend.checks.sql import sql_problems
from hivemind_backend.models import BackendOutput


def check(output: BackendOutput) -> list[Finding]:
    """Check the database changes and the OpenAPI document; what holds for any worker is checked by the core."""
    return [
        Finding(
            id=f"BE-V{number:02d}",
            severity="high" if problem.level == "error" else "low",
            title=problem.title,
            detail=problem.detail,
            location=problem.where or None,
            level=problem.level,
        )
        for number, problem in enumerate(_problems(output), 1)
    ]


def _problems(output: BackendOutput) -> Iterator[Problem]:
    yield from sql_problems(output)
    yield from openapi_problems(output)
