"""`hivemind explain`: why each worker of a session ran, was cached, blocked or skipped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, one_line, say

if TYPE_CHECKING:
    from hivemind.explanation import Explanation
    from hivemind.session.folder import SessionFolder


@click.command(
    "explain",
    short_help="Say why each worker of a session ran, was cached or did not run.",
    epilog=options.example("hivemind explain last", "hivemind explain last backend --json"),
)
@options.session_argument
@click.argument("worker", required=False, shell_complete=options.worker_complete)
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def command(session: str, worker: str | None, repo: Path | None, sessions_root: Path | None, as_json: bool) -> None:
    """Say for each worker of SESSION, or for WORKER, why it ran, was cached, blocked or skipped.  [default: last]

    If it ran although an earlier result existed, the parts of its fingerprint that changed are named.
    """
    from hivemind.cli.opening import configure
    from hivemind.explanation import explain
    from hivemind.session.folder import SessionFolder
    from hivemind.session.listing import find_session

    root = configure(repo, {"sessions_root": sessions_root}).sessions_root
    folder = SessionFolder.open(find_session(root, session))
    names = [_find(folder, worker)] if worker else list(folder.state.workers)
    found = explain(folder, folder.path.parent, names)
    if as_json:
        from hivemind.cli.reuse_documents import ExplainDocument

        emit(ExplainDocument(session_id=folder.id, path=str(folder.path), workers=tuple(found)))
        return
    for one in found:
        for line in _lines(one):
            say(line)


def _find(folder: SessionFolder, name: str) -> str:
    """A worker of the session by its name or its role.

    Raises:
        UnknownWorkerError: The session has none.
    """
    from hivemind.errors import UnknownWorkerError, did_you_mean

    workers = folder.state.workers
    if name in workers:
        return name
    of_role = [one for one, known in workers.items() if known.role == name]
    if not of_role:
        hint = did_you_mean(name, [*workers, *(known.role for known in workers.values())])
        raise UnknownWorkerError(
            f"session {folder.id!r} has no worker {name!r}", hint or f"it has {', '.join(sorted(workers)) or 'none'}"
        )
    return of_role[0]


def _lines(one: Explanation) -> list[str]:
    from hivemind.cli.figures import cost, tokens

    lines = [f"{one.worker}  {one.status}", f"  in the session: {one_line(one.in_plan)}"]
    lines += [f"  {one_line(reason)}" for reason in one.reasons]
    if one.saved is not None and one.saved.requests:
        lines.append(f"  saved: {tokens(one.saved)}, {cost(one.saved)}")
    if one.fingerprint:
        lines.append(f"  fingerprint {one.fingerprint[:16]}")
    return lines
