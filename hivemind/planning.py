"""Makes a plan: which workers, which edges, which models, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hivemind.code_identity import worker_code
from hivemind.config import Configuration
from hivemind.errors import ConfigurationError, PluginError, UnknownWorkerError, UsageError
from hivemind.events import Event
from hivemind.graph import WorkerGraph, add_extra, refuse_cycles, resolve
from hivemind.model_names import canonical, resolve_model
from hivemind.models import EMBEDDED, Edge, LeftOut, Plan, PlannedWorker, Task
from hivemind.plugins import PluginManager
from hivemind.registry import Registry
from hivemind.repository_tools import check_limits


@dataclass
class Request:
    """What the user chose."""

    workers: Sequence[str] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    """`--model-for`, by worker name or role."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why a worker is in, where it is not that it was asked for."""
    edges: Sequence[Edge] = ()
    """Edges that a planner adds."""
    focus: Mapping[str, str] = field(default_factory=dict)
    """What a planner wants of a worker in particular."""
    rationale: str = ""
    left_out: tuple[LeftOut, ...] = ()
    spent: Sequence[Event] = ()
    """What a planner used, to be put on record in the session."""
    to_run: bool = True
    """Whether it is to be run, and not only shown: a spec that can't be kept to is refused."""

    @classmethod
    def again(cls, plan: Plan, names: Sequence[str]) -> Request:
        """What was chosen for a plan, of those workers that are still there."""
        there = frozenset(names)
        kept = [planned for planned in plan.workers if planned.spec.name in there]
        return cls(
            names,
            {planned.spec.name: planned.model for planned in kept},
            {planned.spec.name: planned.reason for planned in kept},
            [edge for edge in plan.edges if edge.source == "planner" and {edge.before, edge.after} <= there],
            {planned.spec.name: planned.focus for planned in kept if planned.focus},
            plan.rationale,
            plan.left_out,
        )


def add_files(registry: Registry, chosen: Sequence[str]) -> list[str]:
    """Take worker files that were chosen by path into the registry; returns the names chosen."""
    names: list[str] = []
    for choice in chosen:
        if choice.lower().endswith(".md"):
            names.append(registry.add_file(choice))
        else:
            names.append(choice)
    return names


def chosen_workers(registry: Registry, configuration: Configuration, request: Request) -> tuple[list[str], str]:
    """Say which workers were chosen, and why: asked for, configured, or all that plugins bring.

    Raises:
        UsageError: There is none.
    """
    if request.workers:
        return add_files(registry, request.workers), "asked for with --worker"
    if configuration.settings.workers:
        return list(configuration.settings.workers), f"configured in {configuration.origin_of('workers')}"
    for name in sorted(registry.duplicates):
        if any(entry.default for entry in registry.duplicates[name]):
            registry.refuse_duplicate(name)
    defaults = [name for name, entry in sorted(registry.workers.items()) if entry.default]
    if not defaults:
        problems = "; ".join(registry.problems)
        raise UsageError(
            "no worker to run: no plugin brings one" + (f" ({problems})" if problems else ""),
            "install a plugin, or look at 'hivemind plugins list'",
        )
    return defaults, "default"


