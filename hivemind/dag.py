"""Nodes and the edges between them, each way: who comes before whom."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from hivemind.models import Edge

if TYPE_CHECKING:
    import networkx as nx


class Dag:
    """A directed graph; an `Edge` stands on each edge.

    The neighbours are plain dictionaries: planning, running and resuming a session ask for nothing else, and importing
    networkx takes longer than all that they ask. `dag` is the same as a networkx graph, for what needs its algorithms.

    Args:
        nodes: Its nodes.
    """

    def __init__(self, nodes: Iterable[str]) -> None:
        self.before: dict[str, dict[str, Edge]] = {name: {} for name in nodes}
        """By node: what comes before it, and the edge from there."""
        self.after: dict[str, dict[str, Edge]] = {name: {} for name in self.before}
        """By node: what comes after it, and the edge to there."""
        self._dag: nx.DiGraph[str] | None = None

    def __contains__(self, name: object) -> bool:
        return name in self.before

    @property
    def nodes(self) -> Collection[str]:
        """All nodes."""
        return self.before.keys()

    def add_node(self, name: str) -> None:
        """Add a node that nothing leads to yet."""
        self.before.setdefault(name, {})
        self.after.setdefault(name, {})
        self._dag = None

    def add_edge(self, edge: Edge) -> None:
        """Add an edge; a hard one replaces a soft one between the same two."""
        known = self.after[edge.before].get(edge.after)
        if known is None or (edge.kind == "requires" and known.kind != "requires"):
            self.after[edge.before][edge.after] = edge
            self.before[edge.after][edge.before] = edge
            self._dag = None

    def edges(self) -> Iterator[Edge]:
        """All edges, in a stable order."""
        found = [edge for ends in self.after.values() for edge in ends.values()]
        return iter(sorted(found, key=lambda edge: (edge.after, edge.before)))

    @property
    def dag(self) -> nx.DiGraph[str]:
        """The graph as networkx has it, to be read only."""
        if self._dag is None:
            import networkx as nx

            self._dag = nx.DiGraph()
            self._dag.add_nodes_from(self.before)
            self._dag.add_edges_from(
                (before, after, {"edge": edge}) for before, ends in self.after.items() for after, edge in ends.items()
            )
        return self._dag

    def topological(self) -> list[str]:
        """A stable order in which nothing comes before what it waits for; what could come next goes by name."""
        waits = {name: len(ends) for name, ends in self.before.items()}
        ready = sorted(name for name, count in waits.items() if not count)
        found: list[str] = []
        while ready:
            name = heapq.heappop(ready)
            found.append(name)
            for after in self.after[name]:
                waits[after] -= 1
                if not waits[after]:
                    heapq.heappush(ready, after)
        return found

    def generations(self) -> Iterator[list[str]]:
        """Nodes in the order of what they wait for; those of a circle never come."""
        waits = {name: len(ends) for name, ends in self.before.items()}
        wave = [name for name, count in waits.items() if not count]
        while wave:
            yield wave
            following: list[str] = []
            for name in wave:
                for after in self.after[name]:
                    waits[after] -= 1
                    if not waits[after]:
                        following.append(after)
            wave = following

    @property
    def circular(self) -> bool:
        """Whether some nodes wait for each other."""
        return sum(map(len, self.generations())) < len(self.before)

    def descendants(self, *names: str) -> set[str]:
        """Everything that waits for these nodes, directly or not; one of them only where it waits for another."""
        found: set[str] = set()
        queue = list(names)
        while queue:
            new = [after for after in self.after[queue.pop()] if after not in found]
            found.update(new)
            queue += new
        return found
