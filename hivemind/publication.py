"""Writes what follows from a finished worker, and lets plugins publish it. Nothing here can lose an output."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from hivemind.errors import HivemindError, PluginError
from hivemind.events import Event, Published, PublishedDetails, Trouble, TroubleDetails
from hivemind.execution import WorkerResult
from hivemind.models import SUCCEEDED, Artifact, PlannedWorker, WorkerOutput, WorkerSpec
from hivemind.plugins import PluginManager
from hivemind.projections import write_files
from hivemind.reuse import Reuse
from hivemind.session.folder import SessionFolder
from hivemind.stale_files import remove_stale
from hivemind.verification.claims import artifact_problems

HOOK = "hivemind_publish"
TIMEOUT_S = 60.0


class Publication:
    """The writing and publishing of one session, beside its workers."""

    def __init__(self, manager: PluginManager, session: SessionFolder, reuse: Reuse | None = None) -> None:
        self._manager = manager
        self._session = session
        self._reuse = reuse
        self._tasks: set[asyncio.Task[None]] = set()
        self._queue: list[tuple[WorkerResult, PlannedWorker | None]] = []
        self._writer: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None
        self.listens = manager.implements(HOOK)
        """Whether any plugin publishes."""

    def follow(self, result: WorkerResult, planned: PlannedWorker | None) -> None:
        """Write a finished worker's files and publish its output, in the background."""
        if not result.files:
            return
        self._queue.append((result, planned))
        if self._writer is None:
            self._writer = self._start(self._write())

    def begin(self, worker: WorkerSpec, output: WorkerOutput) -> None:
        """Publish an output whose files are there already, in the background."""
        if self.listens:
            self._start(self.publish(worker, output))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Keep the first failure until somebody settles; a session that ends otherwise has told of its own."""
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failure = self._failure or failure

    async def _write(self) -> None:
        """Write what is queued, all that is ready in one go: a thread for each file would cost more than the file."""
        try:
            while self._queue:
                batch, self._queue = self._queue, []
                problems = await asyncio.to_thread(self._write_batch, batch)
                for (result, planned), problem in zip(batch, problems, strict=True):
                    if problem is not None:
                        await self._trouble("projection_failed", result.name, problem)
                    if planned is None or result.output is None or result.status not in SUCCEEDED or not self.listens:
                        continue
                    self._start(self.publish(planned.spec, result.output))
        finally:
            self._writer = None

    def _write_batch(self, batch: Sequence[tuple[WorkerResult, PlannedWorker | None]]) -> list[str | None]:
        problems: list[str | None] = []
        for result, _ in batch:
            try:
                write_files(self._session, result.files)
                remove_stale(self._session, (result.name,))
            except HivemindError as error:
                problems.append(error.message)
            else:
                problems.append(None)
        if self._reuse is not None:
            self._reuse.keep(batch)
        return problems

    async def publish(self, worker: WorkerSpec, output: WorkerOutput) -> None:
        """Let plugins publish one output; a failure is recorded and can be tried again."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                results = await self._manager.collect(HOOK, worker=worker, output=output, session=self._session)
            artifacts: list[Artifact] = []
            for plugin, published in results:
                for artifact in published:
                    if not isinstance(artifact, Artifact):
                        raise PluginError(plugin, HOOK, f"gave {type(artifact).__name__}, not an Artifact")
                    artifacts.append(artifact)
                wrong = await asyncio.to_thread(artifact_problems, published, self._session.path)
                if wrong:
                    raise PluginError(plugin, HOOK, f"published what is not there as stated: {'; '.join(wrong[:5])}")
        except TimeoutError:
            await self._trouble("publish_failed", worker.name, f"{HOOK} took longer than {TIMEOUT_S:g} s")
        except PluginError as error:
            await self._trouble("publish_failed", worker.name, error.message, error.plugin)
        except TypeError as error:
            await self._trouble("publish_failed", worker.name, f"{HOOK} gave no list of artifacts: {error}")
        else:
            event: Event = Published(agent=worker.name, details=PublishedDetails(artifacts=tuple(artifacts)))
            await self._session.record(event)
            await self._look_after(worker.name)

    async def _look_after(self, worker: str) -> None:
        """Say if a plugin's publishing changed the files that the worker's own output made."""
        own = self._session.state.worker(worker).last.artifacts
        wrong = await asyncio.to_thread(artifact_problems, own, self._session.path)
        if wrong:
            await self._trouble("projection_failed", worker, f"changed by publishing: {'; '.join(wrong[:5])}")

    async def _trouble(self, kind: str, worker: str, error: str, plugin: str = "") -> None:
        details = TroubleDetails(error=error, plugin=plugin)
        await self._session.record(Trouble.model_validate({"type": kind, "agent": worker, "details": details}))

    async def settle(self) -> None:
        """Wait for everything that is under way.

        Raises:
            SessionError: The journal can't be written.
        """
        while self._tasks:
            await asyncio.wait(self._tasks)
            await asyncio.sleep(0)  # what follows from an end is done before its waiter goes on
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
