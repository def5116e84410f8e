"""Reads the journal of a session for a test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeAlias

from hivemind.events import Event
from hivemind.session.journal import read_journal
from hivemind.session.layout import JOURNAL


class HasFolder(Protocol):
    """A run: it knows its session's folder."""

    @property
    def session(self) -> Path:
        """The session's folder."""
        ...


class HasPath(Protocol):
    """A session, as plugins see it."""

    @property
    def path(self) -> Path:
        """The session's folder."""
        ...


Session: TypeAlias = str | Path | HasFolder | HasPath


def folder_of(session: Session) -> Path:
    """The folder of a session, of a run, or one that is named.

    Raises:
        TypeError: It has none.
    """
    found = session if isinstance(session, (str, Path)) else getattr(session, "session", getattr(session, "path", None))
    if not isinstance(found, (str, Path)):
        raise TypeError(f"{type(session).__name__} has no session's folder: give run.session, a session or a path")
    return Path(found)


class JournalReader:
    """The events of a session, read from its folder whenever they are asked for.

    Args:
        session: The session's folder, or a session or run, which have one.
    """

    def __init__(self, session: Session) -> None:
        self.session = folder_of(session)

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


Events: TypeAlias = "Iterable[Event] | Session"
"""What assertions take: events, or what has a journal."""


def events_of(events: Events) -> list[Event]:
    """List events, also those of a session."""
    return list(events) if isinstance(events, Iterable) and not isinstance(events, str) else list(JournalReader(events))
