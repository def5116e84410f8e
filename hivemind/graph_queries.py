"""Questions to a graph of workers: the way from one to another, what depends on one, why one is there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from hivemind.errors import UnknownWorkerError, did_you_mean
from hivemind.graph import WorkerGraph
from hivemind.models import Edge


@dataclass(frozen=True)
class Impact:
    """A node that depends on another: how far away, and whether it can't go without."""

    name: str
    steps: int
    hard: bool


def node_named(graph: WorkerGraph, name: str) -> str:
    """Find one node by its name, or by a role that one worker has.

    Raises:
        UnknownWorkerError: None or more than one fits.
    """
    if name in graph:
        return name
    of_role = [one for one, entry in graph.entries.items() if entry.spec.role == name]
    if len(of_role) == 1:
        return of_role[0]
    if of_role:
        raise UnknownWorkerError(
            f"role {name!r} is played by more than one worker", f"name one of: {', '.join(of_role)}"
        )
    known = [*graph.nodes, *(entry.spec.role for entry in graph.entries.values())]
    shown = ", ".join(sorted(graph.entries)[:8])
    raise UnknownWorkerError(
        f"unknown worker {name!r}",
        did_you_mean(name, known) or (f"there is {shown}" if shown else "there is no worker"),
    )


def edges_along(graph: WorkerGraph, names: Iterable[str]) -> list[Edge]:
    """The edges between each two neighbours of a path."""
    return [graph.after[before][after] for before, after in pairwise(names)]


def shortest_path(graph: WorkerGraph, start: str, end: str) -> list[str]:
    """The nodes of a shortest way along the edges; empty where there is none."""
    import networkx as nx

    try:
        found: list[str] = nx.shortest_path(graph.dag, start, end)
    except nx.NetworkXNoPath:
        return []
    return found


def impact(graph: WorkerGraph, name: str) -> list[Impact]:
    """All that depends on a node, nearest first."""
    steps = _distances(graph, name, hard=False)
    hard = _distances(graph, name, hard=True)
    found = [Impact(one, distance, one in hard) for one, distance in steps.items() if one != name]
    return sorted(found, key=lambda one: (one.steps, one.name))


def _distances(graph: WorkerGraph, name: str, *, hard: bool) -> dict[str, int]:
    found = {name: 0}
    queue = deque([name])
    while queue:
        one = queue.popleft()
        for after, edge in graph.after[one].items():
            if after not in found and not (hard and edge.kind == "after"):
                found[after] = found[one] + 1
                queue.append(after)
    return found


def chains_to(graph: WorkerGraph, name: str, limit: int = 20) -> list[list[Edge]]:
    """Say what leads to a node: for each thing it waits for, the shortest chain from a beginning through it.

    Each chain ends in the node; the number of chains is the number of its direct edges, cut at a limit.
    """
    return [[*_chain_from_start(graph, edge.before), edge] for edge in graph.predecessors(name)[:limit]]


def _chain_from_start(graph: WorkerGraph, name: str) -> list[Edge]:
    """The shortest chain of edges from a node that waits for nothing."""
    came: dict[str, Edge] = {}
    queue = deque([name])
    while queue:
        one = queue.popleft()
        edges = graph.predecessors(one)
        if not edges:
            chain: list[Edge] = []
            while one != name:
                chain.append(came[one])
                one = came[one].after
            return chain
        for edge in edges:
            if edge.before not in came and edge.before != name:
                came[edge.before] = edge
                queue.append(edge.before)
    return []
