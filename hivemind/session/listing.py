"""Finds sessions under a root."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hivemind.errors import SessionError, SessionNotFoundError, did_you_mean
from hivemind.session.folder import SessionFolder
from hivemind.session.layout import JOURNAL
from hivemind.session.snapshot import SessionSnapshot


@dataclass(frozen=True)
class Listed:
    """One session folder of a listing: its snapshot, or why there is none."""

    id: str
    path: Path
    snapshot: SessionSnapshot | None
    problem: str | None = None


def session_folders(root: Path) -> list[Path]:
    """List the session folders under a root, newest first."""
    try:
        found = [path for path in root.iterdir() if (path / JOURNAL).is_file()]
    except OSError:
        return []
    return sorted(found, key=lambda path: path.name, reverse=True)


def list_sessions(root: Path, limit: int | None = None) -> Iterator[Listed]:
    """Read the sessions under a root, newest first; one that can't be read is listed with why."""
    for path in session_folders(root)[:limit]:
        try:
            folder = SessionFolder.open(path)
        except SessionError as error:
            yield Listed(path.name, path, None, error.message)
        else:
            yield Listed(path.name, path, folder.snapshot())


def find_session(root: Path, name: str) -> Path:
    """Find a session folder by its id, an unambiguous part of it, 'last', or a path.

    Raises:
        SessionNotFoundError: None or more than one fits.
    """
    if (direct := Path(name)).is_dir() and (direct / JOURNAL).is_file():
        return direct.resolve()
    if Path(name).name == name and (root / name / JOURNAL).is_file():
        return root / name
    folders = session_folders(root)
    if name == "last" and folders:
        return folders[0]
    matches = [path for path in folders if name and (path.name.startswith(name) or name in path.name)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise SessionNotFoundError(
            f"{name!r} fits {len(matches)} sessions: {', '.join(path.name for path in matches[:5])}", "name one in full"
        )
    hint = did_you_mean(name, [path.name for path in folders]) or "list them with 'hivemind sessions list'"
    raise SessionNotFoundError(f"no session {name!r} in {root}", hint)
