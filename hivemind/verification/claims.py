"""Files that are claimed with a hash are there, inside the session, and have it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hivemind.models import Artifact
from hivemind.verification.problem import Problem
from hivemind.verification.texts import mappings_of

_CHUNK = 1 << 20


def claim_problems(data: Any, session: Path) -> Iterator[Problem]:
    """Check every part of a result that states a path and a SHA-256."""
    for one in mappings_of(data):
        path, digest = one.get("path"), one.get("sha256")
        if isinstance(path, str) and isinstance(digest, str) and path and digest:
            size = one.get("size")
            reason = claim_problem(session, path, digest, size if isinstance(size, int) else None)
            if reason:
                yield Problem("a claimed file is not what is claimed", f"{path}: {reason}", path)


def artifact_problems(artifacts: Iterable[Artifact], session: Path) -> list[str]:
    """Say which artifacts are missing, outside the session, or other than stated."""
    found = []
    for one in artifacts:
        reason = claim_problem(session, one.path, one.sha256, one.size)
        if reason:
            found.append(f"{one.path}: {reason}")
    return found


def claim_problem(session: Path, path: str, sha256: str, size: int | None) -> str:
    """Why a file of the session is not the one that is claimed; '' where it is."""
    root = session.resolve()
    try:
        if Path(path).is_absolute():
            return "the path is not relative to the session"
        target = (root / path).resolve()
        if not target.is_relative_to(root):
            return "it is outside the session"
        if not target.is_file():
            return "there is no such file"
        found = target.stat().st_size
        if size is not None and found != size:
            return f"it has {found:,} bytes, not {size:,}"
        hashed = hashlib.sha256()
        with target.open("rb") as file:
            while chunk := file.read(_CHUNK):
                hashed.update(chunk)
    except (OSError, ValueError) as error:
        return f"it can't be read: {getattr(error, 'strerror', None) or error}"
    if hashed.hexdigest() != sha256.lower():
        return f"its SHA-256 is {hashed.hexdigest()[:12]}…, not {sha256[:12]}…"
    return ""
