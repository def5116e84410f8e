"""Finds sessions under a root."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hivemind.errors import SessionError, SessionNotFoundError, did_you_mean
from hivemind.session.folder import SessionFolder
from hivemind.session.layout import JOURNAL, SNAPSHOT
from hivemind.session.snapshot import SessionSnapshot

_TIMESTAMP = re.compile(rb'^\{"seq":\d+,"timestamp":"([^"]{10,40})"')
_SEQ = re.compile(rb'^\{"seq":(\d+),')
_HEAD_BYTES = 120
_TAIL_BYTES = 4096


@dataclass(frozen=True)
class Listed:
    """One session folder of a listing: its snapshot (without the plan), or why there is none."""

    id: str
    path: Path
    snapshot: SessionSnapshot | None
    problem: str | None = None


def session_folders(root: Path) -> list[Path]:
    """List the session folders under a root, newest first by the time of their first event."""
    try:
        found = [(_created(path), path) for path in root.iterdir()]
    except OSError:
        return []
    dated = [(created, path.name, path) for created, path in found if created is not None]
    return [path for _, _, path in sorted(dated, reverse=True)]


def _created(folder: Path) -> str | None:
    """Say when a session was made: its first event's time; the file's own where that is cut off; None for no session.

    Ids have the minute and the time zone of the machine that made them: they do not tell which came later.
    """
    journal = folder / JOURNAL
    try:
        with journal.open("rb", buffering=0) as handle:
            match = _TIMESTAMP.match(handle.read(_HEAD_BYTES))
        if match:
            return match.group(1).decode("ascii", "replace")
        return datetime.fromtimestamp(journal.stat().st_mtime, UTC).isoformat(timespec="milliseconds")
    except PermissionError:
        return "" if folder.is_dir() else None
    except OSError:
        return None


def list_sessions(root: Path, limit: int | None = None) -> Iterator[Listed]:
    """Read the sessions under a root, newest first; one that can't be read is listed with why.

    A snapshot that says what the journal says is taken as it is; only where it lags is the journal replayed.
    """
    for path in session_folders(root)[:limit]:
        snapshot = current_snapshot(path)
        if snapshot is not None:
            yield Listed(path.name, path, snapshot)
            continue
        try:
            folder = SessionFolder.open(path)
        except SessionError as error:
            yield Listed(path.name, path, None, error.message)
        else:
            yield Listed(path.name, path, folder.snapshot())


def current_snapshot(path: Path) -> SessionSnapshot | None:
    """Read SESSION.json without its plan, if it is as new as the journal and nobody runs the session.

    Returns:
        None where the journal has to be read: the snapshot is missing, damaged, behind, or says that it runs.
    """
    from pydantic_core import from_json

    try:
        data: Any = from_json((path / SNAPSHOT).read_bytes())
        if not isinstance(data, dict) or data.get("status") == "running":
            return None
        if data.get("last_seq") != last_seq(path / JOURNAL):
            return None
        data.pop("plan", None)
        return SessionSnapshot.model_validate(data)
    except (OSError, ValueError, ValidationError):
        return None


def last_seq(journal: Path) -> int | None:
    """Read the number of a journal's last event from its end; None where the last line is torn or no event."""
    with journal.open("rb") as handle:
        end = handle.seek(0, 2)
        size = min(_TAIL_BYTES, end)
        while True:
            handle.seek(end - size)
            tail = handle.read(size)
            if not tail.endswith(b"\n"):
                return None
            start = tail.rfind(b"\n", 0, len(tail) - 1)
            if start >= 0 or size == end:
                match = _SEQ.match(tail[start + 1 :])
                return int(match.group(1)) if match else None
            size = min(size * 8, end)


def find_session(root: Path, name: str) -> Path:
    """Find a session folder by its id, an unambiguous part of it, 'last', or a path.

    Raises:
        SessionNotFoundError: None or more than one fits.
    """
    if name and (direct := Path(name).expanduser()).is_dir() and (direct / JOURNAL).is_file():
        return direct.resolve()
    if Path(name).name == name and (root / name / JOURNAL).is_file():
        return root / name
    folders = session_folders(root)
    if name == "last" and folders:
        return folders[0]
    if name == "last":
        raise SessionNotFoundError(f"there is no session in {root}", "start one with 'hivemind run'")
    matches = [path for path in folders if name and name in path.name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        shown = ", ".join(path.name for path in matches[:5])
        more = f" and {len(matches) - 5} more" if len(matches) > 5 else ""
        raise SessionNotFoundError(f"{name!r} fits {len(matches)} sessions: {shown}{more}", "name one in full")
    if Path(name).name != name:
        raise SessionNotFoundError(
            f"{name} is no session folder: it has no {JOURNAL}", "list the sessions with 'hivemind sessions list'"
        )
    hint = did_you_mean(name, [path.name for path in folders]) or "list them with 'hivemind sessions list'"
    raise SessionNotFoundError(f"no session {name!r} in {root}", hint)
