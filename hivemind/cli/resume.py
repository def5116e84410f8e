"""`hivemind resume` and `hivemind retry`: go on with a session that is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hivemind.cli import options
from hivemind.cli.output import say, tell, warn

if TYPE_CHECKING:
    from hivemind.cli.opening import Opened
    from hivemind.errors import SessionError
    from hivemind.graph import WorkerGraph
    from hivemind.models import Plan
    from hivemind.selection import Selection
    from hivemind.session.folder import SessionFolder

Choice = Callable[["Opened", "SessionFolder", "WorkerGraph"], Collection[str]]
_drift_option = click.option(
    "--accept-drift", is_flag=True, help="Go on with the workers that are installed, where they are not the same."
)
_parallel_option = click.option(
    "--max-parallel", metavar="N", type=click.IntRange(1, 1000), help="Workers at the same time at the most."
)
_quiet_option = click.option("--quiet", "-q", is_flag=True, help="Show only the last lines.")


@click.command(
    "resume",
    short_help="Go on with a session that was stopped or killed.",
    epilog=options.example("hivemind resume last", "hivemind resume 2026-11-23-10-40-add-an-orders-api --json"),
)
@options.session_argument
@options.select_option
@options.exclude_option
@_drift_option
@_parallel_option
@options.timeout_option
@options.budget_options
@options.no_cache_option
@options.repo_option
@options.root_option
@options.json_option
@_quiet_option
@options.everywhere
def resume(
    session: str,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    accept_drift: bool,
    max_parallel: int | None,
    timeout: float | None,
    no_cache: bool,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Go on with SESSION where it was: after a kill, a reboot, Ctrl-C, a full disk, a lost network.  [default: last]

    No worker that has ended runs again. One that was in the middle is given the model's answers that had arrived, so
    that at most one request is made twice. What failed is left alone: see 'hivemind retry'.
    """
    from hivemind.resumption import to_resume

    chosen: dict[str, Any] = {
        "max_parallel": max_parallel,
        "timeout_s": timeout,
        "sessions_root": sessions_root,
        **options.budget(),
    }
    chosen["cache"] = False if no_cache else None

    def choose(opened: Opened, folder: SessionFolder, graph: WorkerGraph) -> Collection[str]:
        todo = to_resume(folder.state, graph)
        selection = _selection(opened, folder, graph, select, exclude)
        return todo if selection is None else _narrowed(folder, graph, todo, selection)

    return _go_on(
        session,
        repo,
        chosen,
        choose,
        accept_drift=accept_drift,
        as_json=as_json,
        quiet=quiet,
    )


