"""Compares the files of two sessions by their hashes, and on request line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from hivemind.comparison_models import ChangeKind, FileDiff
from hivemind.models import Artifact
from hivemind.paths import check_relative

_PROJECTIONS = ("output", "notes")
"""Made from the typed output, which is compared as such."""
_MAX_BYTES = 1_000_000
_MAX_LINES = 20_000


def compare_files(
    a: Path, before: Iterable[Artifact], b: Path, after: Iterable[Artifact], *, contents: bool
) -> tuple[FileDiff, ...]:
    """Compare what a worker produced beside its output.

    Args:
        a: The session folder of the artifacts before.
        before: The artifacts before.
        b: The session folder of the artifacts after.
        after: The artifacts after.
        contents: Also make unified diffs.
    """
    left, right = _by_path(before), _by_path(after)
    changes: list[FileDiff] = []
    for path in sorted({*left, *right}):
        one, other = left.get(path), right.get(path)
        if one is not None and other is not None and one.sha256 == other.sha256:
            continue
        kind: ChangeKind = "added" if one is None else "removed" if other is None else "changed"
        diff, note = _unified(a, one, b, other, path) if contents else (None, "")
        changes.append(
            FileDiff(
                path=path,
                change=kind,
                before_sha256=one.sha256 if one else None,
                after_sha256=other.sha256 if other else None,
                before_size=one.size if one else None,
                after_size=other.size if other else None,
                diff=diff,
                note=note,
            )
        )
    return tuple(changes)


def _by_path(artifacts: Iterable[Artifact]) -> Mapping[str, Artifact]:
    return {artifact.path: artifact for artifact in artifacts if artifact.kind not in _PROJECTIONS}


def _unified(a: Path, one: Artifact | None, b: Path, other: Artifact | None, path: str) -> tuple[str | None, str]:
    """Make a unified diff, or say why there is none."""
    try:
        before = [] if one is None else _lines(a, path)
        after = [] if other is None else _lines(b, path)
    except (OSError, ValueError) as error:
        return None, str(error)
    if len(before) + len(after) > _MAX_LINES:
        return None, f"{path} has too many lines to compare: {len(before):,} and {len(after):,}"
    names = ("/dev/null" if one is None else f"a/{path}", "/dev/null" if other is None else f"b/{path}")
    lines = difflib.unified_diff(before, after, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines), ""


def _lines(folder: Path, path: str) -> list[str]:
    """The lines of a file of a session; never of one that a link elsewhere stands for.

    Raises:
        ValueError: It is no text, too large, or not in the folder.
        OSError: It can't be read.
    """
    file = folder / check_relative(path)
    if not file.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{path} is a link that leaves the session")
    with file.open("rb") as handle:
        data = handle.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise ValueError(f"{path} is larger than {_MAX_BYTES:,} bytes")
    if b"\0" in data:
        raise ValueError(f"{path} is no text")
    try:
        *lines, last = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no UTF-8 text") from None
    return [*(f"{line}\n" for line in lines), *([last] if last else [])]
