"""Hot spots: source files that are large and change often."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from hivemind_analyzer.models import HotSpot
from hivemind_analyzer.rules.history import History

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 10
_CANDIDATES = 200
_MAX_BYTES = 4_000_000
_SOURCE = re.compile(
    r"\.(py|pyi|js|jsx|mjs|cjs|ts|tsx|mts|cts|vue|svelte|java|kt|kts|scala|groovy|go|rs|rb|php|cs|fs|swift|m|mm|c|h|cc|"
    r"cpp|cxx|hpp|ex|exs|erl|clj|lua|pl|pm|r|jl|dart|sql|graphql|gql|html|htm|css|scss|sass|less|sh|bash|ps1|tf|proto)$",
    re.IGNORECASE,
)
_NOT_WRITTEN = re.compile(
    r"(^|/)(node_modules|vendor|dist|build|third_party|__pycache__|\.venv)/|\.min\.(js|css)$|\.(pb|gen|generated)\.|_pb2",
    re.IGNORECASE,
)


def hot_spots(repo: Path, history: History, lines: Mapping[str, int], tested: Mapping[str, bool]) -> list[HotSpot]:
    """Rank the files that exist now by churn times length.

    Args:
        repo: The repository.
        history: Its changes.
        lines: Known lengths by path; others are counted.
        tested: Whether a test was found, by path.
    """
    changed = [
        (path, changes)
        for path, changes in history.files.items()
        if changes.commits > 1 and changes.churn and _SOURCE.search(path) and not _NOT_WRITTEN.search(path)
    ]
    changed.sort(key=lambda one: (-one[1].churn, one[0]))
    spots: list[tuple[int, HotSpot]] = []
    for path, changes in changed[:_CANDIDATES]:
        length = lines[path] if path in lines else count_lines(repo, path)
        if not length:
            continue
        spot = HotSpot(
            path=path,
            commits=changes.commits,
            churn=changes.churn,
            lines=length,
            authors=len(changes.authors),
            score=0,
            tested=tested.get(path),
        )
        spots.append((changes.churn * length, spot))
    spots.sort(key=lambda one: (-one[0], one[1].path))
    highest = spots[0][0] if spots else 1
    return [spot.model_copy(update={"score": round(weight / highest, 3)}) for weight, spot in spots[:SHOWN]]


def count_lines(repo: Path, path: str) -> int | None:
    """Count a file's lines; None for what is no regular text file below the repository."""
    full = repo / path
    try:
        # A link, or a folder on the way that is one, may lead out of the repository.
        if Path(os.path.realpath(full)) != Path(os.path.realpath(repo)) / path:
            return None
        status = full.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            return None
        data = full.read_bytes()
    except (OSError, ValueError):
        return None
    if b"\0" in data[:8192]:
        return None
    return data.count(b"\n") + (not data.endswith(b"\n") if data else 0)
