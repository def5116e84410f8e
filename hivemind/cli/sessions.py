"""`hivemind sessions`: list them, show one, follow its events, say where it is."""

from __future__ import annotations

from pathlib import Path

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say, tell
from hivemind.cli.session_cost import cost_
from hivemind.cli.session_repair import repair
from hivemind.cli.session_upkeep import archive, delete, prune, restore

_SHOWN = 50


@click.group("sessions", short_help="List sessions, show one, follow its events.")
def group() -> None:
    """List sessions, show one, follow its events, say where it is, put it away.

    A session is named by its id, a part of it that fits no other, 'last', or its folder's path.

    \b
    Example:
      hivemind sessions list
      hivemind sessions show last
    """


for _command in (archive, restore, delete, prune, cost_, repair):
    group.add_command(_command)


def locate(session: str, repo: Path | None, sessions_root: Path | None) -> Path:
    """Find a session's folder under the root of the repository."""
    from hivemind.cli.opening import configure
    from hivemind.session.listing import find_session

    return find_session(configure(repo, {"sessions_root": sessions_root}).sessions_root, session)


@group.command(
    "list",
    short_help="List sessions, newest first.",
    epilog=options.example("hivemind sessions list", "hivemind sessions list --limit 5 --json"),
)
@click.option("--archived", is_flag=True, help="List what is in the archive instead.")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=0),
    help=f"At most so many; 0 for all.  [default: {_SHOWN}, with --json all]",
)
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def list_(archived: bool, limit: int | None, repo: Path | None, sessions_root: Path | None, as_json: bool) -> None:
    """List the sessions of a repository, newest first."""
    from hivemind.cli.documents import SessionListed, SessionsDocument
    from hivemind.cli.figures import ago, columns, counted
    from hivemind.cli.opening import configure
    from hivemind.models import SUCCEEDED
    from hivemind.session.archive import archived_files
    from hivemind.session.listing import list_archived, list_sessions, session_folders

    root = configure(repo, {"sessions_root": sessions_root}).sessions_root
    chosen = (None if as_json else _SHOWN) if limit is None else limit or None
    total = len(archived_files(root) if archived else session_folders(root))
    listed = list((list_archived if archived else list_sessions)(root, chosen))
    if as_json:
        shown = tuple(SessionListed.of(one) for one in listed)
        emit(SessionsDocument(root=str(root), total=total, sessions=shown))
        return
    rows: list[tuple[str, ...]] = []
    for one in listed:
        if one.snapshot is None:
            rows.append((one.id, "unreadable", "", "", one_line(one.problem or "", 80)))
            continue
        workers = [worker for worker in one.snapshot.workers.values() if worker.role != "check"]
        done = sum(worker.status in SUCCEEDED for worker in workers)
        rows.append(
            (
                one.id,
                one.snapshot.status,
                f"{done}/{len(workers)}",
                ago(one.snapshot.created_at),
                one_line(one.snapshot.task.text, 60),
            )
        )
    for line in columns(rows, ("session", "status", "workers", "started", "task")) if rows else ():
        say(line)
    if not total and archived:
        tell(f"no archived sessions in {root}: put some there with 'hivemind sessions archive'")
    elif not total:
        tell(f"no sessions in {root}: start one with 'hivemind run'")
    elif total > len(listed):
        tell(f"{counted(total - len(listed), 'older session')} not shown: --limit 0 shows all")


@group.command(
    "show",
    short_help="Show how a session stands.",
    epilog=options.example("hivemind sessions show last", "hivemind sessions show orders-api --json"),
)
@options.session_argument
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def show(session: str, repo: Path | None, sessions_root: Path | None, as_json: bool) -> None:
    """Show how SESSION stands: its workers, what they found, and where the report is.  [default: last]"""
    from hivemind.cli.closing import findings_of
    from hivemind.cli.documents import session_document
    from hivemind.session.folder import SessionFolder

    path = locate(session, repo, sessions_root)
    folder = SessionFolder.open(path)
    document = session_document(path, folder.snapshot(), findings_of(folder))
    if as_json:
        emit(document)
        return
    from hivemind.cli.closing import near
    from hivemind.cli.session_text import session_lines

    for line in session_lines(document):
        say(line)
    if folder.archived is not None:
        say(f"archive  {near(folder.archived)}")


@group.command(
    "events",
    short_help="Print a session's events.",
    epilog=options.example("hivemind sessions events last", "hivemind sessions events last --follow --json | jq .type"),
)
@options.session_argument
@click.option("--follow", "-f", is_flag=True, help="Go on until the session ends; Ctrl-C stops looking.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document; with --follow one JSON object a line instead."
)
@options.repo_option
@options.root_option
@options.everywhere
def events(session: str, follow: bool, as_json: bool, repo: Path | None, sessions_root: Path | None) -> None:
    """Print the events of SESSION.  [default: last]"""
    from hivemind.cli.following import event_line
    from hivemind.cli.following import follow as batches_of
    from hivemind.session.folder import SessionFolder
    from hivemind.session.journal import read_journal

    path = locate(session, repo, sessions_root)
    if follow:
        import sys

        from hivemind.cli.output import dump
        from hivemind.cli.stop_signals import StopSignals

        with StopSignals() as stopping:
            for batch in batches_of(SessionFolder.open(path)):
                stopping.check()
                for event in batch:
                    say(dump(event) if as_json else event_line(event))
                    sys.stdout.flush()
        return
    folder = SessionFolder.open(path)
    part = read_journal(folder.layout.journal)
    if as_json:
        from hivemind.cli.documents import EventsDocument

        shown = tuple(event.model_dump(mode="json") for event in part.events)
        emit(EventsDocument(session_id=folder.id, events=shown))
        return
    for event in part.events:
        say(event_line(event))


@group.command(
    "path",
    short_help="Print where a session's folder is.",
    epilog=options.example('cd "$(hivemind sessions path last)"'),
)
@options.session_argument
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def path_(session: str, repo: Path | None, sessions_root: Path | None, as_json: bool) -> None:
    """Print where the folder of SESSION is.  [default: last]"""
    found = locate(session, repo, sessions_root)
    if as_json:
        from hivemind.cli.documents import SessionPathDocument

        emit(SessionPathDocument(session_id=found.name, path=str(found)))
        return
    say(str(found))
