"""Places that a result names are there: the file exists in the repository and has that line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hivemind_backend.checks.problem import Problem
from hivemind_backend.models import BackendOutput

MAX_CHECKED = 2_000
MAX_TOLD = 40
_PLACE = re.compile(r"^(?P<file>[^\s:*?\"<>|]+\.[A-Za-z0-9]+):(?P<line>\d+)(?:[-:]\d+)?$")


def places_of(output: BackendOutput) -> Iterator[tuple[str, str]]:
    """(what, place) of everything that names one."""
    for finding in output.findings:
        yield finding.id, finding.location or ""
    for endpoint in output.api_endpoints:
        yield f"{endpoint.method} {endpoint.path}", endpoint.location or ""
    for optimization in output.performance_optimizations:
        yield optimization.id, optimization.where
    for measure in output.security_measures:
        yield measure.id, measure.where
    for integration in output.integration_points:
        yield integration.name, integration.location or ""
    for table in output.data_model:
        yield f"table {table.name}", table.location or ""


def place_problems(output: BackendOutput, repo: str) -> Iterator[Problem]:
    """Warn of places that are not there; a place may be wrong and the finding still right."""
    found = list(_wrong_places(output, repo))
    yield from found[:MAX_TOLD]
    if len(found) > MAX_TOLD:
        yield Problem("more places are not there", f"{len(found) - MAX_TOLD} more of {len(found)}", level="warning")


def _wrong_places(output: BackendOutput, repo: str) -> Iterator[Problem]:
    root = Path(repo).resolve()
    lines: dict[str, int | None] = {}
    for number, (what, place) in enumerate(places_of(output)):
        match = _PLACE.match(place.strip())
        if number >= MAX_CHECKED or match is None:
            continue
        file = match["file"]
        if file not in lines:
            lines[file] = _count_lines(root, file)
        known = lines[file]
        if known is None:
            yield Problem("a place is not there", f"{what} names {place}, and there is no such file", place, "warning")
        elif int(match["line"]) > known:
            detail = f"{what} names {place}, and the file has {known} lines"
            yield Problem("a place is not there", detail, place, "warning")


def _count_lines(root: Path, file: str) -> int | None:
    """The lines of a file inside the repository; None if there is none."""
    try:
        path = (root / file).resolve()
        if not path.is_relative_to(root):
            return None
        with path.open("rb") as handle:
            return sum(1 for _ in handle) + 1
    except (OSError, ValueError):
        return None
