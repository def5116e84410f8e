"""What is wrong with a session's SESSION.json, said in a sentence; the journal is the truth where the two disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind.errors import SessionCorruptError
from hivemind.models import SCHEMA_VERSION
from hivemind.session.snapshot import SessionSnapshot

if TYPE_CHECKING:
    from hivemind.session.folder import SessionFolder


@dataclass(frozen=True)
class SnapshotTrouble:
    """Why a snapshot can't be taken as it is."""

    message: str
    schema_version: int | None = None
    """Of a snapshot that a newer hivemind wrote."""


def snapshot_trouble(session: SessionFolder, *, thorough: bool = True) -> SnapshotTrouble | None:
    """Look at SESSION.json.

    Args:
        session: The session.
        thorough: Hold each worker and the plan against what they must be, too: in a large session that takes longer
            than reading it.

    Returns:
        What is wrong with it: missing, unreadable, empty, cut off, of a newer schema version. None if nothing is.
    """
    from pydantic_core import from_json

    path = session.layout.snapshot
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return SnapshotTrouble(f"{path.name} is missing")
    except OSError as error:
        return SnapshotTrouble(f"{path.name} can't be read: {error.strerror or error}")
    if not content.strip(b" \t\r\n\0"):
        return SnapshotTrouble(f"{path.name} is empty")
    try:
        data = from_json(content)
    except ValueError as error:
        return SnapshotTrouble(f"{path.name} is cut off or damaged: {error}")
    version = data.get("schema_version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        return SnapshotTrouble(
            f"{path.name} has schema version {version}, this hivemind reads up to {SCHEMA_VERSION}", version
        )
    if isinstance(data, dict) and not thorough:
        data |= {name: empty for name, empty in (("workers", {}), ("plan", None)) if isinstance(data.get(name), dict)}
    try:
        SessionSnapshot.model_validate(data)
    except ValueError as error:
        return SnapshotTrouble(f"{path.name} is no snapshot of a session: {str(error).splitlines()[0]}")
    return None


def heed_snapshot(session: SessionFolder) -> str | None:
    """Look at SESSION.json before a session goes on; the journal says how it stands, whatever is wrong with that file.

    Returns:
        A sentence about what is wrong with it, if something is.

    Raises:
        SessionCorruptError: A newer hivemind has worked on the session, and wrote events that this one does not know.
    """
    trouble = snapshot_trouble(session, thorough=False)
    if trouble is None:
        return None
    if trouble.schema_version is not None and session.state.unknown:
        raise SessionCorruptError(
            f"session {session.id!r} was gone on with by a newer hivemind: {trouble.message}, and its journal has "
            f"events of types that this one does not know: {', '.join(sorted(session.state.unknown))}",
            "upgrade hivemind-orchestrator",
        )
    return f"{trouble.message}; the session is read from its journal, and the file is written anew"
