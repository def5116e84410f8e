"""Which agent files' workers do not fit with the others, so that the rest can be shown and selected without them."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind.errors import did_you_mean
from hivemind.graph import CAPABILITY, Index, targets
from hivemind.models import WorkerSpec
from hivemind.registry import Registry


def dependencies(spec: WorkerSpec) -> Iterator[tuple[str, str]]:
    """All that a worker depends on: kind and target."""
    for kind in ("requires", "after", "aligns_with"):
        for target in getattr(spec, kind):
            yield kind, target


def unresolved(spec: WorkerSpec, kind: str, target: str, registry: Registry, index: Index) -> tuple[str, bool]:
    """Say why a dependency of a worker has nobody behind it.

    Returns:
        The reason, '' where there is somebody; and whether the worker can't be planned for it. An optional partner
        that is installed nowhere is fine, unless it looks like a slip.
    """
    if targets(spec, target, registry.workers, index):
        return "", False
    if target in (spec.name, spec.role):
        return (f"{kind} {target!r}: that is itself", True) if kind == "requires" else ("", False)
    if target in registry.duplicates:
        owners = ", ".join(one.owner for one in registry.duplicates[target])
        return f"{kind} {target!r}, which is given more than once: by {owners}", kind == "requires"
    near = "" if target.startswith(CAPABILITY) else did_you_mean(target, [*index.names, *index.by_role])
    return f"{kind} {target!r}, which nobody provides" + (f": {near}" if near else ""), kind == "requires" or bool(near)


def left_out(registry: Registry) -> dict[str, str]:
    """Find the workers of agent files that keep all workers from forming one graph, each with the reason."""
    out: dict[str, str] = {}
    rest = Registry(dict(registry.workers), registry.duplicates)
    while found := _same_files(rest) or _unfit(rest) or _circles(rest):
        out |= found
        for name in found:
            del rest.workers[name]
    return out


def _same_files(registry: Registry) -> dict[str, str]:
    found: dict[str, str] = {}
    by_slug: dict[str, str] = {}
    for name, entry in sorted(registry.workers.items(), key=lambda one: (not one[1].default, one[0])):
        other = by_slug.setdefault(entry.spec.slug, name)
        if other != name and not entry.default:
            found[name] = f"it would write the same files in a session as {other!r}"
    return found


def _unfit(registry: Registry) -> dict[str, str]:
    index: Index | None = None
    found: dict[str, str] = {}
    for name, entry in registry.workers.items():
        if entry.default:
            continue
        for kind, target in dependencies(entry.spec):
            index = index or Index.of(registry.workers)
            reason, hinders = unresolved(entry.spec, kind, target, registry, index)
            if hinders and name not in found:
                found[name] = reason
    return found


def circle_of(registry: Registry, names: set[str] | None = None) -> Iterator[list[str]]:
    """Find circles of workers that wait for each other, one path for each knot of them."""
    import networkx as nx

    index = Index.of(registry.workers)
    graph: nx.DiGraph[str] = nx.DiGraph()
    for name, entry in registry.workers.items():
        for kind, target in dependencies(entry.spec):
            if kind != "aligns_with":
                graph.add_edges_from((before, name) for before in targets(entry.spec, target, registry.workers, index))
    for knot in nx.strongly_connected_components(graph):
        if len(knot) > 1 and (names is None or knot & names):
            path = [edge[0] for edge in nx.find_cycle(graph.subgraph(knot))]
            first = path.index(min(path))
            yield [*path[first:], *path[:first], path[first]]


def _circles(registry: Registry) -> dict[str, str]:
    if not any(any(dependencies(entry.spec)) for entry in registry.workers.values() if not entry.default):
        return {}
    found: dict[str, str] = {}
    for path in circle_of(registry):
        for name in path:
            if not registry.workers[name].default:
                found[name] = f"waits in a circle: {' -> '.join(path)}"
    return found
