"""Runs one worker in an existing session: load the context, start-up protocol, execute, log, update the state."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hivemind.budget_settings import refuse_unpriced, with_budget
from hivemind.config import Configuration
from hivemind.errors import SessionUnwritableError
from hivemind.events import WorkerFinishedDetails, WorkerStarted, WorkerStartedDetails
from hivemind.execution import Execution, WorkerResult, ended
from hivemind.listeners import Listeners
from hivemind.model_names import canonical, resolve_model
from hivemind.models import EMBEDDED, PlannedWorker, Task
from hivemind.plugins import PluginManager
from hivemind.publication import Publication
from hivemind.registry import Registry, WorkerEntry
from hivemind.repository_tools import check_limits
from hivemind.resumption import goes_on
from hivemind.reuse import Reuse
from hivemind.session.folder import SessionFolder
from hivemind.session.worker_stop import WorkerStop, own_lock

STOP_S = 3.0
"""How long a worker that was cancelled may take to end; one that will not is left behind."""
WATCH_S = 0.25
"""How often a worker's run looks whether another process asks it to stop."""


@dataclass(frozen=True)
class SingleRun:
    """What to run: a worker, where, and on what."""

    worker: str
    session: Path
    task: str | None = None
    """None: the session's own task."""
    models: Mapping[str, str] | None = None


def start_up(
    manager: PluginManager, registry: Registry, configuration: Configuration, request: SingleRun
) -> tuple[SessionFolder, PlannedWorker]:
    """The start-up protocol: the session exists and is readable, the worker is known, its model is resolved, the
    folder can be written. Each failure is its own error.

    Raises:
        SessionNotFoundError: There is no such session, or it can't be read.
        UnknownWorkerError: The worker is not installed.
        ModelError: The model's name does not hold.
        SessionUnwritableError: The folder can't be written.
    """
    from hivemind.planning import add_files

    session = SessionFolder.open(request.session)
    entry: WorkerEntry = registry.get(add_files(registry, [request.worker])[0])
    check_limits(entry.spec, alone=entry.plugin == "files")
    model = resolve_model(entry.spec, configuration, request.models or {})
    name = model.name if model.name == EMBEDDED else canonical(model.name)
    if name != EMBEDDED:
        from hivemind.model_access import check_model

        check_model(name, manager, configuration.settings)
        refuse_unpriced([name], with_budget(configuration, session.state))
    _check_writable(session)
    planned = PlannedWorker(
        spec=entry.spec,
        plugin=entry.plugin,
        source=entry.source,
        model=name,
        model_origin=model.origin,
        reason="run by itself",
    )
    return session, planned


def _check_writable(session: SessionFolder) -> None:
    # Of its own name: runs side by side check at the same time.
    probe = session.path / f".write-check-{secrets.token_hex(8)}"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise SessionUnwritableError(
            f"can't write in session {session.id!r}: {error.strerror or error}",
            f"check the permissions of {session.path}",
        ) from error


async def run_single(
    manager: PluginManager,
    configuration: Configuration,
    session: SessionFolder,
    planned: PlannedWorker,
    task: str | None,
) -> WorkerResult:
    """Run the worker and write what follows from it; other workers' runs may share the session meanwhile.

    Raises:
        SessionLockedError: This worker, or the whole session, is being run by another process.
        SessionError: The session can't be written.
    """
    name = planned.spec.name
    _refuse_owned(session)
    lock, stop = own_lock(session, planned.spec)
    since = time.time()
    lock.acquire()
    stop.forget(before=since)
    with session.journal.locked():
        session.journal.catch_up()  # how the worker stands is what the process said that had the lock before
    resume = goes_on(session.state, name)
    own_task = session.state.task
    settings = with_budget(configuration, session.state)
    listeners = Listeners(manager, session)
    reuse = Reuse(manager, configuration.settings, session)
    listeners.start()
    try:
        details = WorkerStartedDetails(
            model=planned.model, model_origin=planned.model_origin, role=planned.spec.role, resumed=resume
        )
        await session.record(WorkerStarted(agent=name, details=details))
        _write_snapshot(session)
        if task is not None:
            session.state.task = Task(text=session.redactor.text(task), repo=session.task.repo, session_id=session.id)
        execution = Execution(manager, session, planned, settings, resume=resume, reuse=reuse)
        try:
            result = await _until_stopped(session, execution, stop, settings.stop_grace_s)
        finally:
            session.state.task = own_task  # the session is about what it was about
        if result.fatal is not None:
            raise result.fatal
        await session.record(result.event)
        publication = Publication(manager, session, reuse)
        publication.follow(result, planned)
        await publication.settle()
        await listeners.drain()
        await asyncio.to_thread(_write_snapshot, session, report=True)
        return result
    finally:
        await listeners.stop()
        stop.forget()
        lock.release()
        reuse.close()
        session.close()


async def _until_stopped(
    session: SessionFolder, execution: Execution, stop: WorkerStop, grace_s: float
) -> WorkerResult:
    """Run to the end, or until this process or another is told to stop: the worker then gets a bounded time to come to
    its next step, and a result that it comes to in that time is kept.

    Raises:
        asyncio.CancelledError: It was stopped; that is recorded.
    """
    running = asyncio.create_task(execution.run())
    watch = asyncio.create_task(_asked(stop))
    reason = "stopped by the user"
    try:
        done, _ = await asyncio.wait({running, watch}, return_when=asyncio.FIRST_COMPLETED)
        asked = running not in done
        if asked:
            reason = "stopped by 'hivemind cancel'"
    except asyncio.CancelledError:
        asked = True
    finally:
        watch.cancel()
    if asked:
        session.stopping = True
        await asyncio.wait({running}, timeout=grace_s)
        running.cancel()
        await asyncio.wait({running}, timeout=STOP_S)
    if running.done() and not running.cancelled():
        return running.result()
    details = WorkerFinishedDetails(
        status="cancelled",
        duration_s=round(time.monotonic() - execution.started, 6),
        usage=execution.usage,
        exchanges=execution.runtime.counted,
        model=execution.planned.model,
        error=reason,
        error_type="CancelledSessionError",
    )
    await session.record(ended(execution.planned.spec.name, "cancelled", details))
    await asyncio.to_thread(_write_snapshot, session, report=True)
    raise asyncio.CancelledError


async def _asked(stop: WorkerStop) -> None:
    while not stop.asked():  # noqa: ASYNC110  (a file of another process)
        await asyncio.sleep(WATCH_S)


def _refuse_owned(session: SessionFolder) -> None:
    if session.lock.held():
        session.lock.acquire()  # raises with who holds it
        session.lock.release()


def _write_snapshot(session: SessionFolder, *, report: bool = False) -> None:
    """Write SESSION.json, and the report, from the journal as it is now, under the journal's lock: runs side by side do
    not undo each other's snapshot."""
    with session.journal.locked():
        session.journal.catch_up()
        session.write_snapshot()
        if report:
            from hivemind.report import write_report

            write_report(session)
