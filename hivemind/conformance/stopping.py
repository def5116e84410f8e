"""Rules of the end: a worker that is cancelled ends, and one that takes too long is cancelled."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hivemind.conformance.bench import Bench
from hivemind.conformance.hive import Hive, small_hive_of
from hivemind.conformance.sessions import configuration_of, new_session, plan_of, run
from hivemind.conformance.verdict import Verdict, judge, skipped
from hivemind.conformance.workers import NO_WORKER

if TYPE_CHECKING:
    from hivemind.execution import Execution
    from hivemind.models import PlannedWorker, WorkerSpec
    from hivemind.session.folder import SessionFolder

GRACE_S = 2.0
"""How long a worker may take to end once it is cancelled."""
LIMIT_S = 0.4
"""The time that a worker is given where it is to run out of it."""


def cancellation(bench: Bench) -> Verdict:
    """A worker that runs and is cancelled ends soon, as cancelled."""
    return _tried(bench, _cancelled)


def timeout(bench: Bench) -> Verdict:
    """A worker that takes longer than its timeout_s ends then, as timed out."""
    return _tried(bench, _timed_out)


def _tried(bench: Bench, trial: Any) -> Verdict:
    hive = small_hive_of(bench)
    workers = [spec for spec in hive.workers() if spec.name in hive.registry.workers]
    if not workers:
        return skipped(NO_WORKER)
    from hivemind.conformance.models_of_checks import refuse_real_requests

    refuse_real_requests()
    problems: list[str] = []
    told: list[str] = []
    session = new_session(bench)
    for spec in workers:
        for model in _models(hive, spec):
            planned = plan_of(bench, hive, [spec.name], model, session.task)[0].worker(spec.name)
            how = "with the embedded model" if model == "embedded" else "while it waits for a model"
            for problem, said in run(trial(bench, hive, session, planned)):
                if problem:
                    problems.append(f"worker {spec.name!r} {how} {problem}")
                elif said:
                    told.append(f"{spec.name} {said}")
    return judge(problems, "; ".join(dict.fromkeys(told)))


def _models(hive: Hive, spec: WorkerSpec) -> Iterator[str]:
    from hivemind.conformance.models_of_checks import SILENT

    own = {entry.plugin for name, entry in hive.registry.workers.items() if name == spec.name}
    if spec.rules is not None or any(plugin in own for plugin, _ in hive.implementations("hivemind_execute")):
        yield "embedded"
    yield SILENT


def _execution(bench: Bench, hive: Hive, session: SessionFolder, planned: PlannedWorker) -> Execution:
    from hivemind.execution import Execution

    return Execution(hive.manager, session, planned, configuration_of(bench).settings)


async def _cancelled(
    bench: Bench, hive: Hive, session: SessionFolder, planned: PlannedWorker
) -> Sequence[tuple[str, str]]:
    """Cancel at the first step of the plugin's own work, and again once it is under way."""
    found = [await _cancel_work(bench, hive, session, planned)]
    task = asyncio.ensure_future(_execution(bench, hive, session, planned).run())
    found.append(await _cancel(task, LIMIT_S))
    return found


async def _cancel_work(bench: Bench, hive: Hive, session: SessionFolder, planned: PlannedWorker) -> tuple[str, str]:
    """Cancel what hivemind_execute gave, at the first point where it waits for something."""
    from hivemind.context import load_context
    from hivemind.errors import HivemindError

    execution = _execution(bench, hive, session, planned)
    spec, task = planned.spec, session.task
    try:
        context = await load_context(hive.manager, session, spec, task, execution.settings.context_tokens)
        execution.runtime.context = context
        given = hive.manager.first(
            "hivemind_execute", worker=spec, task=task, context=context, runtime=execution.runtime
        )
    except HivemindError as error:
        return "", f"can't be tried: {error.message}"
    if given is None or not inspect.isawaitable(given[1]):
        return "", "is executed by nobody"
    work = asyncio.ensure_future(given[1])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return await _cancel(work, 0.0)


async def _cancel(task: asyncio.Future[Any], after_s: float) -> tuple[str, str]:
    """Cancel a task; returns what is wrong with how it ended, or what became of it."""
    if after_s:
        await asyncio.wait({task}, timeout=after_s)
    if task.done():
        _outcome(task)
        return "", "ends before it can be cancelled"
    task.cancel()
    began = time.monotonic()
    await asyncio.wait({task}, timeout=GRACE_S)
    took = time.monotonic() - began
    if not task.done():
        return f"has not ended {GRACE_S:g} s after it was cancelled", ""
    if took > GRACE_S + 1:
        return f"held everything up for {took:.1f} s after it was cancelled", ""
    said = _outcome(task)
    return (f"swallows its cancellation: {said}", "") if said else ("", "ends as cancelled")


def _outcome(task: asyncio.Future[Any]) -> str:
    """How a task ended that was not cancelled; '' where it was."""
    if task.cancelled():
        return ""
    error = task.exception()
    if error is not None:
        return f"it raises {type(error).__name__} instead"
    result = task.result()
    status = getattr(result, "status", None)
    return f"it ends as {status}" if status else f"it gives {type(result).__name__}"


async def _timed_out(
    bench: Bench, hive: Hive, session: SessionFolder, planned: PlannedWorker
) -> Sequence[tuple[str, str]]:
    """Give it little time; a worker that is done in it is fine too. One that is done just after it, on a busy machine,
    is given more: who ignores the end of his time ignores that too."""
    for limit_s in (LIMIT_S, 3 * LIMIT_S):
        problem, said, sure = await _one_timeout(_shortened(bench, hive, session, planned, limit_s), limit_s)
        if sure:
            break
    return [(problem, said)]


def _shortened(bench: Bench, hive: Hive, session: SessionFolder, planned: PlannedWorker, limit_s: float) -> Execution:
    spec = planned.spec.model_copy(update={"timeout_s": limit_s, "retries": 0})
    return _execution(bench, hive, session, planned.model_copy(update={"spec": spec}))


async def _one_timeout(execution: Execution, limit_s: float) -> tuple[str, str, bool]:
    """Run a worker into its timeout; returns what is wrong, what became of it, and whether that is sure."""
    task = asyncio.ensure_future(execution.run())
    began = time.monotonic()
    await asyncio.wait({task}, timeout=limit_s + GRACE_S)
    took = time.monotonic() - began
    if not task.done():
        return f"has not ended {took:.1f} s after its start, with a timeout_s of {limit_s:g}", "", True
    if took > limit_s + GRACE_S + 1:
        return f"took {took:.1f} s with a timeout_s of {limit_s:g}: it blocks the event loop", "", True
    if task.cancelled() or task.exception() is not None:
        return f"ends the session when its time is up: {_outcome(task) or 'it is cancelled'}", "", True
    from hivemind.events import WorkerFinishedDetails

    result = task.result()
    details = result.event.details
    assert isinstance(details, WorkerFinishedDetails)
    if details.error_type == "WorkerTimeoutError":
        return "", f"ends after {took:.1f} s", True
    if took < limit_s:
        return "", "ends before its time is up", True
    why = details.error or "it gives its output all the same"
    return f"does not end as timed out: it is {result.status} after {took:.1f} s ({why})", "", False