def make_plan(
    manager: PluginManager,
    registry: Registry,
    configuration: Configuration,
    task: Task,
    request: Request,
) -> tuple[Plan, WorkerGraph]:
    """Choose workers, resolve their graph and their models, and let plugins add edges.

    Raises:
        HivemindError: The workers, the edges or a model's name do not hold.
    """
    names, why = chosen_workers(registry, configuration, request)
    graph = _resolved(registry, configuration, names, dict.fromkeys(names, why) | dict(request.reasons))
    for edge in request.edges:
        add_extra(graph, edge)
    refuse_cycles(graph)
    for key in request.models:
        _check_model_for(registry, graph, key)
    planned: list[PlannedWorker] = []
    for name in graph.topological():
        entry = graph.entries.get(name)
        if entry is None:
            continue
        if request.to_run:
            check_limits(entry.spec, alone=entry.plugin == "files")
        model = resolve_model(entry.spec, configuration, request.models)
        resolved = model.name if model.name == EMBEDDED else canonical(model.name)
        planned.append(
            PlannedWorker(
                spec=entry.spec,
                plugin=entry.plugin,
                source=entry.source,
                model=resolved,
                model_origin=model.origin,
                reason=graph.reasons[name],
                plugin_version=manager.plugins[entry.plugin].version if entry.plugin in manager.plugins else "",
                focus=request.focus.get(name, ""),
                code=worker_code(manager, entry.plugin, entry.spec) if request.to_run else "",
            )
        )
    plan = Plan(
        task=task,
        workers=tuple(planned),
        edges=tuple(graph.edges()),
        checks=tuple(graph.checks.values()),
        rationale=request.rationale,
        left_out=request.left_out,
    )
    return _with_plugin_edges(manager, plan, graph), graph


def _resolved(
    registry: Registry, configuration: Configuration, chosen: Sequence[str], why: Mapping[str, str]
) -> WorkerGraph:
    """The graph of the chosen workers, with the edges of the configuration between those that are in it."""
    edges = configured_edges(registry, configuration)
    names, reasons = list(chosen), dict(why)
    while True:
        graph = resolve(registry, names, why=reasons)
        missing = {
            edge.before: edge
            for edge in edges
            if edge.kind == "requires" and edge.after in graph.entries and edge.before not in graph.entries
        }
        if not missing:
            break
        names += missing
        reasons |= {name: f"required by {edge.after} ({edge.said_by})" for name, edge in missing.items()}
    for edge in edges:
        if edge.before in graph.entries and edge.after in graph.entries:
            add_extra(graph, edge)
    return graph


def configured_edges(registry: Registry, configuration: Configuration) -> list[Edge]:
    """The edges that the configuration declares, by worker names.

    Raises:
        ConfigurationError: One names a worker that is not installed.
    """
    origin = configuration.origin_of("edges")
    found: list[Edge] = []
    for edge in configuration.settings.edges:
        try:
            before, after = registry.get(edge.before).spec.name, registry.get(edge.after).spec.name
        except UnknownWorkerError as error:
            raise ConfigurationError(
                f"setting 'edges' from {origin} has an edge {edge.before} -> {edge.after}: {error.message}", error.hint
            ) from error
        reason = edge.reason or f"{after} {edge.kind} {before}"
        found.append(
            Edge(before=before, after=after, kind=edge.kind, reason=reason, declared_by=origin, source="configuration")
        )
    return found


def _check_model_for(registry: Registry, graph: WorkerGraph, key: str) -> None:
    if key not in graph.entries and all(entry.spec.role != key for entry in graph.entries.values()):
        name = registry.get(key).spec.name  # raises for an unknown name, with a suggestion
        if name not in graph.entries:
            raise UsageError(f"--model-for names {key!r}, which is not in the plan", f"add --worker {key}")


def _with_plugin_edges(manager: PluginManager, plan: Plan, graph: WorkerGraph) -> Plan:
    added = False
    known = len(manager.broken)
    for plugin, edges in manager.collect_now("hivemind_edges", plan=plan):
        for edge in edges:
            if not isinstance(edge, Edge):
                raise PluginError(plugin, "hivemind_edges", f"gave {type(edge).__name__}, not an Edge")
            add_extra(graph, edge.model_copy(update={"declared_by": plugin, "source": "plugin"}))
            added = True
    if len(manager.broken) > known:
        info = manager.broken[-1]
        raise PluginError(info.name, "", info.problem or "", f"block it with --block-plugin {info.name}")
    if not added:
        return plan
    refuse_cycles(graph)
    return plan.model_copy(update={"edges": tuple(graph.edges())})
