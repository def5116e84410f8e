"""The chain of workers that decides how long a session takes, measured where past sessions tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hivemind.graph import WorkerGraph
from hivemind.history import History, spread_of


@dataclass(frozen=True)
class CriticalPath:
    """The longest chain.

    Attributes:
        names: From the first to the last.
        seconds: What each takes; None where nothing is known of it.
        total_s: All together; None where no duration is known at all.
        sessions: How many past sessions the durations are from.
        note: The same in words.
    """

    names: tuple[str, ...]
    seconds: Mapping[str, float | None]
    total_s: float | None
    sessions: int
    note: str


def critical_path(graph: WorkerGraph, history: History, models: Mapping[str, str]) -> CriticalPath:
    """Find the longest chain by the durations of past sessions; without any, by the number of workers.

    A worker that never ran counts as the middle of those that did.
    """
    known: dict[str, float | None] = {name: history.seconds(name, models.get(name, "")) for name in graph.nodes}
    told = [value for name, value in known.items() if value is not None and name in graph.entries]
    middle = spread_of(told)
    # A check takes milliseconds; counting it as a worker would stretch every path that ends in one.
    weight = {
        name: value if value is not None else 0.0 if name in graph.checks else middle.p50 if middle else 1.0
        for name, value in known.items()
    }
    names = _longest(graph, weight)
    missing = [name for name in names if known[name] is None and name not in graph.checks]
    if middle is None:
        return CriticalPath(names, known, None, 0, "no past session tells durations: counted in workers")
    note = f"by the durations of {history.sessions} past session{'' if history.sessions == 1 else 's'}"
    if missing:
        note += f"; {len(missing)} of its workers never ran and count as the middle of the others"
    return CriticalPath(names, known, sum(weight[name] for name in names), history.sessions, note)


def _longest(graph: WorkerGraph, weight: Mapping[str, float]) -> tuple[str, ...]:
    length = graph.longest_to_end(weight)
    # Equal lengths go by name; of a path and the same one without a weightless end, the shorter is taken.
    names: list[str] = []
    ahead = [name for name in graph.nodes if not graph.before[name]]
    while ahead:
        name = min(ahead, key=lambda one: (-length[one], one))
        if names and length[name] <= 0:
            break
        names.append(name)
        ahead = list(graph.after[name])
    return tuple(names)
