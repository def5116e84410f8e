"""Makes again what follows from the journal: notes, JSON, generated files, publications that were not finished."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping

from hivemind.alignment import typed_output
from hivemind.errors import HivemindError
from hivemind.events import Event, Trouble, TroubleDetails
from hivemind.models import SUCCEEDED, Plan, PlannedWorker
from hivemind.projections import project, write_files
from hivemind.publication import Publication
from hivemind.session.files import sweep
from hivemind.session.folder import SessionFolder
from hivemind.session.state import WorkerState
from hivemind.stale_files import remove_stale


def incomplete(session: SessionFolder, *, missing: bool = False) -> Iterator[WorkerState]:
    """Workers whose files are missing or are not what the journal says.

    Args:
        missing: Only those of which a file is not there at all.
    """
    for worker in session.state.workers.values():
        if worker.status in SUCCEEDED or worker.status == "unverified":
            for artifact in worker.last.artifacts:
                path = session.path / artifact.path
                if missing and path.is_file():
                    continue
                try:
                    same = hashlib.sha256(path.read_bytes()).hexdigest() == artifact.sha256
                except OSError:
                    same = False
                if not same:
                    yield worker
                    break


def unsettled(session: SessionFolder) -> bool:
    """Whether a session whose workers have all ended is not at its end: killed in its last steps, or files are missing
    or not published."""
    state = session.state
    if state.owned or state.status in ("paused", "cancelled") or not session.layout.report.is_file():
        return True
    done = [worker for worker in state.workers.values() if worker.status in SUCCEEDED and worker.role != "check"]
    published = any(worker.published for worker in done)
    return (published and any(not worker.published for worker in done)) or any(
        True for _ in incomplete(session, missing=True)
    )


def rebuild(
    session: SessionFolder, plan: Plan | None, others: Mapping[str, PlannedWorker] | None = None
) -> tuple[list[str], list[str]]:
    """Write the files again that a worker's journalled output makes.

    Args:
        session: The session.
        plan: Its plan.
        others: Workers that are in no plan, by name.

    Returns:
        The workers whose files were written, and a sentence for each whose files can't be made.
    """
    planned = {**(others or {}), **{one.spec.name: one for one in (plan.workers if plan is not None else ())}}
    written: list[str] = []
    problems: list[str] = []
    for worker in list(incomplete(session)):
        try:
            _rebuild_one(session, worker, planned.get(worker.name))
        except (HivemindError, OSError, ValueError) as error:
            problems.append(f"the files of {worker.name!r} can't be made again: {error}")
        else:
            written.append(worker.name)
    return written, problems


def _rebuild_one(session: SessionFolder, worker: WorkerState, planned: PlannedWorker | None) -> None:
    output = typed_output(session, worker.name)
    if output is None:
        raise ValueError("its output is not in the journal")
    if planned is None:
        from hivemind.projections import plain_files

        write_files(session, plain_files(session, worker, output))
    else:
        write_files(session, project(session, planned, output))


def mend(session: SessionFolder, others: Mapping[str, PlannedWorker]) -> tuple[list[str], list[str]]:
    """Make everything again that follows from the journal, for a session that nobody runs.

    Args:
        session: The session.
        others: Workers that are in no plan, by name.

    Returns:
        The workers whose files were written, and a sentence for each whose files can't be made as they were.
    """
    from hivemind.report import write_report

    sweep(session.path)
    remove_stale(session, list(session.state.workers))
    written, problems = rebuild(session, session.state.plan, others)
    problems += [
        f"the files of {worker.name!r} are made again and are not as they were: its plugin is another now"
        for worker in incomplete(session)
        if worker.name in written
    ]
    write_report(session)
    session.write_snapshot()
    return written, problems


async def restore(session: SessionFolder, plan: Plan, publication: Publication) -> None:
    """On resume: write files that are missing, and publish again what was not published."""
    await asyncio.to_thread(sweep, session.path)
    await asyncio.to_thread(remove_stale, session, list(session.state.workers))
    _, problems = await asyncio.to_thread(rebuild, session, plan)
    events: list[Event] = [
        Trouble(type="projection_failed", details=TroubleDetails(error=problem)) for problem in problems
    ]
    if events:
        await session.record(*events)
    for planned in plan.workers:
        worker = session.state.workers.get(planned.spec.name)
        if worker is None or worker.status not in SUCCEEDED or worker.published:
            continue
        try:
            output = typed_output(session, planned.spec.name)
        except (HivemindError, OSError, ValueError) as error:
            await session.record(
                Trouble(type="publish_failed", agent=planned.spec.name, details=TroubleDetails(error=str(error)))
            )
            continue
        if output is not None:
            publication.begin(planned.spec, output)
