"""`hivemind diff`: compare two sessions."""

from __future__ import annotations

from pathlib import Path

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say


@click.command(
    "diff",
    short_help="Compare two sessions, worker by worker.",
    epilog=options.example(
        "hivemind diff 2026-11-23-10-40-add-an-orders-api last", "hivemind diff orders-api last --files --json"
    ),
)
@click.argument("a", metavar="A", shell_complete=options.session_complete)
@click.argument("b", metavar="B", shell_complete=options.session_complete)
@click.option("--files", is_flag=True, help="Also show what changed in the files that workers produced, line by line.")
@click.option("--all", "everything", is_flag=True, help="Show every item; without it at most 30 for each worker.")
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def command(
    a: str,
    b: str,
    files: bool,
    everything: bool,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
) -> None:
    """Compare session B with session A, by worker: status, model, what its result depended on, the items of its typed
    output, findings, files, cost and time.

    A and B are ids, parts of ids, 'last' or paths; archived ones are read as well. Items of a list are matched by their
    id, or by what they are called (method and path, name, title and location), not by their position.
    """
    from hivemind.cli.sessions import locate
    from hivemind.comparison import compare
    from hivemind.session.folder import SessionFolder

    one = SessionFolder.open(locate(a, repo, sessions_root))
    other = SessionFolder.open(locate(b, repo, sessions_root))
    comparison = compare(one, other, files=files)
    if as_json:
        emit(comparison)
        return
    from hivemind.cli.diff_text import comparison_lines

    for line in comparison_lines(comparison, limit=None if everything else 30):
        say(line)
