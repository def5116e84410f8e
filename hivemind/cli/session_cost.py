"""`hivemind sessions cost`: what sessions used, added up by model, by worker and by day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hivemind.cli import options
from hivemind.cli.output import emit, say, tell, warn

if TYPE_CHECKING:
    from hivemind.models import Usage


_SHOWN = 30


def _most(head: str, rows: Mapping[str, Usage]) -> list[tuple[str, Usage]]:
    """The rows to show: of many workers, those that used most."""
    if head != "worker" or len(rows) <= _SHOWN:
        return sorted(rows.items())
    most = sorted(rows.items(), key=lambda row: (row[1].cost_usd or 0.0, row[1].input_tokens), reverse=True)
    return most[:_SHOWN]


@click.command(
    "cost",
    short_help="Add up what sessions used and cost.",
    epilog=options.example("hivemind sessions cost --since 7d", "hivemind sessions cost --json"),
)
@click.option(
    "--since",
    metavar="AGE",
    help="Only from then on: hours, days or weeks (12h, 7d, 4w) or an ISO date.  [default: all]",
)
@options.repo_option
@options.root_option
@options.json_option
@options.everywhere
def cost_(since: str | None, repo: Path | None, sessions_root: Path | None, as_json: bool) -> None:
    """Add up what the sessions of a repository used, archived ones included, by model, worker and day (UTC).

    With --since, the day on which the time begins counts in full.
    """
    from hivemind.cli.ages import cutoff
    from hivemind.cli.figures import columns, cost, counted, tokens
    from hivemind.cli.opening import configure
    from hivemind.session.costs import add_up

    begin = cutoff(since).date().isoformat() if since is not None else ""
    root = configure(repo, {"sessions_root": sessions_root}).sessions_root
    costs = add_up(root, begin)
    for problem in costs.problems:
        warn(f"not counted: {problem}")
    if as_json:
        from hivemind.cli.cost_document import cost_document

        emit(cost_document(root, begin or None, costs))
        return
    if not costs.sessions:
        tell(f"no session in {root} asked a model" + (f" since {begin}" if begin else ""))
        return
    for head, rows in (("model", costs.models), ("worker", costs.workers), ("day", costs.days)):
        shown: list[tuple[str, ...]] = [
            (name, f"{one.requests:,}", tokens(one), cost(one)) for name, one in _most(head, rows)
        ]
        for line in columns(shown, (head, "requests", "tokens", "cost")):
            say(line)
        if len(shown) < len(rows):
            say(f"and {len(rows) - len(shown):,} more that used less; all are in --json")
        say("")
    say(
        f"all: {counted(costs.sessions, 'session')}, {counted(costs.total.requests, 'request')}, "
        f"{tokens(costs.total)}, {cost(costs.total)}"
    )
