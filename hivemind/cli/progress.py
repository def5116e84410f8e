"""Chooses how progress is shown: a live table on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from hivemind.cli.output import warn
from hivemind.events import BudgetWarning, Event
from hivemind.session.folder import SessionFolder


class Progress(Protocol):
    """Shows what happens in a session."""

    def start(self) -> None:
        """Begin to show."""

    def stop(self) -> None:
        """End it."""

    def heard(self, events: Sequence[Event]) -> None:
        """Take in events that are on disk."""


class Silent:
    """Shows nothing."""

    def start(self) -> None:
        """Nothing to set up."""

    def stop(self) -> None:
        """Nothing to take down."""

    def heard(self, events: Sequence[Event]) -> None:
        """Say nothing of these events."""


def choose(models: Mapping[str, str], *, quiet: bool) -> Progress:
    """Choose by where stderr goes.

    Args:
        models: The nodes of the session and the model of each.
        quiet: Whether only the last lines are wanted.
    """
    if quiet:
        return Silent()
    if _terminal():
        from rich.console import Console

        from hivemind.cli.live import LiveTable

        return LiveTable(models, Console(stderr=True, highlight=False))
    from hivemind.cli.plain import PlainLines

    return PlainLines(models)


def _terminal() -> bool:
    try:
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    except (AttributeError, ValueError):
        return False


@contextmanager
def shown(session: SessionFolder, progress: Progress) -> Iterator[None]:
    """Show a session's events while it runs."""
    session.listeners.append(progress.heard)
    session.listeners.append(_warn_of_budget)
    progress.start()
    try:
        yield
    finally:
        progress.stop()
        if progress.heard in session.listeners:
            session.listeners.remove(progress.heard)
        session.listeners.remove(_warn_of_budget)


def _warn_of_budget(events: Sequence[Event]) -> None:
    """Say it whatever else is shown: money is being spent."""
    for event in events:
        if isinstance(event, BudgetWarning):
            warn(event.details.message)
