"""Notices that nothing happens in a session that runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hivemind.cli.figures import seconds
from hivemind.cli.plain import clock
from hivemind.session.state import SessionState


@dataclass(frozen=True)
class Stall:
    """Nothing has happened for a while, and who runs meanwhile: (worker, since when)."""

    since: str
    idle_s: float
    running: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """`no event for 2 min 00 s; running: backend-worker since 10:40:12`."""
        shown = ", ".join(f"{name} since {clock(began)}" for name, began in self.running[:10])
        more = f" and {len(self.running) - 10} more" if len(self.running) > 10 else ""
        who = f"running: {shown}{more}" if self.running else "no worker runs"
        return f"stalled: no event for {seconds(self.idle_s)}; {who}"


class StallWatch:
    """Says once for each stall that there is one.

    Args:
        after_s: How long nothing may happen.
        now: The time, for tests.
    """

    def __init__(self, after_s: float, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._after_s = after_s
        self._now = now
        self._seq = -1
        self._heard_at = 0.0
        self._told = False

    def heard(self, state: SessionState) -> None:
        """Take in how far the journal is known; a new event ends a stall."""
        if state.seq != self._seq:
            self._seq, self._told = state.seq, False
            self._heard_at = time.monotonic()

    def due(self, state: SessionState) -> Stall | None:
        """Give the stall that is to be told now."""
        if self._told:
            return None
        idle = self._idle(state.updated_at)
        if idle < self._after_s:
            return None
        self._told = True
        running = [
            (worker.name, worker.started_at or "") for worker in state.workers.values() if worker.status == "running"
        ]
        return Stall(state.updated_at, round(idle, 3), tuple(sorted(running, key=lambda one: (one[1], one[0]))))

    def _idle(self, timestamp: str) -> float:
        """Seconds since the last event: by its own time, since it may be older than this process."""
        try:
            return (self._now() - datetime.fromisoformat(timestamp)).total_seconds()
        except (ValueError, TypeError):
            return time.monotonic() - self._heard_at
