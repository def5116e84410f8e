"""Makes again what follows from the journal: notes, JSON, generated files, publications that were not finished."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from hivemind.alignment import typed_output
from hivemind.errors import HivemindError
from hivemind.events import Trouble, TroubleDetails
from hivemind.models import SUCCEEDED, PlannedWorker
from hivemind.projections import project, write_files
from hivemind.publication import Publication
from hivemind.session.files import sweep
from hivemind.session.folder import SessionFolder
from hivemind.session.state import WorkerState
from hivemind.stale_files import remove_stale

_FIRST_TURN_S = 0.05
"""What workers that begin get the processor to themselves, before the files of earlier ones are looked at."""


def incomplete(
    session: SessionFolder, *, missing: bool = False, among: Collection[str] | None = None
) -> Iterator[WorkerState]:
    """Workers whose files are missing or are not what the journal says.

    Args:
        missing: Only those of which a file is not there at all.
        among: Only these workers; None for all.
    """
    names = list(session.state.workers) if among is None else among
    for worker in (session.state.workers[name] for name in names):
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
    session: SessionFolder, planned: Mapping[str, PlannedWorker], among: Collection[str] | None = None
) -> tuple[list[str], list[str]]:
    """Write the files again that a worker's journalled output makes.

    Args:
        session: The session.
        planned: Its workers, by name.
        among: Only the files of these workers; None for all.

    Returns:
        The workers whose files were written, and a sentence for each whose files can't be made.
    """
    written: list[str] = []
    problems: list[str] = []
    for worker in list(incomplete(session, among=among)):
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
    plan = session.state.plan
    planned = {**others, **({one.spec.name: one for one in plan.workers} if plan is not None else {})}
    written, problems = rebuild(session, planned)
    problems += [
        f"the files of {worker.name!r} are made again and are not as they were: its plugin is another now"
        for worker in incomplete(session)
        if worker.name in written
    ]
    write_report(session)
    session.write_snapshot()
    return written, problems


class Restoration:
    """On resume: writes files that are missing again, and publishes again what was not published.

    All of it follows from the journal, so new workers need not wait for it: what they are given comes from the journal.
    Only what this session may change itself (a worker that runs again, a side of a check, which may be revised) is put
    right before that can happen. The session does not end before the rest is.

    Args:
        session: The session.
        planned: The workers of its plan, by name.
        publication: Publishes again what was not published.
        todo: The workers that run again.
        sides: The workers whose result a check of this session may have revised.
    """

    def __init__(
        self,
        session: SessionFolder,
        planned: Mapping[str, PlannedWorker],
        publication: Publication,
        todo: Collection[str],
        sides: Collection[str],
    ) -> None:
        self._session = session
        self._planned = planned
        self._publication = publication
        self._todo = todo
        self._changing = {*todo, *sides}
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    async def begin(self) -> None:
        """Put right what must be before a worker begins."""
        await self._restore([name for name in self._session.state.workers if name in self._changing])

    def go_on(self) -> None:
        """Put the rest right while workers run."""
        if self._task is None and not self._stopped:
            self._task = asyncio.create_task(self._later())

    async def _later(self) -> None:
        await asyncio.sleep(_FIRST_TURN_S)
        if not self._stopped:
            await asyncio.to_thread(sweep, self._session.path)
            await self._restore([name for name in self._session.state.workers if name not in self._changing])

    async def end(self) -> None:
        """Wait until all is as it must be.

        Raises:
            SessionUnwritableError: The journal can't be written.
        """
        self.go_on()
        if self._task is not None:
            await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Leave the rest to the next resume; what is being written is written to its end."""
        self._stopped = True
        if self._task is not None:
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.exception()  # the session ends by another failure, or says of its own what can't be written

    async def _restore(self, names: Sequence[str]) -> None:
        problems = await asyncio.to_thread(self._write, names) if names else []
        if problems:
            await self._session.record(
                *(Trouble(type="projection_failed", details=TroubleDetails(error=problem)) for problem in problems)
            )
        for name in names if self._publication.listens else ():
            worker = self._session.state.worker(name)
            again = worker.status in SUCCEEDED and not worker.published and name not in self._todo
            if again and name in self._planned and not self._stopped:
                await self._publish(self._planned[name])

    def _write(self, names: Sequence[str]) -> list[str]:
        problems: list[str] = []
        for name in names:
            if self._stopped:
                break
            remove_stale(self._session, (name,))
            problems += rebuild(self._session, self._planned, (name,))[1]
        return problems

    async def _publish(self, planned: PlannedWorker) -> None:
        name = planned.spec.name
        try:
            output = typed_output(self._session, name)
        except (HivemindError, OSError, ValueError) as error:
            await self._session.record(
                Trouble(type="publish_failed", agent=name, details=TroubleDetails(error=str(error)))
            )
            return
        if output is not None:
            self._publication.begin(planned.spec, output)
