"""Whether the workers that a session was planned with are still the ones that are installed."""

from __future__ import annotations

from hivemind.code_identity import worker_code
from hivemind.config import Configuration
from hivemind.errors import HivemindError, SessionDriftError
from hivemind.graph import WorkerGraph, graph_of_plan
from hivemind.models import Edge, Plan, PlannedWorker
from hivemind.planning import Request, make_plan
from hivemind.plugin_info import LOCAL
from hivemind.plugins import PluginManager
from hivemind.registry import Registry, WorkerEntry


def differences(manager: PluginManager, registry: Registry, plan: Plan, fresh: Plan | None) -> list[str]:
    """Say what differs between a session's plan and what is installed, a sentence each.

    Args:
        manager: The plugins.
        registry: The workers that are installed.
        plan: The session's.
        fresh: What would be planned now for the same workers; None where that can't be.
    """
    found: list[str] = []
    told: set[str] = set()
    recoded: dict[str, list[str]] = {}
    for planned in plan.workers:
        name = planned.spec.name
        entry = _entry(registry, planned)
        if entry is None:
            whence = f" (it came from {planned.source})" if planned.source.startswith(LOCAL) else ""
            found.append(f"worker {name!r} of plugin {planned.plugin!r} is not installed any more{whence}")
            continue
        if entry.plugin != planned.plugin:
            found.append(f"worker {name!r} comes from plugin {entry.plugin!r}, it came from {planned.plugin!r}")
        found += [f"worker {name!r} has another {field}" for field in _changed(planned, entry)]
        info = manager.plugins.get(entry.plugin)
        version = info.version if info else ""
        if planned.plugin_version and version != planned.plugin_version and entry.plugin not in told:
            told.add(entry.plugin)
            found.append(f"plugin {entry.plugin!r} is of version {version or '?'}, it was {planned.plugin_version}")
        elif entry.plugin not in told and _other_code(manager, planned, entry):
            recoded.setdefault(entry.plugin, []).append(name)
    found += [_recoded(manager, plugin, names) for plugin, names in recoded.items()]
    if fresh is not None:
        found += _edges(plan, fresh)
    return found


def _other_code(manager: PluginManager, planned: PlannedWorker, entry: WorkerEntry) -> bool:
    """Whether a worker is made of other code; a session that was planned before code was noted can't tell."""
    if not planned.code or entry.plugin != planned.plugin:
        return False
    # The modules are those that the plan names: that the spec names others now is said as a change of the spec.
    now = worker_code(manager, planned.plugin, planned.spec)
    return bool(now) and now != planned.code


def _recoded(manager: PluginManager, plugin: str, workers: list[str]) -> str:
    info = manager.plugins.get(plugin)
    version = f" under the same version {info.version}" if info is not None and info.version else ""
    more = f" and {len(workers) - 3} more" if len(workers) > 3 else ""
    of = f"worker{'s' if len(workers) > 1 else ''} {', '.join(workers[:3])}{more}"
    return f"plugin {plugin!r} has other code{version} (it makes {of})"


def _entry(registry: Registry, planned: PlannedWorker) -> WorkerEntry | None:
    if planned.plugin == "files" and planned.spec.name not in registry.workers:
        from pathlib import Path

        from hivemind.definitions import load_definition

        path = Path(planned.source)
        try:
            return (
                WorkerEntry(load_definition(path), "files", planned.source, default=False) if path.is_file() else None
            )
        except HivemindError:
            return None
    return registry.workers.get(planned.spec.name)


def _changed(planned: PlannedWorker, entry: WorkerEntry) -> list[str]:
    if planned.spec == entry.spec:
        return []
    before, now = planned.spec.model_dump(mode="json"), entry.spec.model_dump(mode="json")
    return [field for field in now if before.get(field) != now[field]]


def _edges(plan: Plan, fresh: Plan) -> list[str]:
    def pairs(edges: tuple[Edge, ...]) -> dict[tuple[str, str, str], Edge]:
        return {(edge.before, edge.after, edge.kind): edge for edge in edges}

    before, now = pairs(plan.edges), pairs(fresh.edges)
    lost = [f"edge {a} -> {b} ({kind}) is gone" for a, b, kind in sorted(before.keys() - now.keys())]
    new = [
        f"edge {a} -> {b} ({kind}) is new, from plugin {now[a, b, kind].declared_by!r}"
        for a, b, kind in sorted(now.keys() - before.keys())
    ]
    workers = {planned.spec.name for planned in plan.workers}
    pulled = [f"worker {one.spec.name!r} is required now" for one in fresh.workers if one.spec.name not in workers]
    return [*pulled, *lost, *new]


def settle(
    manager: PluginManager, registry: Registry, configuration: Configuration, plan: Plan, *, accept: bool
) -> tuple[Plan, WorkerGraph, list[str]]:
    """Hold a session's plan against what is installed.

    Args:
        manager: The plugins.
        registry: The workers that are installed.
        configuration: Settings.
        plan: The session's.
        accept: Go on with what is installed where it differs.

    Returns:
        The plan to go on with, its graph, and what differs.

    Raises:
        SessionDriftError: They differ, and that is not accepted.
    """
    for planned in plan.workers:
        entry = _entry(registry, planned)
        if entry is not None:
            registry.workers.setdefault(planned.spec.name, entry)
    names = [planned.spec.name for planned in plan.workers if planned.spec.name in registry.workers]
    fresh, problem = None, None
    try:
        fresh = make_plan(manager, registry, configuration, plan.task, Request.again(plan, names))[0] if names else None
    except HivemindError as error:
        problem = error.message
    differs = differences(manager, registry, plan, fresh)
    if problem is not None:
        differs.append(f"the workers can't be planned any more: {problem}")
    if not differs:
        entries = {planned.spec.name: registry.workers[planned.spec.name] for planned in plan.workers}
        return plan, graph_of_plan(entries, plan.edges, plan.checks), []
    if not accept:
        raise SessionDriftError(
            f"the session's plan does not match what is installed: {'; '.join(differs)}",
            "install what it was planned with, or go on with what is installed by --accept-drift",
        )
    if fresh is None:
        raise SessionDriftError(
            f"the session can't go on with what is installed: {'; '.join(differs)}",
            "start a new one with 'hivemind run'",
        )
    kept = {planned.spec.name: planned for planned in plan.workers}
    workers = tuple(_with_origin(planned, kept) for planned in fresh.workers)
    fresh = fresh.model_copy(update={"workers": workers})
    entries = {planned.spec.name: registry.workers[planned.spec.name] for planned in fresh.workers}
    return fresh, graph_of_plan(entries, fresh.edges, fresh.checks), differs


def _with_origin(planned: PlannedWorker, kept: dict[str, PlannedWorker]) -> PlannedWorker:
    """Keep the model that the session was planned with, and where it came from."""
    before = kept.get(planned.spec.name)
    if before is None:
        return planned
    update = {"model": before.model, "model_origin": before.model_origin, "reason": before.reason}
    return planned.model_copy(update=update)
