"""Follows a session's journal, also one that another process writes."""

from __future__ import annotations

import time
from collections.abc import Iterator

from hivemind.cli.output import one_line
from hivemind.cli.plain import describe
from hivemind.events import Event, PlanResolved, SessionCreated, SessionFinished
from hivemind.session.folder import SessionFolder
from hivemind.session.journal import read_journal
from hivemind.session.lock import wait_for_change

_POLL_S = 1.0
_BEFORE_START_S = 5.0
"""A session has no owner in the moment between its first event and its start."""


def follow(folder: SessionFolder, poll_s: float = _POLL_S) -> Iterator[list[Event]]:
    """Give the events so far, then what came in each moment, nothing included, until nobody runs the session any more.

    The folder's state is that of the events that were given. A line that is still being written is left for the next
    look.

    Args:
        folder: The session.
        poll_s: How long a moment is where nothing comes.

    Raises:
        SessionError: The journal is damaged.
    """
    state, journal = folder.state, folder.layout.journal
    part = read_journal(journal)
    known = state.seq
    state.apply([event for event in part.events if event.seq > known])
    end = part.end
    yield part.events
    since = time.monotonic()
    while _runs(folder, since):
        wait_for_change(journal, end, poll_s)
        part = read_journal(journal, end)
        state.apply(part.events)
        end = part.end
        yield part.events
        # The owner is looked for once more after the journal was read: what it wrote last is read before the end.
    part = read_journal(journal, end)
    state.apply(part.events)
    yield part.events


def _runs(folder: SessionFolder, since: float) -> bool:
    if folder.effective_status() == "running":
        return True
    unstarted = folder.state.seq <= 2 and not folder.state.owned and folder.state.status == "paused"
    return unstarted and (folder.lock.held() or time.monotonic() - since < _BEFORE_START_S)


def event_line(event: Event) -> str:
    """Write an event as one line: number, time, who, what."""
    clock = event.timestamp[11:23] if len(event.timestamp) >= 23 else event.timestamp
    said = describe(event)
    match event:
        case SessionCreated(details=details):
            said = one_line(details.task.text, 120)
        case PlanResolved(details=details):
            said = ", ".join(planned.spec.name for planned in details.plan.workers)
        case SessionFinished(details=details):
            said = f"{details.status}{f': {details.reason}' if details.reason else ''}"
        case _:
            pass
    return f"{event.seq:>5}  {clock}  {event.agent:<20}  {event.type:<18}  {one_line(said, 240)}".rstrip()
