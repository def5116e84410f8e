"""Keeps of a damaged journal what is before the damage; the damaged file is put aside, never thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hivemind.errors import SessionCorruptError, SessionUnwritableError
from hivemind.events import Event, SessionCreated, read_event, utc_now
from hivemind.session.files import write_atomic
from hivemind.session.journal import split_lines

_NAMED = frozenset(("worker_completed", "worker_failed", "worker_unverified", "worker_published"))


@dataclass(frozen=True)
class Salvage:
    """What was done to a journal."""

    kept: int
    """Events that are kept."""
    damaged_at: int | None = None
    """The byte of the first line that is no event; None for a journal without damage."""
    torn_bytes: int = 0
    """Of a last line that was never finished."""
    lost_lines: int = 0
    """Lines from the damage on."""
    lost: tuple[str, ...] = ()
    """What could be read of those that mattered: `worker_completed of backend-worker`."""
    aside: Path | None = None
    """Where the damaged file is."""


def salvage(journal: Path) -> Salvage:
    """Look at a journal, and mend it where it is damaged. For code that holds the session's lock.

    Raises:
        SessionCorruptError: Not even the session's first event can be read; nothing is changed.
        SessionUnwritableError: It can't be written.
        OSError: It can't be read.
    """
    data = journal.read_bytes()
    events: list[Event] = []
    end, damaged = 0, False
    for stop, line in split_lines(data):
        event = _event(line)
        if event is None or event.seq != len(events) + 1:
            damaged = True
            break
        events.append(event)
        end = stop
    if not events or not isinstance(events[0], SessionCreated):
        raise SessionCorruptError(
            f"the journal of session {journal.parent.name!r} is damaged from its first event on: there is nothing to "
            "keep",
            "restore it from a copy of the folder, or start the session again with 'hivemind run'",
        )
    rest = data[end:]
    if not rest:
        return Salvage(len(events))
    lines = [line for _, line in split_lines(rest)]
    if not damaged or (len(lines) == 1 and rest.endswith(b"\n")):  # a last line that was never finished
        _write(journal, data[:end])
        return Salvage(len(events), torn_bytes=len(rest))
    aside = journal.with_name(f"{journal.stem}.damaged-{utc_now().replace(':', '')}{journal.suffix}")
    _write(aside, data)
    _write(journal, data[:end])
    lost = [event for event in map(_event, lines) if event is not None and event.type in _NAMED]
    named = tuple(f"{event.type} of {event.agent}" for event in lost)
    count = len(lines) + (not rest.endswith(b"\n"))
    return Salvage(len(events), damaged_at=end, lost_lines=count, lost=named, aside=aside)


def _event(line: bytes) -> Event | None:
    try:
        return read_event(line)
    except ValueError:
        return None


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomic(path, data, sync=True)
    except OSError as error:
        raise SessionUnwritableError(
            f"can't write {path}: {error.strerror or error}", "free space or mend the folder's permissions"
        ) from error
