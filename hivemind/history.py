"""What workers took in past sessions: time, tokens, cost, by worker and model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hivemind.session.snapshot import WorkerSnapshot

SESSIONS = 200
"""The newest sessions that are looked at."""


@dataclass(frozen=True)
class Spread:
    """The middle and the slow end of what was measured."""

    p50: float
    p95: float
    runs: int


@dataclass
class Runs:
    """What the runs of one worker with one model took."""

    seconds: list[float] = field(default_factory=list)
    input_tokens: list[float] = field(default_factory=list)
    output_tokens: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def add(self, worker: WorkerSnapshot) -> None:
        """Count a run; one that asked no model costs nothing, one whose price is not known is left out of the cost."""
        if worker.duration_s is not None:
            self.seconds.append(worker.duration_s)
        self.input_tokens.append(worker.usage.input_tokens)
        self.output_tokens.append(worker.usage.output_tokens)
        if worker.usage.cost_usd is not None:
            self.costs.append(worker.usage.cost_usd)


@dataclass
class History:
    """The runs of past sessions."""

    sessions: int = 0
    """How many sessions had a run that counts."""
    runs: dict[tuple[str, str], Runs] = field(default_factory=dict)

    def of(self, worker: str, model: str) -> Runs:
        """The runs of a worker with a model; none is an empty one."""
        return self.runs.get((worker, model)) or Runs()

    def seconds(self, worker: str, model: str = "") -> float | None:
        """The middle duration of a worker with this model, else with any; None where it never ran."""
        known = self.of(worker, model).seconds or [
            value for (name, _), runs in self.runs.items() if name == worker for value in runs.seconds
        ]
        spread = spread_of(known)
        return spread.p50 if spread else None


def spread_of(values: Sequence[float]) -> Spread | None:
    """The 50th and the 95th percentile by nearest rank; None of nothing."""
    if not values:
        return None
    ranked = sorted(values)

    def rank(share: float) -> float:
        return ranked[max(0, math.ceil(share * len(ranked)) - 1)]

    return Spread(rank(0.5), rank(0.95), len(ranked))


def read_history(root: Path, limit: int = SESSIONS) -> History:
    """Read the newest sessions under a root; one that can't be read counts for nothing.

    Only runs that completed count: what was cached took no time, what failed may have ended early.
    """
    from hivemind.session.listing import list_sessions

    history = History()
    for listed in list_sessions(root, limit):
        if listed.snapshot is None:
            continue
        counted = False
        for worker in listed.snapshot.workers.values():
            if worker.status == "completed":
                history.runs.setdefault((worker.name, worker.model), Runs()).add(worker)
                counted = True
        history.sessions += counted
    return history
