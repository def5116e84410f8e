"""What of a session is left to do: on resume, and on retry."""

from __future__ import annotations

from collections.abc import Iterable

from hivemind.graph import WorkerGraph
from hivemind.models import SUCCEEDED, WorkerStatus
from hivemind.session.state import SessionState

UNFINISHED: frozenset[WorkerStatus] = frozenset(("pending", "running", "cancelled"))
RETRIED: frozenset[WorkerStatus] = frozenset(("failed", "blocked", "unverified", "cancelled", "skipped"))
_PASSING = frozenset(("TransientError", "WorkerTimeoutError", "CancelledSessionError", "BudgetReachedError"))
"""Errors after which the answers that had arrived are still good."""


def statuses(state: SessionState, graph: WorkerGraph) -> dict[str, WorkerStatus]:
    """How each node of the graph stands; one that the session has not seen is pending. Matched by name alone."""
    known = state.workers
    return {name: known[name].status if name in known else "pending" for name in graph.nodes}


def to_resume(state: SessionState, graph: WorkerGraph) -> set[str]:
    """What has not ended, and what was held back only by that.

    Finished workers, failed ones included, are left alone: that is what `retry` is for.
    """
    standing = statuses(state, graph)
    left = {name for name, status in standing.items() if status in UNFINISHED}
    for name in graph.topological():
        held = standing[name] in ("blocked", "skipped")
        if held and any(edge.before in left for edge in graph.predecessors(name)):
            left.add(name)
    return left


def to_retry(state: SessionState, graph: WorkerGraph, chosen: Iterable[str] | None = None) -> set[str]:
    """What failed, was blocked or unverified, what has not ended, and all that depends on it.

    Args:
        state: The session.
        graph: Its graph.
        chosen: What to run again instead, whatever became of it.
    """
    standing = statuses(state, graph)
    if chosen is None:
        begin = {name for name, status in standing.items() if status in RETRIED or status in UNFINISHED}
    else:
        begin = set(chosen)
    found = begin | graph.descendants(*begin)
    # What any of them requires must have succeeded, else it would only be blocked again; and what depends on that.
    queue = list(found)
    while queue:
        for before, edge in graph.before[queue.pop()].items():
            if edge.kind == "requires" and standing[before] not in SUCCEEDED and before not in found:
                new = {before, *graph.descendants(before)} - found
                found |= new
                queue += new
    return found


def to_rerun(graph: WorkerGraph, chosen: Iterable[str]) -> set[str]:
    """What runs anew in a session that reuses the results of another: what was chosen, and all that depends on it."""
    begin = set(chosen)
    return begin | graph.descendants(*begin)


def goes_on(state: SessionState, name: str) -> bool:
    """Whether a worker's next run goes on from its last one: answers of a model that had arrived are used again."""
    known = state.workers.get(name)
    if known is None:
        return False
    if known.status in ("running", "cancelled"):
        return True
    return known.status == "failed" and known.last.error_type in _PASSING
