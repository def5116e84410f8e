"""`hivemind sessions archive|restore|delete|prune`: put sessions away, bring them back, delete them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say, tell

if TYPE_CHECKING:
    from hivemind.cli.upkeep_documents import Done, Kept

_sessions_argument = click.argument(
    "sessions", metavar="SESSION...", nargs=-1, required=True, shell_complete=options.session_complete
)
_yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def _root(repo: Path | None, sessions_root: Path | None) -> Path:
    from hivemind.cli.opening import configure

    return configure(repo, {"sessions_root": sessions_root}).sessions_root


@click.command(
    "archive",
    short_help="Move sessions into compressed files; they stay readable.",
    epilog=options.example(
        "hivemind sessions archive last", "hivemind sessions archive 2026-11-23-10-40-add-an-orders-api"
    ),
)
@_sessions_argument
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def archive(sessions: tuple[str, ...], repo: Path | None, sessions_root: Path | None, as_json: bool) -> int:
    """Move each SESSION into archive/ID.tar.gz under the root.

    It stays readable there: 'sessions list --archived', 'sessions show', 'sessions events' and 'diff' read it.
    """
    from hivemind.errors import SessionError
    from hivemind.session.archive import is_archive
    from hivemind.session.removal import archive_session

    root = _root(repo, sessions_root)
    found = _find(root, sessions)
    for path in found:
        if is_archive(path):
            raise SessionError(
                f"{path.name} is archived already", f"bring it back with 'hivemind sessions restore {_id(path)}'"
            )
    return _each(root, found, "archived", partial(archive_session, root), as_json=as_json)


@click.command(
    "restore",
    short_help="Bring archived sessions back.",
    epilog=options.example("hivemind sessions restore 2026-11-23-10-40-add-an-orders-api"),
)
@_sessions_argument
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def restore(sessions: tuple[str, ...], repo: Path | None, sessions_root: Path | None, as_json: bool) -> int:
    """Bring each archived SESSION back as a folder, so that it can be resumed."""
    from hivemind.errors import SessionError
    from hivemind.session.archive import is_archive
    from hivemind.session.removal import restore_session

    root = _root(repo, sessions_root)
    found = _find(root, sessions)
    for path in found:
        if not is_archive(path):
            raise SessionError(f"session {path.name!r} is not archived", "see 'hivemind sessions list --archived'")
    return _each(root, found, "restored", partial(restore_session, root), as_json=as_json)


@click.command(
    "delete",
    short_help="Delete sessions for good.",
    epilog=options.example("hivemind sessions delete 2026-11-23-10-40-add-an-orders-api --yes"),
)
@_sessions_argument
@_yes_option
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def delete(sessions: tuple[str, ...], yes: bool, repo: Path | None, sessions_root: Path | None, as_json: bool) -> int:
    """Delete each SESSION, archived ones included, for good.

    One that runs is refused. Without a terminal to ask at, --yes is needed.
    """
    from hivemind.session.removal import delete_session

    root = _root(repo, sessions_root)
    found = _find(root, sessions)
    _confirm(found, "delete", yes=yes)
    return _each(root, found, "deleted", partial(delete_session, root), as_json=as_json)


@click.command(
    "prune",
    short_help="Delete or archive the sessions that are older than a time.",
    epilog=options.example(
        "hivemind sessions prune --older-than 30d --dry-run", "hivemind sessions prune --older-than 4w --archive --yes"
    ),
)
@click.option(
    "--older-than",
    metavar="AGE",
    required=True,
    help="12h, 30d, 4w, or an ISO date such as 2026-10-01: nothing happened in them since.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--archive", "archiving", is_flag=True, help="Archive them instead.")
@_yes_option
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def prune(
    older_than: str,
    dry_run: bool,
    archiving: bool,
    yes: bool,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
) -> int:
    """Delete the sessions in which nothing has happened since AGE; those that run are kept.

    What is in the archive stays there. Without a terminal to ask at, --yes is needed.
    """
    from hivemind.cli.ages import cutoff
    from hivemind.session.listing import session_folders
    from hivemind.session.removal import archive_session, delete_session, is_session, last_active

    since = cutoff(older_than)
    root = _root(repo, sessions_root)
    old = [path for path in session_folders(root) if is_session(path) and last_active(path) < since]
    free, running = _apart(old)
    verb, done = ("archive", "archived") if archiving else ("delete", "deleted")
    results = [_result(path, "would be kept" if dry_run else "kept", problem=why) for path, why in running]
    if dry_run:
        results += [_result(path, "would be archived" if archiving else "would be deleted") for path in free]
        return _tell_all(root, results, as_json=as_json, dry_run=True, older_than=since.isoformat())
    if free:
        _confirm(free, verb, yes=yes)

    def act(path: Path) -> Path | None:
        if archiving:
            return archive_session(root, path)
        delete_session(root, path)
        return None

    results += _act(free, "archived" if done == "archived" else "deleted", act)
    return _tell_all(root, results, as_json=as_json, older_than=since.isoformat())


def _id(path: Path) -> str:
    from hivemind.session.archive import archived_id

    return archived_id(path)


def _find(root: Path, names: Sequence[str]) -> list[Path]:
    """Find all that are named before anything is done; one that runs is refused."""
    from hivemind.session.archive import is_archive
    from hivemind.session.removal import find_in_root, refuse_running

    found = list(dict.fromkeys(find_in_root(root, name) for name in names))
    for path in found:
        if not is_archive(path):
            refuse_running(path)
    return found


def _apart(folders: Sequence[Path]) -> tuple[list[Path], list[tuple[Path, str]]]:
    from hivemind.errors import SessionLockedError
    from hivemind.session.removal import refuse_running

    free: list[Path] = []
    running: list[tuple[Path, str]] = []
    for path in folders:
        try:
            refuse_running(path)
        except SessionLockedError as error:
            running.append((path, error.message))
        else:
            free.append(path)
    return free, running


def _confirm(found: Sequence[Path], verb: str, *, yes: bool) -> None:
    """Ask at the terminal.

    Raises:
        UsageError: There is none, and nobody said yes.
        Abort: The answer is no.
    """
    from hivemind.cli.figures import counted
    from hivemind.errors import UsageError

    if yes:
        return
    try:
        asked = sys.stdin is not None and sys.stdin.isatty()
    except ValueError:
        asked = False
    if not asked:
        raise UsageError(
            f"there is no terminal to ask at whether to {verb} {counted(len(found), 'session')}", "say so with --yes"
        )
    for path in found[:20]:
        tell(f"  {_id(path)}")
    if len(found) > 20:
        tell(f"  and {len(found) - 20:,} more")
    for_good = " for good" if verb == "delete" else ""
    if not click.confirm(f"{verb} {counted(len(found), 'session')}{for_good}?", default=False, err=True):
        raise click.Abort


def _result(path: Path, done: Done, *, size: int | None = None, problem: str | None = None) -> Kept:
    from hivemind.cli.upkeep_documents import Kept
    from hivemind.session.archive import is_archive
    from hivemind.session.removal import last_active, size_of

    active = None if is_archive(path) or not path.is_dir() else last_active(path).isoformat(timespec="milliseconds")
    total = size_of(path) if size is None else size
    return Kept(id=_id(path), path=str(path), done=done, bytes=total, last_active=active, problem=problem)


def _act(found: Sequence[Path], done: Done, act: Callable[[Path], Path | None]) -> list[Kept]:
    """Do it to each; one that can't be done does not keep the others from it."""
    from hivemind.errors import SessionError

    results: list[Kept] = []
    for path in found:
        before = _result(path, done)
        try:
            left = act(path)
        except SessionError as error:
            results.append(before.model_copy(update={"done": "failed", "problem": error.message}))
            continue
        update = {} if left is None else {"archive": str(left)} if done == "archived" else {"path": str(left)}
        results.append(before.model_copy(update=update))
    return results


