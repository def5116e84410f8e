"""What must hold of a backend result before it is called completed."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind import Finding
from hivemind_backend.checks.code import code_problems
from hivemind_backend.checks.openapi import openapi_problems
from hivemind_backend.checks.places import place_problems
from hivemind_backend.checks.problem import Problem
from hivemind_backend.checks.sql import sql_problems
from hivemind_backend.models import BackendOutput


def check(output: BackendOutput, repo: str) -> list[Finding]:
    """Check SQL, the OpenAPI document, generated code and the places that are named.

    Args:
        output: The result.
        repo: Where the repository is; '' leaves out what only its files can show.
    """
    return [
        Finding(
            id=f"BE-V{number:02d}",
            severity="high" if problem.level == "error" else "low",
            title=problem.title,
            detail=problem.detail,
            location=problem.where or None,
            level=problem.level,
        )
        for number, problem in enumerate(_problems(output, repo), 1)
    ]


def _problems(output: BackendOutput, repo: str) -> Iterator[Problem]:
    yield from sql_problems(output)
    yield from openapi_problems(output)
    yield from code_problems(output)
    if repo:
        yield from place_problems(output, repo)
