"""The graph of workers: who waits for whom, in which order, and what is in the way."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hivemind.dag import Dag
from hivemind.errors import CycleError, GraphError, UnresolvedDependencyError, did_you_mean
from hivemind.models import PRIORITIES, Check, Edge, WorkerSpec
from hivemind.registry import Registry, WorkerEntry

CAPABILITY = "capability:"
_FIELDS = ("requires", "after", "aligns_with")


def check_name(left: str, right: str) -> str:
    """The name of the alignment check between two workers."""
    return f"check:{left}:{right}"


@dataclass
class WorkerGraph(Dag):
    """The DAG of worker and check nodes."""

    entries: dict[str, WorkerEntry] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Dag.__init__(self, (*self.entries, *self.checks))

    def add_check(self, check: Check) -> None:
        """Add a check as a node."""
        self.checks[check.name] = check
        self.add_node(check.name)

    def part(self, names: Collection[str]) -> WorkerGraph:
        """The graph of some nodes, and of the edges between them."""
        made = WorkerGraph(
            {name: entry for name, entry in self.entries.items() if name in names},
            {name: check for name, check in self.checks.items() if name in names},
            {name: reason for name, reason in self.reasons.items() if name in names},
        )
        for before in made.after:
            for after, edge in self.after[before].items():
                if after in made.before:
                    made.add_edge(edge)
        return made

    def predecessors(self, name: str) -> list[Edge]:
        """The edges that lead to a node, by name."""
        return sorted(self.before[name].values(), key=lambda one: one.before)

    def priority(self, name: str) -> int:
        """0 is the most urgent; a check is as urgent as can be, since it is short."""
        entry = self.entries.get(name)
        return PRIORITIES.index(entry.spec.priority) if entry else 0

    def longest_to_end(self, weight: Mapping[str, float] | None = None) -> dict[str, float]:
        """The longest path from each node to the end, in nodes or by the given durations."""
        length: dict[str, float] = {}
        for name in reversed([name for wave in self.generations() for name in wave]):
            own = 1.0 if weight is None else weight.get(name, 1.0)
            length[name] = own + max((length[after] for after in self.after[name]), default=0.0)
        return length

    def order(self) -> list[str]:
        """The order that breaks ties among the ready: priority, then the longest path to the end, then the name."""
        length = self.longest_to_end()
        return sorted(self.before, key=lambda name: (self.priority(name), -length[name], name))

    def waves(self) -> list[list[str]]:
        """What could run together if all took the same time; for display, the engine knows no waves."""
        return [sorted(wave) for wave in self.generations()]


def targets(spec: WorkerSpec, target: str, entries: Mapping[str, WorkerEntry], index: Index) -> list[str]:
    """Resolve a dependency target (a worker, a role, `capability:NAME`) to names among `entries`, never itself."""
    if target.startswith(CAPABILITY):
        found = index.by_capability.get(target[len(CAPABILITY) :].strip(), [])
    elif target in index.names:
        found = [target]
        if spec.name in entries and entries[spec.name].default and target in entries and not entries[target].default:
            # What a plugin calls a role stays one, whatever an agent file calls itself.
            found += index.by_role.get(target, [])
    else:
        found = index.by_role.get(target, [])
    return [name for name in dict.fromkeys(found) if name != spec.name and name in entries]


@dataclass
class Index:
    """Workers by name, role and capability."""

    names: frozenset[str]
    by_role: dict[str, list[str]]
    by_capability: dict[str, list[str]]

    @classmethod
    def of(cls, entries: Mapping[str, WorkerEntry]) -> Index:
        """Index these workers."""
        by_role: dict[str, list[str]] = {}
        by_capability: dict[str, list[str]] = {}
        for name in sorted(entries):
            spec = entries[name].spec
            by_role.setdefault(spec.role, []).append(name)
            for capability in spec.capabilities:
                by_capability.setdefault(capability, []).append(name)
        return cls(frozenset(entries), by_role, by_capability)


def resolve(
    registry: Registry, chosen: Sequence[str], extra: Iterable[Edge] = (), why: Mapping[str, str] | None = None
) -> WorkerGraph:
    """Make the graph of the chosen workers and of all that they require.

    Args:
        registry: What is installed.
        chosen: Worker names or roles.
        extra: Edges that plugins or the configuration add.
        why: The reason for a chosen worker, where it is not that it was asked for.

    Raises:
        UnknownWorkerError: A chosen worker is not installed.
        UnresolvedDependencyError: A dependency names nothing that is installed.
        DuplicateWorkerError: Two plugins give a worker that is needed.
        CycleError: Workers wait for each other; names the whole path and who declared each step.
    """
    index = Index.of(registry.workers)
    entries: dict[str, WorkerEntry] = {}
    reasons: dict[str, str] = {}
    queue: deque[tuple[str, str]] = deque()
    for name in chosen:
        entry = registry.get(name)
        queue.append((entry.spec.name, (why or {}).get(name, "chosen")))
    while queue:
        name, reason = queue.popleft()
        if name in entries:
            continue
        entry = registry.get(name)
        entries[name], reasons[name] = entry, reason
        for target in entry.spec.requires:
            queue.extend((one, f"required by {name}") for one in _providers(registry, index, entry, target, entries))
    _refuse_same_files(entries)
    graph = WorkerGraph(dict(sorted(entries.items())), {}, reasons)
    chosen_index = Index.of(graph.entries)
    for entry in graph.entries.values():
        _connect(graph, registry, index, chosen_index, entry)
    for edge in extra:
        add_extra(graph, edge)
    refuse_cycles(graph)
    return graph


def _refuse_same_files(entries: Mapping[str, WorkerEntry]) -> None:
    """Refuse two workers of one session whose files would be the same, such as `backend` and the role's usual one."""
    by_slug: dict[str, WorkerEntry] = {}
    for entry in entries.values():
        other = by_slug.setdefault(entry.spec.slug, entry)
        if other is not entry:
            raise GraphError(
                f"workers {other.spec.name!r} (plugin {other.plugin!r}) and {entry.spec.name!r} (plugin "
                f"{entry.plugin!r}) would write the same files in a session",
                "rename one of them, or leave one out",
            )