def _each(root: Path, found: Sequence[Path], done: Done, act: Callable[[Path], Path | None], *, as_json: bool) -> int:
    return _tell_all(root, _act(found, done, act), as_json=as_json)


def _tell_all(
    root: Path, results: Sequence[Kept], *, as_json: bool, dry_run: bool = False, older_than: str | None = None
) -> int:
    """Say what became of each; the exit code tells whether all of it could be done."""
    from hivemind.cli.closing import near
    from hivemind.cli.figures import counted, size
    from hivemind.cli.upkeep_documents import UpkeepDocument
    from hivemind.errors import ExitCode

    failed = [one for one in results if one.done == "failed"]
    if as_json:
        document = UpkeepDocument(root=str(root), dry_run=dry_run, older_than=older_than, sessions=tuple(results))
        emit(document)
    for one in results:
        where = f" to {near(Path(one.archive))}" if one.archive else ""
        line = f"{one.done} {one.id}{where} ({size(one.bytes)})"
        if one.problem:
            tell(f"{'error' if one.done == 'failed' else one.done}: {one.id}: {one.problem}")
        elif not as_json:
            say(line)
    if older_than is not None:
        free = [one for one in results if one.done not in ("failed", "kept", "would be kept")]
        what = f"{counted(len(free), 'session')}, {size(sum(one.bytes for one in free))}"
        tell(f"{'would be ' if dry_run else ''}pruned: {what}" if free else f"nothing to prune in {root}")
    return int(ExitCode.CONFIGURATION if failed else ExitCode.DONE)
