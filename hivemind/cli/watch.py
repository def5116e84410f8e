"""`hivemind watch`: follow a session from its folder alone, whoever runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from hivemind.cli import options
from hivemind.cli.output import tell

if TYPE_CHECKING:
    from hivemind.cli.stalls import Stall
    from hivemind.events import Event
    from hivemind.session.folder import SessionFolder


_POLL_S = 0.25


class View(Protocol):
    """Shows a session that is watched."""

    def start(self) -> None:
        """Begin to show."""

    def stop(self) -> None:
        """End it."""

    def heard(self, events: Sequence[Event]) -> None:
        """Take in what happened."""

    def stalled(self, stall: Stall) -> None:
        """Say that nothing happens."""

    def lost(self) -> None:
        """Take in that the process that ran it is gone."""

    def ended(self, session: SessionFolder, *, before: bool) -> None:
        """Say how it ended; `before` where that was so before anybody looked."""


@click.command(
    "watch",
    short_help="Watch a session that runs, also one of another process.",
    epilog=options.example("hivemind watch last", "hivemind watch last --json | jq -r .type"),
)
@options.session_argument
@click.option(
    "--stall",
    metavar="S",
    type=click.FloatRange(min=0, min_open=True),
    help="Warn when nothing has happened for so many seconds.  [default: the setting stall_s]",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line: each event, each stall, at last the end."
)
@options.repo_option
@options.root_option
@options.everywhere
def command(session: str, stall: float | None, as_json: bool, repo: Path | None, sessions_root: Path | None) -> int:
    """Watch SESSION until it ends, whichever process runs it; Ctrl-C stops looking, not the session.  [default: last]

    On a terminal a table of the workers is kept up to date; elsewhere each event is a line. Nothing is locked and
    nothing is written. The exit code is 0 however the session ended: what its own run exits with is said at the end.
    """
    from hivemind.cli.opening import configure
    from hivemind.cli.stop_signals import StopSignals
    from hivemind.errors import ExitCode
    from hivemind.session.folder import SessionFolder
    from hivemind.session.listing import find_session

    configuration = configure(repo, {"sessions_root": sessions_root, "stall_s": stall})
    folder = SessionFolder.open(find_session(configuration.sessions_root, session))
    view = _view(folder, as_json=as_json)
    try:
        with StopSignals() as stopping:
            watch(folder, view, configuration.settings.stall_s, stopping.check)
    except KeyboardInterrupt:
        tell(f"stopped looking; session {folder.id} is not touched by that")
        options.invocation().exit_code = int(ExitCode.INTERRUPTED)
        return int(ExitCode.INTERRUPTED)
    return int(ExitCode.DONE)


def watch(folder: SessionFolder, view: View, stall_s: float, check: Callable[[], None]) -> None:
    """Show a session until nobody runs it any more.

    Args:
        folder: The session.
        view: Where it is shown.
        stall_s: How long nothing may happen while it runs before that is said.
        check: Called often; what it raises ends the watch.
    """
    from hivemind.cli.following import follow
    from hivemind.cli.stalls import StallWatch

    stalls = StallWatch(stall_s)
    before = True
    batches = follow(folder, _POLL_S)
    history = next(batches)
    stalls.heard(folder.state)
    view.heard(history)
    view.start()
    try:
        for events in batches:
            check()
            view.heard(events)
            stalls.heard(folder.state)
            if folder.effective_status() == "running":
                before = False
                if (stall := stalls.due(folder.state)) is not None:
                    view.stalled(stall)
            elif events:
                before = False
        if folder.effective_status() == "interrupted":
            view.lost()
    finally:
        view.stop()
    view.ended(folder, before=before)


def _view(folder: SessionFolder, *, as_json: bool) -> View:
    """Choose by where stdout goes."""
    if as_json:
        from hivemind.cli.watch_views import JsonView

        return JsonView()
    models = {name: worker.model for name, worker in folder.state.workers.items()}
    from hivemind.cli.watch_views import LinesView, TableView

    return TableView(models) if _terminal() else LinesView(models, folder)


def _terminal() -> bool:
    try:
        return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    except (AttributeError, ValueError):
        return False