def _providers(
    registry: Registry, index: Index, entry: WorkerEntry, target: str, taken: Mapping[str, WorkerEntry]
) -> list[str]:
    """Whom a hard dependency pulls in: the worker, all of a role, or of a capability those taken, else the best."""
    found = targets(entry.spec, target, registry.workers, index)
    if entry.default:  # an agent file is asked for by name, and never pulled in where a plugin provides the same
        found = [name for name in found if registry.workers[name].default or name in taken] or found
    if not (found and entry.default and not any(one.default for one in registry.duplicates.get(target, ()))):
        registry.refuse_duplicate(target)
    if not found:
        if target in (entry.spec.name, entry.spec.role):
            raise CycleError(f"worker {entry.spec.name!r} (plugin {entry.plugin!r}) requires itself")
        raise _unresolved(registry, index, entry, "requires", target)
    if target.startswith(CAPABILITY):
        here = [name for name in found if name in taken]
        best = min(found, key=lambda name: (PRIORITIES.index(registry.workers[name].spec.priority), name))
        return here or [best]
    return found


def _unresolved(
    registry: Registry, index: Index, entry: WorkerEntry, kind: str, target: str
) -> UnresolvedDependencyError:
    if target.startswith(CAPABILITY):
        known = [f"{CAPABILITY}{name}" for name in index.by_capability]
    else:
        known = [*index.names, *index.by_role]
    broken = [problem for problem in registry.problems if "broken" in problem]
    hint = did_you_mean(target, known) or "install a plugin that provides it"
    if broken:
        hint += f"; {broken[0]}"
    return UnresolvedDependencyError(
        f"worker {entry.spec.name!r} (plugin {entry.plugin!r}) {kind} {target!r}, which nobody provides", hint
    )


