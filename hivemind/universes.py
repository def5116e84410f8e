"""What can be selected: all workers that are installed, or those of a session, each as a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hivemind.config import Configuration
from hivemind.errors import GraphError, SessionError, SessionNotFoundError, UsageError
from hivemind.fingerprint import short, worker_parts
from hivemind.graph import Index, WorkerGraph, targets
from hivemind.holding import left_out
from hivemind.models import Edge, Plan, PlannedWorker, Task, WorkerSpec
from hivemind.plugins import PluginManager
from hivemind.registry import Registry, WorkerEntry
from hivemind.session.folder import SessionFolder
from hivemind.session.state import SessionState

_TASK = "show what depends on what"


@dataclass(frozen=True)
class Installed:
    """All that is installed, as one plan and its graph; `problem` says why edges of plugins may be missing."""

    plan: Plan | None
    graph: WorkerGraph
    problem: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Workers of agent files that do not fit with the others, each with the reason: the rest is shown without them."""


def installed(
    manager: PluginManager,
    registry: Registry,
    configuration: Configuration,
    task: Task | None = None,
    *,
    lenient: bool = False,
) -> Installed:
    """Make the graph of all workers that can be chosen.

    Args:
        manager: The plugins.
        registry: The workers.
        configuration: Settings.
        task: What it is for.
        lenient: Where the whole does not hold (a circle somewhere, a dependency that nobody provides), give what holds:
            a choice of a few workers must not fail for others.

    Raises:
        GraphError: The whole does not hold.
    """
    from hivemind.planning import Request, make_plan

    task = task or Task(text=_TASK, repo=str(configuration.repo))
    out = left_out(registry)
    if out:
        fitting = {name: entry for name, entry in registry.workers.items() if name not in out}
        registry = replace(registry, workers=fitting)
    try:
        everybody = Request(workers=sorted(registry.workers), to_run=False)
        plan, graph = make_plan(manager, registry, configuration, task, everybody)
    except GraphError as error:
        if not lenient:
            raise
        return Installed(None, _what_holds(registry), error.message, out)
    return Installed(plan, graph, left_out=out)


def _what_holds(registry: Registry) -> WorkerGraph:
    entries = dict(sorted(registry.workers.items()))
    graph = WorkerGraph(entries)
    index = Index.of(entries)
    for name, entry in entries.items():
        for kind in ("requires", "after"):
            for target in getattr(entry.spec, kind):
                for before in targets(entry.spec, target, entries, index):
                    graph.add_edge(Edge(before=before, after=name, kind="requires" if kind == "requires" else "after"))
    return graph


def graph_of_state(state: SessionState) -> WorkerGraph:
    """The graph of a session's plan; workers that ran beside the plan stand alone."""
    from hivemind.graph import graph_of_plan

    plan = state.plan
    entries = {
        planned.spec.name: WorkerEntry(planned.spec, planned.plugin, planned.source)
        for planned in (plan.workers if plan else ())
    }
    checks = {check.name for check in plan.checks} if plan else set()
    for name, worker in state.workers.items():
        if name not in entries and name not in checks:
            spec = WorkerSpec.model_construct(name=name, role=worker.role or name, description="")
            entries[name] = WorkerEntry(spec, "", "")
    return graph_of_plan(entries, plan.edges if plan else (), plan.checks if plan else ())


def last_state(configuration: Configuration) -> SessionState | None:
    """The newest session that can be read; None where there is none."""
    from hivemind.session.listing import find_session

    try:
        return SessionFolder.open(find_session(configuration.sessions_root, "last")).state
    except (SessionNotFoundError, SessionError):
        return None


def repository_parts(repo: Path, sessions_root: Path) -> dict[str, str]:
    """The parts of a fingerprint that are the repository's, as it is now."""
    from hivemind.repository_state import repository_state
    from hivemind.result_store import cache_folder

    state = repository_state(repo, (sessions_root, cache_folder().parent), {})
    return {"repository files": state.files, "repository commit": state.commit[:40]}


@dataclass
class Comparison:
    """Holds workers as they would run now against a session, in all that is known before running.

    Args:
        manager: The plugins.
        configuration: Settings.
        state: The session.
        root: Where it lies.
        task: What is asked now; None where nothing is yet: the task is left out then.
    """

    manager: PluginManager
    configuration: Configuration
    state: SessionState
    root: Path
    task: Task | None = None
    _repository: dict[str, str] | None = None

    def changed(self, planned: PlannedWorker) -> list[str]:
        """Name what of a worker's fingerprint the session had otherwise; 'new' where it had no such worker."""
        name = planned.spec.name
        worker = self.state.workers.get(name)
        recorded = dict(worker.last.fingerprint_parts) if worker else {}
        if recorded:
            now = self._parts(planned)
            return [part for part, value in now.items() if recorded.get(part, value) != value]
        before = (
            next((one for one in self.state.plan.workers if one.spec.name == name), None) if self.state.plan else None
        )
        if before is None:
            return ["new"]
        # It did not come as far as to have a fingerprint: what its plan says is compared.
        found = [part for part in ("spec", "model", "plugin") if _told(before)[part] != _told(planned)[part]]
        asked = self.state.task.text if self.state.task else ""
        return [*found, "task"] if self.task is not None and self.task.text != asked else found

    def _parts(self, planned: PlannedWorker) -> dict[str, str]:
        if self._repository is None:
            self._repository = repository_parts(self.configuration.repo, self.root)
        task = self.task or Task(text=_TASK, repo=str(self.configuration.repo))
        parts = worker_parts(self.manager, self.configuration.settings, planned, task) | self._repository
        if self.task is None:
            del parts["task"]
        return short(parts)


def _told(planned: PlannedWorker) -> dict[str, str]:
    return {
        "spec": planned.spec.model_dump_json(),
        "model": planned.model,
        "plugin": f"{planned.plugin} {planned.plugin_version}",
    }


def modified_in(plan: Plan | None, comparison: Comparison | None, root: Path) -> Callable[[], set[str]]:
    """What `state:modified` means: the workers of a plan that are not what they were in a session."""

    def find() -> set[str]:
        if comparison is None:
            raise UsageError(f"'state:modified' has no session to compare with in {root}", "run a session first")
        workers = plan.workers if plan else ()
        return {planned.spec.name for planned in workers if comparison.changed(planned)}

    return find
