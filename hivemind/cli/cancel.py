"""`hivemind cancel`: stop what other processes run in a session."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say, tell

if TYPE_CHECKING:
    from hivemind.errors import SessionError
    from hivemind.session.folder import SessionFolder


@click.command(
    "cancel",
    short_help="Stop what another process runs in a session.",
    epilog=options.example("hivemind cancel last", "hivemind cancel 2026-11-23-10-40-add-an-orders-api --wait 60"),
)
@options.session_argument
@click.option(
    "--wait",
    metavar="S",
    type=click.FloatRange(min=0),
    default=30.0,
    help="Seconds to wait for it to end.",
    show_default=True,
)
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def command(session: str, wait: float, repo: Path | None, sessions_root: Path | None, as_json: bool) -> int:
    """Ask what runs in SESSION to stop: the process that owns it, or those that run single workers in it.

    Running workers come to their next step, within stop_grace_s seconds; what they did is recorded.  [default: last]
    """
    from hivemind.cli.sessions import locate
    from hivemind.session.folder import SessionFolder
    from hivemind.session.worker_stop import running_workers

    folder = SessionFolder.open(locate(session, repo, sessions_root))
    owned = folder.lock.held()
    workers = running_workers(folder)
    if not owned and not workers:
        raise _nobody(folder)
    if owned:
        folder.ask_to_stop()
    for worker in workers:
        worker.stop.ask()
    end = time.monotonic() + wait
    locks = [*([folder.lock] if owned else []), *(worker.lock for worker in workers)]
    while (running := any(lock.held() for lock in locks)) and time.monotonic() < end:
        time.sleep(0.1)
    return _said(folder, [worker.name for worker in workers if not owned], running=running, wait=wait, as_json=as_json)


def _nobody(folder: SessionFolder) -> SessionError:
    """Say that nothing runs, and what can be done with the session instead."""
    from hivemind.cli.closing import go_on_with
    from hivemind.errors import SessionError

    status = folder.effective_status()
    hints = {
        "completed": f"look at it with 'hivemind sessions show {folder.id}'",
        "failed": f"run again what failed with 'hivemind retry {folder.id}'",
    }
    return SessionError(
        f"nothing runs in session {folder.id!r}: it is {status}",
        hints.get(status, f"go on with '{go_on_with(folder)}'"),
    )


def _said(folder: SessionFolder, alone: list[str], *, running: bool, wait: float, as_json: bool) -> int:
    """Say what became of the request; `alone` are the workers that ran by themselves."""
    from hivemind.cli.closing import go_on_with
    from hivemind.cli.documents import CancelDocument
    from hivemind.errors import ExitCode
    from hivemind.session.folder import SessionFolder

    if running:
        what = f"{' and '.join(alone)} in session {folder.id}" if alone else f"session {folder.id}"
        verb = "were" if len(alone) > 1 else "was"
        still = "they stop at their" if len(alone) > 1 else "it stops at its"
        tell(
            f"{what} {verb} asked to stop and {'are' if len(alone) > 1 else 'is'} still running after {wait:g} s; "
            f"{still} next step"
        )
    now = SessionFolder.open(folder.path)
    status = now.effective_status()
    if as_json:
        stopped = {name: now.state.workers[name].status for name in alone if name in now.state.workers}
        emit(CancelDocument(session_id=folder.id, status=status, workers=stopped))
    elif not running and not alone:
        then = "" if status == "completed" else f"; go on with '{go_on_with(now)}'"
        say(f"session {folder.id} is {status}{then}")
    elif not running:
        for name in alone:
            ended = now.status(name)
            then = "; go on with the command that ran it: answers that had arrived are used again"
            then = then if ended == "cancelled" else ""
            say(f"{name} in session {folder.id} is {ended}{then}")
    return int(ExitCode.WORKER if running else ExitCode.DONE)
