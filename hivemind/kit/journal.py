"""Reads the journal of a session for a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from hivemind.events import Event
from hivemind.session.journal import read_journal
from hivemind.session.layout import JOURNAL


class JournalReader:
    """The events of a session, read from its folder whenever they are asked for.

    Args:
        session: The session's folder.
    """

    def __init__(self, session: str | Path) -> None:
        self.session = Path(session)

    def __iter__(self) -> Iterator[Event]:
        """All events in their order.

        Raises:
            AssertionError: The folder holds no session.
        """
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __getitem__(self, number: int) -> Event:
        return self._read()[number]

    def __repr__(self) -> str:
        return f"JournalReader({str(self.session)!r})"

    def of_type(self, kind: str) -> list[Event]:
        """The events of one type."""
        return [event for event in self if event.type == kind]

    def of(self, worker: str) -> list[Event]:
        """The events of one worker; those of the session itself are of `hivemind`."""
        return [event for event in self if event.agent == worker]

    @property
    def types(self) -> list[str]:
        """The type of each event, in their order."""
        return [event.type for event in self]

    @property
    def last(self) -> Event:
        """The last event."""
        return self[-1]

    def _read(self) -> list[Event]:
        try:
            return read_journal(self.session / JOURNAL).events
        except FileNotFoundError:
            raise AssertionError(f"{self.session} holds no session: {JOURNAL} is missing") from None


Events: TypeAlias = "Iterable[Event] | str | Path"
"""What assertions take: a run's events, a journal reader, a list of events or a session's folder."""


def events_of(events: Events) -> list[Event]:
    """List events, also of a session's folder."""
    return list(JournalReader(events)) if isinstance(events, (str, Path)) else list(events)
