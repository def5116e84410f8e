"""Where `hivemind graph` takes its graph from: all that is installed, or a session."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hivemind.cli.output import stray_output_to_stderr, tell, warn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hivemind.cli.opening import Opened
    from hivemind.critical_path import CriticalPath
    from hivemind.graph import WorkerGraph
    from hivemind.graph_export.drawing import Drawing
    from hivemind.models import Plan, Task
    from hivemind.selection import Selection, Universe
    from hivemind.universes import Comparison

_TOLD = 10


@dataclass
class Source:
    """A graph to look at, and what can be selected of it."""

    opened: Opened
    graph: WorkerGraph
    universe: Universe
    drawing: Drawing
    models: dict[str, str]

    def select(self, select: Sequence[str], exclude: Sequence[str]) -> Selection | None:
        """What was selected; None for all. Says which parts matched nothing."""
        return choose(self.universe, select, exclude)

    def measured(self, names: Collection[str] | None = None) -> CriticalPath:
        """The critical path, by the durations of past sessions.

        Args:
            names: The nodes to look among; None for all.
        """
        from hivemind.critical_path import critical_path
        from hivemind.history import read_history

        graph = self.graph if names is None else self.graph.part(names)
        return critical_path(graph, read_history(self.opened.configuration.sessions_root), self.models)

    def shown(self, names: Collection[str] | None, *, measure: bool) -> Drawing:
        """The drawing of what was selected, with the critical path where that is wanted."""
        from dataclasses import replace

        drawing = self.drawing if names is None else self.drawing.only(names)
        if not measure or not drawing.nodes:
            return drawing
        path = self.measured(names)
        return replace(drawing, critical=path.names, critical_note=path.note)


def choose(
    universe: Universe, select: Sequence[str], exclude: Sequence[str], base: Collection[str] | None = None
) -> Selection | None:
    """Select, and say which parts matched nothing; None where nothing was asked."""
    if not select and not exclude:
        return None
    from hivemind.selection import select as find

    selection = find(universe, select, exclude, base)
    for part in selection.empty:
        warn(f"nothing matches {part!r}")
    return selection


def open_source(session: str | None, repo: Path | None, sessions_root: Path | None) -> Source:
    """Open the graph of all that is installed, or of a session."""
    from hivemind.cli.opening import open_all

    opened = open_all(repo, {"sessions_root": sessions_root})
    return _installed(opened) if session is None else _session(opened, session)


def compared_with_last(opened: Opened, task: Task | None) -> Comparison | None:
    """The comparison with the last session; None where there is none."""
    from hivemind.universes import Comparison, last_state

    configuration = opened.configuration
    state = last_state(configuration)
    if state is None:
        return None
    return Comparison(opened.manager, configuration, state, configuration.sessions_root, task)


def warn_left_out(found: Mapping[str, str]) -> None:
    """Say which agent files' workers do not fit with the rest."""
    for name, reason in sorted(found.items())[:_TOLD]:
        warn(f"worker {name!r} is left out: {reason} (see 'hivemind agents check')")
    if len(found) > _TOLD:
        warn(f"and {len(found) - _TOLD} more are left out: see 'hivemind agents check'")


def _installed(opened: Opened) -> Source:
    from hivemind.graph import WorkerGraph
    from hivemind.graph_export.drawing import Drawing, drawing_of
    from hivemind.selection import Universe
    from hivemind.universes import installed, modified_in

    registry = opened.registry
    twice = sorted(registry.duplicates)
    for name in twice[:_TOLD]:
        warn(f"worker {name!r} is left out: it is given more than once (see 'hivemind workers list')")
    if len(twice) > _TOLD:
        warn(f"and {len(twice) - _TOLD} more are left out: see 'hivemind agents check'")
    if not registry.workers:
        warn("no workers: no plugin brings one; look at 'hivemind plugins list'")
        graph = WorkerGraph()
        return Source(opened, graph, Universe(graph), Drawing(()), {})
    with stray_output_to_stderr():
        found = installed(opened.manager, registry, opened.configuration)
    warn_left_out(found.left_out)

    def modified() -> set[str]:
        comparison = compared_with_last(opened, None)
        return modified_in(found.plan, comparison, opened.configuration.sessions_root)()

    assert found.plan is not None
    universe = Universe(found.graph, None, modified)
    drawing = drawing_of(found.plan, title="All workers that are installed")
    return Source(opened, found.graph, universe, drawing, _models(found.plan))


def _session(opened: Opened, session: str) -> Source:
    from hivemind.graph_export.drawing import drawing_of
    from hivemind.models import Plan
    from hivemind.selection import Universe
    from hivemind.session.folder import SessionFolder
    from hivemind.session.listing import find_session
    from hivemind.universes import graph_of_state

    path = find_session(opened.configuration.sessions_root, session)
    state = SessionFolder.open(path).state
    graph = graph_of_state(state)
    assert state.task is not None
    plan = state.plan or Plan(task=state.task, workers=())
    statuses = {worker.name: (worker.role, str(worker.status)) for worker in state.workers.values()}
    drawing = drawing_of(plan, statuses, f"Session {path.name}")
    universe = Universe(
        graph, {name: status for name, (_, status) in statuses.items()}, lambda: changed_since(opened, path)
    )
    return Source(opened, graph, universe, drawing, _models(plan))


def changed_since(opened: Opened, path: Path) -> set[str]:
    """The workers of a session that would not be the same if its task were run now."""
    from hivemind.session.folder import SessionFolder
    from hivemind.universes import Comparison, installed

    state = SessionFolder.open(path).state
    known = {planned.spec.name: planned for planned in state.plan.workers} if state.plan else {}
    with stray_output_to_stderr():
        now = installed(opened.manager, opened.registry, opened.configuration, state.task, lenient=True).plan
    comparison = Comparison(opened.manager, opened.configuration, state, path.parent, state.task)
    # What a session was told to use with --model stays its own: only what is installed is compared.
    fresh = {planned.spec.name: planned for planned in now.workers} if now else {}
    return {
        name
        for name, before in known.items()
        if name not in fresh
        or comparison.changed(fresh[name].model_copy(update={"model": before.model, "focus": before.focus}))
    }


def _models(plan: Plan) -> dict[str, str]:
    return {planned.spec.name: planned.model for planned in plan.workers}


def say_selected(selection: Selection | None, total: int) -> None:
    """Say how much of the whole was selected."""
    if selection is not None:
        tell(f"{len(selection.workers)} of {total} workers selected")