def _connect(graph: WorkerGraph, registry: Registry, index: Index, here: Index, entry: WorkerEntry) -> None:
    spec = entry.spec
    for kind in _FIELDS:
        for target in getattr(spec, kind):
            found = targets(spec, target, graph.entries, here)
            # A soft target that is installed nowhere is fine (an optional partner) unless it looks like a slip.
            if not found and kind != "requires" and not targets(spec, target, registry.workers, index):
                near = did_you_mean(target, [*index.names, *index.by_role])
                if near and target not in registry.duplicates and not target.startswith(CAPABILITY):
                    raise UnresolvedDependencyError(
                        f"worker {spec.name!r} (plugin {entry.plugin!r}) names {target!r} in {kind!r}, "
                        "which is not installed",
                        near,
                    )
            for name in found:
                if kind == "aligns_with":
                    _add_check(graph, spec.name, name, entry.plugin, target)
                else:
                    graph.add_edge(
                        Edge(
                            before=name,
                            after=spec.name,
                            kind="requires" if kind == "requires" else "after",
                            reason=f"{spec.name} {kind} {target}",
                            declared_by=entry.plugin,
                        )
                    )


def _add_check(graph: WorkerGraph, one: str, other: str, plugin: str, target: str) -> None:
    left, right = sorted((one, other))
    name = check_name(left, right)
    if name in graph.checks:
        return
    graph.add_check(Check(name=name, left=left, right=right, declared_by=plugin))
    for side in (left, right):
        graph.add_edge(
            Edge(
                before=side,
                after=name,
                kind="aligns_with",
                reason=f"{one} aligns_with {target}",
                declared_by=plugin,
            )
        )


def add_extra(graph: WorkerGraph, edge: Edge) -> None:
    """Add an edge that a plugin or the configuration declares.

    Raises:
        UnresolvedDependencyError: It names a node that is not in the graph.
        CycleError: It closes a circle.
    """
    for end in (edge.before, edge.after):
        if end not in graph:
            raise UnresolvedDependencyError(
                f"an edge {edge.before} -> {edge.after} of {edge.said_by} names {end!r}, which is not in the plan",
                did_you_mean(end, graph.nodes) or None,
            )
    graph.add_edge(edge)


def refuse_cycles(graph: WorkerGraph) -> None:
    """Raise if there is a circle, with its whole path and who declared each step."""
    if not graph.circular:
        return
    import networkx as nx

    # A path back from any node of a strongly connected part is a shortest circle through it.
    part = min((one for one in nx.strongly_connected_components(graph.dag) if len(one) > 1), key=min, default=None)
    if part is None:
        loop = min(nx.nodes_with_selfloops(graph.dag))
        nodes = [loop, loop]
    else:
        start = min(part)
        inside = graph.dag.subgraph(part)
        paths = [nx.shortest_path(inside, after, start) for after in sorted(inside.successors(start))]
        nodes = [start, *min(paths, key=len)]
    steps = []
    for before, after in pairwise(nodes):
        edge = graph.after[before][after]
        steps.append(f"{edge.after} waits for {edge.before} ({edge.reason or edge.kind}; {edge.said_by})")
    raise CycleError(
        f"workers wait for each other in a circle: {' -> '.join(nodes)}",
        "; ".join(steps),
    )


def graph_of_plan(workers: Mapping[str, WorkerEntry], edges: Iterable[Edge], checks: Iterable[Check]) -> WorkerGraph:
    """Make the graph of a plan that has been resolved before.

    Raises:
        GraphError: The plan's edges name nodes that it does not have, or form a circle.
    """
    graph = WorkerGraph(dict(workers), {check.name: check for check in checks})
    for edge in edges:
        if edge.before not in graph or edge.after not in graph:
            raise GraphError(f"the plan's edge {edge.before} -> {edge.after} names a worker that it does not have")
        graph.add_edge(edge)
    refuse_cycles(graph)
    return graph
