"""What `hivemind watch` shows: a live table, plain lines, or one JSON object a line."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from hivemind.cli.closing import close
from hivemind.cli.documents import Document, UsageShown, WorkerRun
from hivemind.cli.figures import cost, tokens
from hivemind.cli.live import LiveTable
from hivemind.cli.output import dump, one_line, say
from hivemind.cli.plain import PlainLines, describe
from hivemind.cli.stalls import Stall
from hivemind.errors import ExitCode
from hivemind.events import SYSTEM, Event, ModelResponded, SessionFinished, SessionStarted, utc_now
from hivemind.models import SessionStatus
from hivemind.session.folder import SessionFolder

EXIT_CODES: Mapping[SessionStatus, ExitCode] = {
    "completed": ExitCode.DONE,
    "failed": ExitCode.WORKER,
    "paused": ExitCode.PAUSED,
    "cancelled": ExitCode.INTERRUPTED,
}
"""What the run of a session exits with; an interrupted one has no owner that could say."""


class TableView:
    """A table that stays in place on a terminal.

    Args:
        models: The workers that are known and the model of each.
    """

    def __init__(self, models: Mapping[str, str]) -> None:
        from rich.console import Console

        self._table = LiveTable(models, Console(highlight=False), tools=True)

    def start(self) -> None:
        """Begin to draw."""
        self._table.start()

    def stop(self) -> None:
        """Leave the table as it is."""
        self._table.stop()

    def heard(self, events: Sequence[Event]) -> None:
        """Take in what happened."""
        self._table.heard(events)

    def stalled(self, stall: Stall) -> None:
        """Write the warning above the table."""
        self._table.remark(f"warning: {stall.text()}")

    def lost(self) -> None:
        """Show that nobody runs the workers any more."""
        self._table.lost()

    def ended(self, session: SessionFolder, *, before: bool) -> None:  # noqa: ARG002  (the table shows it either way)
        """Say how it ended."""
        _close(session)


class LinesView:
    """A line for each event, and before them how the session stands.

    Args:
        models: The workers that are known; names are aligned.
        session: The session.
    """

    def __init__(self, models: Mapping[str, str], session: SessionFolder) -> None:
        self._lines = PlainLines(models, flushed, watched)
        self._session = session
        self._began = False

    def start(self) -> None:
        """Say how the session stands."""
        for line in _state(self._session):
            flushed(line)
        self._began = True

    def stop(self) -> None:
        """Nothing to take down."""

    def heard(self, events: Sequence[Event]) -> None:
        """Write what happened since the start; what was before is in the first lines."""
        if self._began:
            self._lines.heard(events)

    def stalled(self, stall: Stall) -> None:
        """Write the warning."""
        self._lines.remark(f"warning: {stall.text()}")

    def lost(self) -> None:
        """It is said at the end."""

    def ended(self, session: SessionFolder, *, before: bool) -> None:
        """Say how it ended."""
        if not before:
            flushed("")
            for line in _state(session):
                flushed(line)
        _close(session)


class Stalled(BaseModel):
    """The line of a stall."""

    type: Literal["watch_stalled"] = "watch_stalled"
    timestamp: str = Field(default_factory=utc_now)
    agent: str = SYSTEM
    details: dict[str, Any]


class EndedDetails(Document):
    """How a watched session stands at the end."""

    session_id: str
    path: str
    status: SessionStatus
    reason: str
    exit_code: int | None = Field(description="of the session's run; None where its owner is gone")
    last_seq: int
    usage: UsageShown
    workers: tuple[WorkerRun, ...]
    report: str | None


class Ended(BaseModel):
    """The last line."""

    type: Literal["watch_ended"] = "watch_ended"
    timestamp: str = Field(default_factory=utc_now)
    agent: str = SYSTEM
    details: EndedDetails


class JsonView:
    """One JSON object a line, as `sessions events --follow --json` prints them: the journal's events as they are. What
    `watch` adds has no `seq`: `watch_stalled`, and at last `watch_ended`."""

    def start(self) -> None:
        """Nothing to set up."""

    def stop(self) -> None:
        """Nothing to take down."""

    def heard(self, events: Sequence[Event]) -> None:
        """Print the events."""
        for event in events:
            flushed(dump(event))

    def stalled(self, stall: Stall) -> None:
        """Print the stall."""
        running = [{"worker": name, "since": began} for name, began in stall.running]
        details = {"since": stall.since, "idle_s": stall.idle_s, "running": running}
        flushed(dump(Stalled(details=details)))

    def lost(self) -> None:
        """It is said at the end."""

    def ended(self, session: SessionFolder, *, before: bool) -> None:  # noqa: ARG002  (all events are printed)
        """Print how it ended."""
        snapshot = session.snapshot()
        code = EXIT_CODES.get(snapshot.status)
        details = EndedDetails(
            session_id=session.id,
            path=str(session.path),
            status=snapshot.status,
            reason=snapshot.reason,
            exit_code=None if code is None else int(code),
            last_seq=snapshot.last_seq,
            usage=UsageShown.of(snapshot.usage),
            workers=tuple(WorkerRun.of(worker) for worker in snapshot.workers.values()),
            report=str(session.layout.report) if session.layout.report.is_file() else None,
        )
        flushed(dump(Ended(details=details)))


def watched(event: Event) -> str:
    """Say in one line what an event means for someone who watches: also what the model asked for."""
    match event:
        case ModelResponded(details=response):
            asked = f"asks for {', '.join(response.tools)}" if response.tools else "answered"
            return one_line(f"{response.model} {asked}  {tokens(response.usage)}, {cost(response.usage)}", 200)
        case SessionStarted(details=start):
            return f"{'goes on' if start.resumed else 'begins'} in process {start.pid} on {start.host}"
        case SessionFinished(details=end):
            return one_line(f"{end.status}{f': {end.reason}' if end.reason else ''}", 200)
        case _:
            return describe(event)


def _state(session: SessionFolder) -> list[str]:
    from hivemind.cli.closing import findings_of
    from hivemind.cli.documents import session_document
    from hivemind.cli.session_text import session_lines

    return session_lines(session_document(Path(session.path), session.snapshot(), findings_of(session)))


def _close(session: SessionFolder) -> None:
    """Say how the session ended, what its run exits with, and how to go on."""
    state, status = session.state, session.effective_status()
    names = [name for name, worker in state.workers.items() if worker.role != "check"]
    say()
    close(session, status, names, _took(state.created_at, state.updated_at), say)
    if status == "interrupted":
        say("the process that ran it is gone: what it recorded is kept")
    elif (code := EXIT_CODES.get(status)) is not None:
        say(f"exit status of its run: {int(code)}")


def _took(began: str, ended: str) -> float:
    try:
        return max(0.0, (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def flushed(line: str) -> None:
    """Write a line that is seen at once, also through a pipe."""
    say(line)
    if sys.stdout is not None:
        sys.stdout.flush()
