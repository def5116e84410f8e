"""The import graph: who imports whom, in which layers, and where in a circle."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind_architect.models import DependencyCycle, Layer

if TYPE_CHECKING:
    import networkx
    from hivemind_facts.models import Module

MAX_LISTED = 40
MAX_CYCLES = 30
MAX_SEARCHED = 300
"""Modules of a tangle whose shortest circle is looked for; in a larger one any circle is shown."""


@dataclass(frozen=True)
class ImportGraph:
    """The modules with the imports among them."""

    imports: Mapping[str, tuple[str, ...]]
    tangles: tuple[tuple[str, ...], ...]
    """Sets of modules that all reach each other, the largest first."""
    levels: Mapping[str, int]
    """0 for modules that import nothing of the repository; else one above the highest that they import."""

    @property
    def edges(self) -> int:
        """How many imports there are."""
        return sum(len(targets) for targets in self.imports.values())

    def imported_by(self) -> Counter[str]:
        """How many modules import each one."""
        return Counter(target for targets in self.imports.values() for target in targets)


def import_graph(modules: Iterable[Module]) -> ImportGraph:
    """Build the graph; imports of what is no module of the repository are left out."""
    import networkx

    listed = {one.path: one for one in modules}
    imports = {
        path: tuple(sorted({target for target in one.imports if target in listed and target != path}))
        for path, one in sorted(listed.items())
    }
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(imports)
    graph.add_edges_from((path, target) for path, targets in imports.items() for target in targets)
    tangles = [tuple(sorted(one)) for one in networkx.strongly_connected_components(graph) if len(one) > 1]
    return ImportGraph(
        imports=imports,
        tangles=tuple(sorted(tangles, key=lambda one: (-len(one), one))),
        levels=_levels(graph),
    )


def _levels(graph: networkx.DiGraph[str]) -> dict[str, int]:
    import networkx

    condensed = networkx.condensation(graph)
    height: dict[int, int] = {}
    for node in reversed(list(networkx.topological_sort(condensed))):
        height[node] = max((height[below] + 1 for below in condensed.successors(node)), default=0)
    members = condensed.nodes(data="members")
    return {path: height[node] for node, paths in members for path in paths}


def layers(graph: ImportGraph) -> tuple[Layer, ...]:
    """The layers from the ground up; none where no module imports another."""
    if not graph.edges:
        return ()
    by_level: dict[int, list[str]] = {}
    for path, level in sorted(graph.levels.items()):
        by_level.setdefault(level, []).append(path)
    names = {level: _name(level, paths) for level, paths in by_level.items()}
    return tuple(
        Layer(
            name=names[level],
            level=level,
            modules=tuple(paths[:MAX_LISTED]),
            module_count=len(paths),
            depends_on=tuple(
                names[below]
                for below in sorted(
                    {graph.levels[target] for path in paths for target in graph.imports[path]} - {level}
                )
            ),
        )
        for level, paths in sorted(by_level.items())
    )


def _name(level: int, paths: list[str]) -> str:
    """A layer's name: its level, and the folders that most of its modules are in."""
    folders = Counter(path.rpartition("/")[0] or "." for path in paths)
    most = sorted(folders, key=lambda name: (-folders[name], name))[:2]
    return f"level {level}: {', '.join(most)}{', ...' if len(folders) > 2 else ''}"


def cycles(graph: ImportGraph) -> tuple[DependencyCycle, ...]:
    """One circle of each tangle, as short as can be found."""
    return tuple(
        DependencyCycle(modules=circle, size=len(tangle), remedy=_cut(graph, circle))
        for tangle in graph.tangles[:MAX_CYCLES]
        if (circle := _circle(graph, tangle))
    )


def _circle(graph: ImportGraph, tangle: tuple[str, ...]) -> tuple[str, ...]:
    inside = set(tangle)
    starts = tangle if len(tangle) <= MAX_SEARCHED else tangle[:1]
    found = [path for start in starts if (path := _back_to(graph, start, inside))]
    return min(found, key=lambda path: (len(path), path)) if found else ()


def _back_to(graph: ImportGraph, start: str, inside: set[str]) -> tuple[str, ...]:
    """The shortest way from a module back to itself."""
    came: dict[str, str] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for target in graph.imports[here]:
            if target == start:
                path = [here]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return tuple(reversed(path))
            if target in inside and target not in came:
                came[target] = here
                queue.append(target)
    return ()


def _cut(graph: ImportGraph, circle: tuple[str, ...]) -> str:
    """Which import to take out: the one of the module that most others import, for it should stand lowest."""
    imported = graph.imported_by()
    lowest = max(circle, key=lambda path: (imported[path], path))
    target = circle[(circle.index(lowest) + 1) % len(circle)]
    return (
        f"take the import of {target} out of {lowest}, which {imported[lowest]} modules import: move what it needs "
        "into a module below both, or hand it in as an argument"
    )
