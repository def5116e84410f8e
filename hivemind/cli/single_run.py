"""One worker by itself, from the command's words to what is said of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hivemind.cli.closing import larger_budget, near
from hivemind.cli.documents import WorkerRun, WorkerRunDocument
from hivemind.cli.figures import cost, seconds, tokens
from hivemind.cli.interrupt import run_until_stopped, tell_stopping
from hivemind.cli.opening import configure, open_plugins, open_workers, tell_tracebacks
from hivemind.cli.options import budget
from hivemind.cli.output import one_line, tell, warn
from hivemind.cli.progress import choose, shown
from hivemind.cli.run import check_model_text
from hivemind.cli.task import read_task
from hivemind.config import Configuration
from hivemind.errors import ExitCode, SessionError
from hivemind.models import SUCCEEDED, PlannedWorker
from hivemind.plugins import PluginManager
from hivemind.session.folder import SessionFolder
from hivemind.session.listing import find_session
from hivemind.single import SingleRun, run_single, start_up


@dataclass(frozen=True)
class SingleOptions:
    """The words of the command."""

    worker: str
    session: str
    task: str | None
    model: str | None
    timeout_s: float | None
    repo: Path | None
    sessions_root: Path | None
    as_json: bool
    quiet: bool
    no_cache: bool = False


@dataclass(frozen=True)
class Outcome:
    """What is said in the end."""

    exit_code: int
    lines: list[str]
    document: WorkerRunDocument


def run_single_worker(chosen: SingleOptions) -> Outcome:
    """Find the session, go through the start-up protocol, run the worker.

    Raises:
        HivemindError: A step of the start-up protocol failed, or the session can't be written.
    """
    task = None if chosen.task is None else read_task(chosen.task)
    options: dict[str, Any] = {
        "model": check_model_text(chosen.model, "--model"),
        "timeout_s": chosen.timeout_s,
        "sessions_root": chosen.sessions_root,
        **budget(),
        "cache": False if chosen.no_cache else None,
    }
    here = configure(chosen.repo, options)
    path = find_session(here.sessions_root, chosen.session)
    configuration = _of_session(path, chosen.repo, here, options)
    manager = open_plugins(configuration)
    registry = open_workers(configuration, manager)
    for problem in registry.told():
        warn(problem)
    tell_tracebacks(manager)
    request = SingleRun(chosen.worker, path, task)
    session, planned = start_up(manager, registry, configuration, request)
    if not chosen.quiet:
        tell(f"session {session.id}: {planned.spec.name} with {planned.model} ({planned.model_origin})")
    _run(manager, configuration, session, planned, task, quiet=chosen.quiet)
    return _outcome(session, planned)


def _of_session(path: Path, chosen: Path | None, here: Configuration, options: dict[str, Any]) -> Configuration:
    """Read the settings of the repository that the session is about, which may be another than where the user is."""
    if chosen is not None:
        return here
    task = SessionFolder.open(path).task
    repo = Path(task.repo)
    if repo == here.repo:
        return here
    if not repo.is_dir():
        raise SessionError(
            f"the repository of session {path.name!r} is gone: {repo}", "say where it is now with --repo"
        )
    return configure(repo, options)


def _run(
    manager: PluginManager,
    configuration: Configuration,
    session: SessionFolder,
    planned: PlannedWorker,
    task: str | None,
    *,
    quiet: bool,
) -> None:
    progress = choose({planned.spec.name: planned.model}, quiet=quiet)

    def stopping() -> None:
        progress.stop()
        tell_stopping(configuration.settings.stop_grace_s)

    with shown(session, progress):
        try:
            then = "; go on with the same command"
            run_until_stopped(run_single(manager, configuration, session, planned, task), stopping, then)
        except asyncio.CancelledError:
            return


def _outcome(session: SessionFolder, planned: PlannedWorker) -> Outcome:
    name = planned.spec.name
    worker = session.snapshot().workers[name]
    document = WorkerRunDocument(session_id=session.id, path=str(session.path), worker=WorkerRun.of(worker))
    parts = [seconds(worker.duration_s)]
    if worker.usage.requests:
        parts += [tokens(worker.usage), cost(worker.usage)]
    lines = [f"{name} {worker.status}: {', '.join(parts)}"]
    if worker.error:
        lines.append(f"  {one_line(worker.error)}")
    if worker.hint:
        lines.append(f"  hint: {one_line(worker.hint)}")
    notes = session.layout.notes(session.slug(name))
    if worker.status in SUCCEEDED or worker.status == "unverified":
        lines.append(f"notes:   {near(notes)}")
    lines.append(f"session: {near(session.path)}")
    code = ExitCode.DONE if worker.status in SUCCEEDED else ExitCode.WORKER
    if worker.status == "cancelled":
        paused = session.state.workers[name].last.error_type == "BudgetReachedError"
        code = ExitCode.PAUSED if paused else ExitCode.INTERRUPTED
        lines.append(f"go on with the same command{f' and{larger_budget(worker.hint)}' if paused else ''}")
    return Outcome(int(code), lines, document)
