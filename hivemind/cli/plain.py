"""Progress as plain lines on stderr, one for each thing that happened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from hivemind.cli.figures import cost, counted, seconds, tokens
from hivemind.cli.output import one_line, tell
from hivemind.events import (
    Event,
    Trouble,
    WorkerCompleted,
    WorkerFailed,
    WorkerProgress,
    WorkerRetrying,
    WorkerStarted,
)


class PlainLines:
    """Writes a line for each event that a person wants to see.

    Args:
        names: The nodes of the session; names are aligned.
        write: Where lines go.
        said: Says what an event means; '' for one that is left out.
    """

    def __init__(
        self,
        names: Collection[str],
        write: Callable[[str], None] = tell,
        said: Callable[[Event], str] | None = None,
    ) -> None:
        self._width = min(max((len(name) for name in names), default=0), 40)
        self._write = write
        self._said = said or describe

    def start(self) -> None:
        """Nothing to set up."""

    def stop(self) -> None:
        """Nothing to take down."""

    def heard(self, events: Sequence[Event]) -> None:
        """Write what happened."""
        for event in events:
            said = self._said(event)
            if said:
                self._write(f"{clock(event.timestamp)}  {event.agent:<{self._width}}  {said}")

    def remark(self, text: str) -> None:
        """Write a line that is no event's."""
        self._write(text)


def clock(timestamp: str) -> str:
    """The time of an event on this machine's clock: `10:40:00`."""
    try:
        return datetime.fromisoformat(timestamp).astimezone().strftime("%H:%M:%S")
    except (ValueError, OSError, OverflowError):
        return timestamp[11:19]


def describe(event: Event) -> str:
    """Say in one line what an event means for a worker; '' for one that is only for the journal."""
    match event:
        case WorkerStarted(details=start):
            return f"started    {start.model}" + (f" (attempt {start.attempt})" if start.attempt > 1 else "")
        case WorkerProgress(details=progress):
            return one_line(progress.message, 160)
        case WorkerRetrying(details=retry):
            return one_line(f"tries again in {seconds(retry.delay_s)}: {retry.error}", 200)
        case WorkerCompleted(details=end):
            found = len((end.output or {}).get("findings") or ())
            parts = [seconds(end.duration_s), counted(found, "finding")]
            if end.usage.requests:
                parts += [tokens(end.usage), cost(end.usage)]
            if end.saved is not None and end.saved.requests:
                parts.append(f"saved {tokens(end.saved)}, {cost(end.saved)}")
            return f"{end.status:<9}  {', '.join(parts)}"
        case WorkerFailed(details=end):
            return f"{end.status:<9}  {one_line(end.error or '', 240)}"
        case Trouble(details=trouble):
            return one_line(f"{event.type.replace('_', ' ')}: {trouble.error}", 240)
        case _:
            return ""