@click.command(
    "retry",
    short_help="Run again what failed in a session, and what depends on it.",
    epilog=options.example("hivemind retry last", "hivemind retry last --select status:failed+"),
)
@options.session_argument
@click.option(
    "--worker",
    "workers",
    metavar="NAME",
    multiple=True,
    shell_complete=options.worker_complete,
    help="Run this worker again and what depends on it, whatever became of it. Repeatable.",
)
@options.select_option
@options.exclude_option
@_drift_option
@_parallel_option
@options.timeout_option
@options.budget_options
@options.no_cache_option
@options.repo_option
@options.root_option
@options.json_option
@_quiet_option
@options.everywhere
def retry(
    session: str,
    workers: tuple[str, ...],
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    accept_drift: bool,
    max_parallel: int | None,
    timeout: float | None,
    no_cache: bool,
    repo: Path | None,
    sessions_root: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run again what failed, was blocked or stayed unverified in SESSION, and what depends on it.  [default: last]"""
    from hivemind.resumption import to_retry

    chosen: dict[str, Any] = {
        "max_parallel": max_parallel,
        "timeout_s": timeout,
        "sessions_root": sessions_root,
        **options.budget(),
    }
    chosen["cache"] = False if no_cache else None

    def choose(opened: Opened, folder: SessionFolder, graph: WorkerGraph) -> Collection[str]:
        named = {_named(graph, name) for name in workers}
        selection = _selection(opened, folder, graph, select, exclude)
        if selection is None:
            return to_retry(folder.state, graph, sorted(named) if workers else None)
        if select:
            named |= selection.nodes
        todo = to_retry(folder.state, graph, sorted(named) if named else None)
        return _narrowed(folder, graph, todo, selection, among=todo - selection.excluded)

    anew = bool(workers or select)
    return _go_on(
        session, repo, chosen, choose, anew=anew, retry=True, accept_drift=accept_drift, as_json=as_json, quiet=quiet
    )


def _selection(
    opened: Opened, folder: SessionFolder, graph: WorkerGraph, select: Sequence[str], exclude: Sequence[str]
) -> Selection | None:
    """What of the session was selected; None for all."""
    if not select and not exclude:
        return None
    from hivemind.cli.graph_source import changed_since, choose
    from hivemind.selection import Universe

    statuses = {name: str(worker.status) for name, worker in folder.state.workers.items()}
    return choose(Universe(graph, statuses, lambda: changed_since(opened, folder.path)), select, exclude)


def _narrowed(
    folder: SessionFolder,
    graph: WorkerGraph,
    todo: Collection[str],
    selection: Selection,
    among: Collection[str] | None = None,
) -> Collection[str]:
    from hivemind.narrowing import narrow

    chosen = selection.nodes if among is None else among
    return narrow(folder.state, graph, todo, chosen, selection.excluded)


def _named(graph: WorkerGraph, name: str) -> str:
    """A worker of the session by its name or its role.

    Raises:
        UnknownWorkerError: The session has none.
    """
    from hivemind.errors import UnknownWorkerError, did_you_mean

    found = [one for one, entry in graph.entries.items() if name in (one, entry.spec.role)]
    if not found:
        known = [*graph.entries, *(entry.spec.role for entry in graph.entries.values())]
        hint = did_you_mean(name, known) or f"it has {', '.join(sorted(graph.entries))}"
        raise UnknownWorkerError(f"the session has no worker {name!r}", hint)
    return found[0]


def _go_on(
    session: str,
    repo: Path | None,
    chosen: dict[str, Any],
    choose: Choice,
    *,
    anew: bool = False,
    retry: bool = False,
    accept_drift: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    from hivemind.cli.opening import open_all
    from hivemind.cli.run import announce, finish
    from hivemind.recovery import unsettled
    from hivemind.session.condition import heed_snapshot
    from hivemind.session.listing import current_snapshot

    opened = open_all(repo, chosen)
    folder = _open(opened, session)
    _refuse_running(folder)
    if (trouble := heed_snapshot(folder)) is not None:
        warn(trouble)
    lost = _follow(opened, folder, named=repo is not None)
    plan, graph = _plan(opened, folder, accept_drift=accept_drift)
    todo = choose(opened, folder, graph)
    if not todo and not unsettled(folder):
        if current_snapshot(folder.path) is None:  # damaged, or behind a journal that is complete
            folder.write_snapshot()
        return _nothing(folder, plan, retry=retry, as_json=as_json)
    if todo and lost is not None:
        raise lost
    _check_models(opened, folder, plan, todo)
    if not quiet:
        announce(opened.manager, folder, plan)
        workers = sorted(name for name in todo if name in graph.entries)
        more = f" and {len(workers) - 8} more" if len(workers) > 8 else ""
        tell(f"{len(workers)} of {len(plan.workers)} workers to run: {', '.join(workers[:8]) or 'none'}{more}")
    fresh = todo if anew else ()
    return finish(opened, folder, plan, graph, todo, fresh=fresh, quiet=quiet, as_json=as_json)


def _open(opened: Opened, session: str) -> SessionFolder:
    from hivemind.session.folder import SessionFolder
    from hivemind.session.listing import find_session

    return SessionFolder.open(find_session(opened.configuration.sessions_root, session))


def _follow(opened: Opened, folder: SessionFolder, *, named: bool) -> SessionError | None:
    """Go on where the repository is now, if it was moved together with its session, or was named.

    Returns:
        What to raise before anything runs, where nobody knows where it is.
    """
    from hivemind.errors import SessionError

    before, now = Path(folder.task.repo), opened.configuration.repo.resolve()
    if before.is_dir():
        return None
    root = opened.configuration.sessions_root.resolve()
    together = folder.path.resolve().parent == root and root.is_relative_to(now)
    if not named and not together:
        return SessionError(
            f"the repository of session {folder.id!r} is not there any more: {before}",
            "name the folder that it is in now with --repo",
        )
    tell(f"the repository is not at {before} any more: going on in {now}")
    folder.move(now)
    return None


def _refuse_running(folder: SessionFolder) -> None:
    """Raise with who holds the session, before anything else is said of it."""
    running = [name for name, worker in folder.state.workers.items() if worker.status == "running"]
    for lock in (folder.lock, *(folder.worker_lock(name) for name in running)):
        if lock.held():
            lock.acquire()
            lock.release()


def _plan(opened: Opened, folder: SessionFolder, *, accept_drift: bool) -> tuple[Plan, WorkerGraph]:
    from hivemind.drift import settle
    from hivemind.errors import SessionError

    plan = folder.state.plan
    if plan is None:
        raise SessionError(
            f"session {folder.id!r} was cut off before its workers were chosen",
            "start it again with 'hivemind run', or run single workers with 'hivemind workers run'",
        )
    plan, graph, differs = settle(opened.manager, opened.registry, opened.configuration, plan, accept=accept_drift)
    for difference in differs:
        tell(f"accepted: {difference}")
    return plan, graph


def _check_models(opened: Opened, folder: SessionFolder, plan: Plan, todo: Collection[str]) -> None:
    from hivemind.models import EMBEDDED

    names = dict.fromkeys(one.model for one in plan.workers if one.spec.name in todo and one.model != EMBEDDED)
    if names:
        from hivemind.model_access import check_model

        for name in names:
            check_model(name, opened.manager, opened.configuration.settings)
        from hivemind.budget_settings import refuse_unpriced, with_budget

        refuse_unpriced(names, with_budget(opened.configuration, folder.state))


def _nothing(folder: SessionFolder, plan: Plan, *, retry: bool, as_json: bool) -> int:
    """Say that all has ended already; the exit code is the session's."""
    from hivemind.errors import ExitCode

    status = folder.effective_status()
    failed = any(worker.status in ("failed", "blocked", "unverified") for worker in folder.state.workers.values())
    line = f"nothing to do: all workers of {folder.id} have ended"
    if failed:
        line += f"; run what failed again with 'hivemind retry {folder.id}'"
    elif retry:
        line += ", and none went wrong; name one with --worker to run it again all the same"
    tell(line)
    if as_json:
        from hivemind.cli.documents import run_document
        from hivemind.cli.output import emit

        emit(run_document(folder, [planned.spec.name for planned in plan.workers], status))
    else:
        from hivemind.cli.closing import near

        say(f"session: {near(folder.path)}")
    return int(ExitCode.WORKER if failed else ExitCode.DONE)
