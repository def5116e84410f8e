"""One session: plan, graph, engine, persist, publish."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence

from hivemind.config import Configuration
from hivemind.errors import HivemindError, SessionUnwritableError, WorkerError
from hivemind.events import Event, SessionFinished, SessionFinishedDetails, WorkerStarted, WorkerStartedDetails
from hivemind.execution import Execution, WorkerResult, blocked, ended
from hivemind.graph import WorkerGraph
from hivemind.listeners import Listeners
from hivemind.models import SUCCEEDED, Edge, Plan, PlannedWorker, SessionStatus, WorkerStatus
from hivemind.paths import check_repository
from hivemind.plugins import PluginManager
from hivemind.publication import Publication
from hivemind.registry import engine
from hivemind.session.folder import SessionFolder

CANCEL_GRACE_S = 5.0
_USABLE = SUCCEEDED


class Orchestrator:
    """Runs one session to its end. Implements `Work` for the engine.

    Args:
        manager: The plugins.
        configuration: Settings.
        session: The folder; its plan is recorded by `run`.
        plan: Who runs.
        graph: The plan's graph.
    """

    def __init__(
        self,
        manager: PluginManager,
        configuration: Configuration,
        session: SessionFolder,
        plan: Plan,
        graph: WorkerGraph,
    ) -> None:
        self.manager = manager
        self.settings = configuration.settings
        self.session = session
        self.plan = plan
        self.graph = graph
        self.max_parallel = self.settings.max_parallel
        self.planned: dict[str, PlannedWorker] = {planned.spec.name: planned for planned in plan.workers}
        self.statuses: dict[str, WorkerStatus] = dict.fromkeys(graph.dag.nodes, "pending")
        self.publication = Publication(manager, session)
        self.listeners = Listeners(manager, session)
        self._executions: dict[str, Execution] = {}
        self._fatal: HivemindError | None = None

    async def run(self) -> SessionStatus:
        """Run the session and say how it ended.

        Raises:
            SessionError: The folder can't be locked or written; what was recorded before is safe.
            asyncio.CancelledError: The session was stopped; that is recorded.
        """
        session = self.session
        chosen = engine(self.manager, self.settings.engine)
        session.lock.acquire()
        self.listeners.start()
        try:
            await session.record(session.planned(self.plan), session.started(self.max_parallel))
            session.refresh_snapshot()
            try:
                await chosen.run(self)
            except asyncio.CancelledError:
                await self._cancelled()
                raise
            status = self._outcome()
            await self._end(status)
            return status
        finally:
            await self.listeners.stop()
            session.lock.release()
            session.close()

    # -- what the engine asks -------------------------------------------------------------------------------------

    def names(self) -> Sequence[str]:
        """All nodes, most urgent first."""
        return self.graph.order()

    def predecessors(self, name: str) -> Iterable[str]:
        """The nodes that must be finished first."""
        return self.graph.dag.predecessors(name)

    def successors(self, name: str) -> Iterable[str]:
        """The nodes that wait for this one."""
        return self.graph.dag.successors(name)

    async def begin(self, names: Sequence[str]) -> Sequence[str]:
        """Put the start of these nodes on record."""
        return await self.finish((), names)

    async def finish(self, results: Sequence[tuple[str, object]], ready: Sequence[str]) -> Sequence[str]:
        """Put results on record and begin what is ready, in one commit."""
        ends: list[WorkerResult] = []
        for name, result in results:
            assert isinstance(result, WorkerResult)
            self.statuses[name] = result.status
            ends.append(result)
            if result.fatal is not None:
                raise result.fatal
        starts: list[Event] = []
        performing: list[str] = []
        for name in ready:
            stopped = self._blocked(name)
            if stopped is not None:
                self.statuses[name] = stopped.status
                ends.append(stopped)
                continue
            self.statuses[name] = "running"
            starts.append(self._start(name))
            performing.append(name)
        events = [end.event for end in ends] + starts
        if events:
            await self.session.record(*events)
            self.session.refresh_snapshot()
        for end in ends:
            self.publication.follow(end, self.planned.get(end.name))
        return performing

    async def perform(self, name: str) -> WorkerResult:
        """Do one node."""
        if name in self.graph.checks:
            from hivemind.alignment import run_check

            return await run_check(self.session, self.graph.checks[name])
        vias = {edge.before: edge.kind for edge in self.graph.predecessors(name) if edge.before in self.planned}
        execution = Execution(self.manager, self.session, self.planned[name], self.settings, vias)
        self._executions[name] = execution
        try:
            return await execution.run()
        finally:
            if execution.started and not asyncio.current_task().cancelling():  # type: ignore[union-attr]
                self._executions.pop(name, None)

    # -- parts ----------------------------------------------------------------------------------------------------

    def _start(self, name: str) -> Event:
        planned = self.planned.get(name)
        if planned is None:
            return WorkerStarted(agent=name, details=WorkerStartedDetails(role="check", model="none"))
        details = WorkerStartedDetails(model=planned.model, model_origin=planned.model_origin, role=planned.spec.role)
        return WorkerStarted(agent=name, details=details)

    def _blocked(self, name: str) -> WorkerResult | None:
        """Say why a node can't run: a hard dependency, or a side of a check, did not succeed."""
        failed: list[Edge] = [
            edge
            for edge in self.graph.predecessors(name)
            if edge.kind != "after" and self.statuses[edge.before] not in _USABLE
        ]
        if not failed:
            return None
        told = ", ".join(f"{edge.before} is {self.statuses[edge.before]}" for edge in failed)
        planned = self.planned.get(name)
        if planned is None:
            from hivemind.events import WorkerFinishedDetails

            details = WorkerFinishedDetails(status="skipped", error=f"nothing to compare: {told}", attempts=0)
            return WorkerResult(name, ended(name, "skipped", details), "skipped")
        return blocked(planned, f"needs what did not succeed: {told}", "mend what failed and run the session again")

    def _outcome(self) -> SessionStatus:
        bad = [name for name, status in self.statuses.items() if status in ("failed", "blocked", "unverified")]
        return "failed" if bad else "completed"

    async def _end(self, status: SessionStatus, reason: str = "") -> None:
        await self.publication.settle()
        await self.session.record(SessionFinished(details=SessionFinishedDetails(status=status, reason=reason)))
        await self.listeners.drain()
        from hivemind.report import write_report

        await asyncio.to_thread(write_report, self.session)
        await self.session.settle()

    async def _cancelled(self) -> None:
        """Record that the session was stopped, and which workers were in the middle."""
        from hivemind.events import WorkerFinishedDetails

        events: list[Event] = []
        for name, status in self.statuses.items():
            if status != "running":
                continue
            execution = self._executions.get(name)
            details = WorkerFinishedDetails(
                status="cancelled",
                duration_s=round(time.monotonic() - execution.started, 6) if execution else 0.0,
                usage=execution.usage if execution else WorkerFinishedDetails(status="cancelled").usage,
                error="stopped by the user",
                model=self.planned[name].model if name in self.planned else "",
            )
            self.statuses[name] = "cancelled"
            events.append(ended(name, "cancelled", details))
        if events:
            await self.session.record(*events)
        await self._end("cancelled", "stopped by the user")


async def run_session(
    manager: PluginManager,
    configuration: Configuration,
    session: SessionFolder,
    plan: Plan,
    graph: WorkerGraph,
) -> SessionStatus:
    """Run a session to its end; stopping it is recorded before the cancellation goes on."""
    return await Orchestrator(manager, configuration, session, plan, graph).run()


__all__ = ["Orchestrator", "SessionUnwritableError", "WorkerError", "check_repository", "run_session"]
