"""Progress as a table that stays in place on a terminal: one line a worker."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from hivemind.cli.figures import cost, seconds, tokens
from hivemind.cli.output import one_line
from hivemind.events import (
    Event,
    ModelResponded,
    PlanResolved,
    WorkerCompleted,
    WorkerFailed,
    WorkerProgress,
    WorkerRetrying,
    WorkerStarted,
)
from hivemind.models import FINISHED, SUCCEEDED, Usage, WorkerStatus

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

_STYLES: Mapping[str, str] = {
    "running": "cyan",
    "completed": "green",
    "cached": "green",
    "failed": "bold red",
    "unverified": "red",
    "blocked": "yellow",
    "skipped": "dim",
    "cancelled": "yellow",
    "interrupted": "yellow",
    "pending": "dim",
}


class _Row:
    def __init__(self, name: str, model: str) -> None:
        self.name = name
        self.model = model
        self.status: WorkerStatus | Literal["interrupted"] = "pending"
        self.began: float | None = None
        self.duration_s: float | None = None
        self.usage = Usage()
        self.tool = ""
        self.doing = ""

    def elapsed(self, now: float) -> float | None:
        if self.duration_s is not None:
            return self.duration_s
        return None if self.began is None else now - self.began


class LiveTable:
    """A table of the session's workers that is drawn a few times a second.

    Args:
        models: The workers and the model of each.
        console: The terminal.
        tools: Whether the last tool has a column of its own.
    """

    def __init__(self, models: Mapping[str, str], console: Console, *, tools: bool = False) -> None:
        self._tools = tools
        self._rows = {name: _Row(name, model) for name, model in models.items()}
        self._console = console
        self._live: Live | None = None

    def start(self) -> None:
        """Begin to draw."""
        from rich.live import Live

        live = Live(get_renderable=self.table, console=self._console, refresh_per_second=5, transient=False)
        with contextlib.suppress(OSError):
            live.start(refresh=True)
            self._live = live

    def stop(self) -> None:
        """Draw a last time and leave the table where it is."""
        if self._live is not None:
            with contextlib.suppress(OSError):
                self._live.stop()
            self._live = None

    def heard(self, events: Sequence[Event]) -> None:
        """Take in what happened; a worker that was not known is added."""
        for event in events:
            match event:
                case PlanResolved(details=details):
                    for planned in details.plan.workers:
                        self._rows.setdefault(planned.spec.name, _Row(planned.spec.name, planned.model))
                    for check in details.plan.checks:
                        self._rows.setdefault(check.name, _Row(check.name, "none"))
                case WorkerStarted(details=start):
                    self._rows.setdefault(event.agent, _Row(event.agent, start.model))
                case _:
                    pass
            row = self._rows.get(event.agent)
            if row is not None:
                _apply(row, event)

    def remark(self, text: str) -> None:
        """Write a line above the table."""
        from rich.text import Text

        with contextlib.suppress(OSError):
            self._console.print(Text(text, style="yellow"))

    def lost(self) -> None:
        """Take in that the process that ran the workers is gone."""
        for row in list(self._rows.values()):
            if row.status == "running":
                row.status, row.began = "interrupted", None

    def table(self) -> Table:
        """Make the table as things stand; one with more rows than the terminal shows those that matter now."""
        from rich.table import Table
        from rich.text import Text

        now = time.monotonic()
        # The last column takes what the others leave; without `expand` it would take the place of the others.
        table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
        for head, right in (("worker", False), ("status", False), ("model", False), ("elapsed", True)):
            table.add_column(head, justify="right" if right else "left", no_wrap=True)
        if self._tools:
            table.add_column("last tool", no_wrap=True)
        for head in ("tokens", "cost"):
            table.add_column(head, justify="right", no_wrap=True)
        table.add_column("doing", no_wrap=True, overflow="ellipsis", ratio=1)
        shown = self._shown()
        for row in shown:
            used = row.usage.input_tokens + row.usage.output_tokens
            table.add_row(
                Text(row.name),
                Text(row.status, style=_STYLES.get(row.status, "")),
                Text(one_line(row.model, 32)),
                seconds(row.elapsed(now)),
                *((Text(one_line(row.tool, 24) or "-"),) if self._tools else ()),
                f"{used:,}" if used else "-",
                cost(row.usage),
                Text(row.doing, style="dim"),
            )
        hidden = len(self._rows) - len(shown)
        said = _by_model(list(self._rows.values()))
        if hidden:
            done = sum(row.status in FINISHED for row in list(self._rows.values()))
            said.insert(0, f"{hidden:,} more; {done:,} of {len(self._rows):,} are finished")
        if said:
            table.caption = Text("\n".join(said))
            table.caption_justify = "left"
        return table

    def _shown(self) -> list[_Row]:
        room = max(5, self._console.size.height - 4)
        rows = list(self._rows.values())
        if len(rows) <= room:
            return rows
        rank = {"running": 0, "failed": 1, "unverified": 1, "blocked": 1, "cancelled": 1, "pending": 2}
        ranked = sorted(range(len(rows)), key=lambda number: (rank.get(rows[number].status, 3), number))[:room]
        return [rows[number] for number in sorted(ranked)]


def _by_model(rows: Sequence[_Row]) -> list[str]:
    """A line for each model that was asked: what it used and cost so far."""
    sums: dict[str, Usage] = {}
    for row in rows:
        if row.usage.requests:
            sums[row.model] = sums.get(row.model, Usage()) + row.usage
    return [f"{one_line(model, 48)}: {tokens(used)}, {cost(used)}" for model, used in sorted(sums.items())]


def _apply(row: _Row, event: Event) -> None:
    match event:
        case WorkerStarted(details=start):
            row.status, row.began, row.duration_s = "running", _began(event.timestamp), None
            row.model = start.model or row.model
            row.doing = row.tool = ""
        case WorkerProgress(details=progress):
            row.doing = one_line(progress.message, 200)
        case ModelResponded(details=response):
            row.usage += response.usage
            row.tool = response.tools[-1] if response.tools else row.tool
            row.doing = one_line(", ".join(response.tools), 200) or row.doing
        case WorkerRetrying(details=retry):
            row.doing = one_line(f"tries again in {seconds(retry.delay_s)}: {retry.error}", 200)
        case WorkerCompleted(details=end) | WorkerFailed(details=end):
            row.status, row.duration_s, row.usage = end.status, end.duration_s, end.usage
            said = end.summary if end.status in SUCCEEDED else end.error or ""
            row.doing = one_line(said, 200)
        case _:
            pass


def _began(timestamp: str) -> float:
    """The clock's reading when an event happened, which may be long ago where another process runs the session."""
    try:
        passed = (datetime.now(UTC) - datetime.fromisoformat(timestamp)).total_seconds()
    except (ValueError, TypeError):
        passed = 0.0
    return time.monotonic() - max(0.0, passed)
