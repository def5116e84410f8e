"""`hivemind run --rerun-from`: the workers of a session again, in a new one that takes what has not changed from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from hivemind.cli.output import tell

if TYPE_CHECKING:
    from hivemind.cli.choosing import Choice
    from hivemind.cli.opening import Opened
    from hivemind.graph import WorkerGraph
    from hivemind.models import Plan
    from hivemind.session.folder import SessionFolder


def run_again(opened: Opened, session: str, text: str | None, choice: Choice, *, quiet: bool, as_json: bool) -> int:
    """Plan the workers of a session again and run them; the exit code comes back.

    Args:
        opened: Settings, plugins, workers.
        session: The session's name.
        text: What to do; None for the session's own task.
        choice: The workers to run anew, and models that are not the session's.
        quiet: Show only the last lines.
        as_json: Print the document.

    Raises:
        SessionError: There is no such session, or it has no plan.
        UnknownWorkerError: A worker is not in the session, or not installed any more.
        UsageError: A selector does not hold or matches nothing.
    """
    from hivemind.cli.run import announce, finish, prepare
    from hivemind.errors import SessionError
    from hivemind.planning import Request
    from hivemind.resumption import to_rerun
    from hivemind.session.folder import SessionFolder
    from hivemind.session.listing import find_session

    source = SessionFolder.open(find_session(opened.configuration.sessions_root, session))
    before = source.state.plan
    if before is None:
        raise SessionError(
            f"session {source.id!r} was cut off before its workers were chosen", "start it again with 'hivemind run'"
        )
    _take_files(opened, before)
    anew, kept = _chosen(opened, source, before, choice)
    names = [planned.spec.name for planned in before.workers]
    again = replace(Request.again(before, names), models=_models(opened, before, choice))
    asked = source.task.text if text is None else text
    made, plan, graph = prepare(opened, asked, again, lambda plan: _with_origins(plan, before, choice))
    fresh = to_rerun(graph, anew & set(graph.dag.nodes)) - kept
    if not quiet:
        announce(opened.manager, made, plan)
        _tell(source, graph, fresh)
    return finish(opened, made, plan, graph, fresh=fresh, source=source, quiet=quiet, as_json=as_json)


def _chosen(opened: Opened, source: SessionFolder, before: Plan, choice: Choice) -> tuple[set[str], set[str]]:
    """What is to run anew, and what is left out of it though it may depend on that: those are taken if nothing that
    they depend on has changed."""
    from hivemind.cli.graph_source import changed_since, choose
    from hivemind.selection import Universe
    from hivemind.universes import graph_of_state

    anew = {_named(before, name) for name in choice.workers}
    statuses = {name: str(worker.status) for name, worker in source.state.workers.items()}
    universe = Universe(graph_of_state(source.state), statuses, lambda: changed_since(opened, source.path))
    base = anew if anew and not choice.select else None
    selection = choose(universe, choice.select, choice.exclude, base)
    if selection is None:
        return anew, set()
    return (anew | selection.nodes) - selection.excluded, set(selection.excluded)


def _named(plan: Plan, name: str) -> str:
    """A worker of the plan by its name or its role.

    Raises:
        UnknownWorkerError: The plan has none.
    """
    from hivemind.errors import UnknownWorkerError, did_you_mean

    specs = [planned.spec for planned in plan.workers]
    found = [spec.name for spec in specs if name in (spec.name, spec.role)]
    if not found:
        known = [*(spec.name for spec in specs), *(spec.role for spec in specs)]
        hint = did_you_mean(name, known) or f"it has {', '.join(sorted(spec.name for spec in specs))}"
        raise UnknownWorkerError(f"the session has no worker {name!r}", hint)
    return found[0]


def _take_files(opened: Opened, plan: Plan) -> None:
    """Worker files that were named by their path are not installed: they are read from where they were."""
    from hivemind.planning import add_files

    workers = opened.registry.workers
    missing = [one for one in plan.workers if one.plugin == "files" and one.spec.name not in workers]
    add_files(opened.registry, [planned.source for planned in missing])


def _models(opened: Opened, plan: Plan, choice: Choice) -> dict[str, str]:
    """The session's models, where no option says another: with other models, nothing could be taken from it."""
    chosen = dict(choice.models)
    if opened.configuration.origin_of("model") == "option":
        return chosen
    for planned in plan.workers:
        if planned.spec.name not in chosen and planned.spec.role not in chosen:
            chosen[planned.spec.name] = planned.model
    return chosen


def _with_origins(plan: Plan, before: Plan, choice: Choice) -> Plan:
    known = {planned.spec.name: planned for planned in before.workers}
    workers = []
    for planned in plan.workers:
        was = known.get(planned.spec.name)
        named = planned.spec.name in choice.models or planned.spec.role in choice.models
        if was is not None:
            update = {"reason": was.reason}
            if planned.model == was.model and not named:
                update["model_origin"] = was.model_origin
            planned = planned.model_copy(update=update)
        workers.append(planned)
    return plan.model_copy(update={"workers": tuple(workers)})


def _tell(source: SessionFolder, graph: WorkerGraph, fresh: Collection[str]) -> None:
    anew = sorted(name for name in fresh if name in graph.entries)
    more = f" and {len(anew) - 8} more" if len(anew) > 8 else ""
    told = f"; anew: {', '.join(anew[:8])}{more}" if anew else ""
    tell(f"results are taken from {source.id} where nothing changed{told}")
