"""`hivemind cancel`: stop a session that another process runs."""

from __future__ import annotations

import time
from pathlib import Path

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say, tell


@click.command(
    "cancel",
    short_help="Stop a session that another process runs.",
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
    """Ask the process that runs SESSION to stop; its workers come to their next step. [default: last]"""
    from hivemind.cli.documents import CancelDocument
    from hivemind.cli.sessions import locate
    from hivemind.errors import ExitCode, SessionError
    from hivemind.session.folder import SessionFolder

    path = locate(session, repo, sessions_root)
    folder = SessionFolder.open(path)
    if not folder.lock.held():
        raise SessionError(
            f"session {folder.id!r} is not being run: it is {folder.effective_status()}",
            "list the sessions with 'hivemind sessions list'",
        )
    folder.ask_to_stop()
    end = time.monotonic() + wait
    while (running := folder.lock.held()) and time.monotonic() < end:
        time.sleep(0.1)
    if running:
        tell(f"session {folder.id} was asked to stop and is still running after {wait:g} s; it stops at its next step")
    status = SessionFolder.open(path).effective_status()
    if as_json:
        emit(CancelDocument(session_id=folder.id, status=status))
    elif not running:
        say(f"session {folder.id} is {status}; go on with 'hivemind resume {folder.id}'")
    return int(ExitCode.WORKER if running else ExitCode.DONE)
