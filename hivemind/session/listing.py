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
from hivemind.models import SCHEMA_VERSION
from hivemind.session.archive import archive_path, archived_files, archived_id, first_file, is_archive, unpacked
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
        return _iso(journal.stat().st_mtime)
    except PermissionError:
        return _changed(folder) if folder.is_dir() else None
    except OSError:
        return _changed(folder / SNAPSHOT) if (folder / SNAPSHOT).is_file() else None  # it has lost its journal


def _changed(path: Path) -> str:
    """When a file was last changed: 'last' must not mean an older session because of one that can't be read."""
    try:
        return _iso(path.stat().st_mtime)
    except OSError:
        return ""


def _iso(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")


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
        if data.get("last_seq") != last_seq(path / JOURNAL) or data.get("schema_version", 1) != SCHEMA_VERSION:
            return None
        data.pop("plan", None)
        return SessionSnapshot.model_validate(data)
    except (OSError, ValueError, ValidationError):
        return None


def last_seq(journal: Path) -> int | None:
    """Read the number of a journal's last event from its end; None where the last line is torn or no event."""
    line = _last_line(journal)
    match = _SEQ.match(line) if line else None
    return int(match.group(1)) if match else None


def _last_line(journal: Path) -> bytes | None:
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
                return tail[start + 1 :]
            size = min(size * 8, end)


def last_timestamp(journal: Path) -> str | None:
    """Read the time of a journal's last event from its end; None where the last line is torn or no event."""
    line = _last_line(journal)
    match = _TIMESTAMP.match(line) if line else None
    return match.group(1).decode("ascii", "replace") if match else None


def list_archived(root: Path, limit: int | None = None) -> Iterator[Listed]:
    """Read the archived sessions under a root, newest ids first, without unpacking them."""
    for path in archived_files(root)[:limit]:
        try:
            text = first_file(path, SNAPSHOT)
            if text is None:
                yield Listed(archived_id(path), path, SessionFolder.open(path).snapshot())
                continue
            snapshot = SessionSnapshot.model_validate_json(text).model_copy(update={"plan": None})
        except SessionError as error:
            yield Listed(archived_id(path), path, None, error.message)
        except ValidationError as error:
            yield Listed(archived_id(path), path, None, f"its {SNAPSHOT} is damaged: {error.errors()[0]['msg']}")
        else:
            gone = {"status": "interrupted"} if snapshot.status == "running" else {}
            yield Listed(archived_id(path), path, snapshot.model_copy(update=gone))


def is_session(folder: Path) -> bool:
    """Whether a folder is a session's, even if it has lost its journal."""
    return (folder / JOURNAL).is_file() or (folder / SNAPSHOT).is_file()


def find_session(root: Path, name: str) -> Path:
    """Find a session folder by its id, an unambiguous part of it, 'last', or a path.

    An archived one is found by its id, a part that fits no other, or the archive's path; what is given then is a copy
    that is unpacked for reading, and a `SessionFolder` of it refuses to be written.

    Raises:
        SessionNotFoundError: None or more than one fits.
        SessionCorruptError: It is archived, and the archive is damaged.
    """
    found = find_stored(root, name)
    return unpacked(found) if is_archive(found) else found


def find_stored(root: Path, name: str) -> Path:
    """Find where a session is stored: its folder, or its archive where it has none.

    Raises:
        SessionNotFoundError: None or more than one fits.
    """
    if name and (direct := Path(name).expanduser()).exists() and (is_archive(direct) or is_session(direct)):
        return direct.resolve()
    if Path(name).name == name:
        if is_session(root / name):
            return root / name
        if is_archive(archive_path(root, name)):
            return archive_path(root, name)
    folders, archives = session_folders(root), archived_files(root)
    if name == "last" and folders:
        return folders[0]
    if name == "last":
        kept = f"; {len(archives)} archived: 'hivemind sessions list --archived'" if archives else ""
        raise SessionNotFoundError(f"there is no session in {root}", f"start one with 'hivemind run'{kept}")
    # What is archived does not make the name of a session ambiguous that is not.
    matches = [path for path in folders if name and name in path.name]
    matches = matches or [path for path in archives if name and name in archived_id(path)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        shown = ", ".join(archived_id(path) for path in matches[:5])
        more = f" and {len(matches) - 5} more" if len(matches) > 5 else ""
        raise SessionNotFoundError(f"{name!r} fits {len(matches)} sessions: {shown}{more}", "name one in full")
    if Path(name).name != name:
        raise SessionNotFoundError(
            f"{name} is no session folder: it has no {JOURNAL}", "list the sessions with 'hivemind sessions list'"
        )
    known = [path.name for path in folders] + [archived_id(path) for path in archives]
    hint = did_you_mean(name, known) or "list them with 'hivemind sessions list'"
    raise SessionNotFoundError(f"no session {name!r} in {root}", hint)
