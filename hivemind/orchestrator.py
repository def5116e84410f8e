"""One session: plan, graph, engine, persist, publish."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence

from hivemind.budget_gate import gate_of
from hivemind.budget_settings import given, with_budget
from hivemind.config import Configuration
from hivemind.errors import SessionUnwritableError, WorkerError
from hivemind.events import Event, SessionFinished, SessionFinishedDetails, WorkerStarted, WorkerStartedDetails
from hivemind.execution import Execution, WorkerResult, blocked, ended
from hivemind.graph import WorkerGraph
from hivemind.listeners import Listeners
from hivemind.models import SUCCEEDED, Edge, Plan, PlannedWorker, SessionStatus, WorkerStatus
from hivemind.paths import check_repository
from hivemind.plugins import PluginManager
from hivemind.publication import Publication
from hivemind.recovery import Restoration
from hivemind.registry import engine
from hivemind.resumption import goes_on, statuses
from hivemind.reuse import Reuse
from hivemind.revision import Revisions
from hivemind.session.folder import SessionFolder

_USABLE = SUCCEEDED
_WATCH_S = 0.25
"""How often a session looks whether somebody asks it to stop."""


class Orchestrator:
    """Runs one session to its end. Implements `Work` for the engine.

    Args:
        manager: The plugins.
        configuration: Settings.
        session: The folder.
        plan: Who runs; recorded by `run` unless it is the one that the session has.
        graph: The plan's graph.
        todo: The nodes to run, for a session that goes on; None for all.
        fresh: The workers that take no stored result.
        source: An earlier session whose finished results are taken where nothing changed.
    """

    def __init__(
        self,
        manager: PluginManager,
        configuration: Configuration,
        session: SessionFolder,
        plan: Plan,
        graph: WorkerGraph,
        todo: Collection[str] | None = None,
        *,
        fresh: Collection[str] = (),
        source: SessionFolder | None = None,
    ) -> None:
        self.manager = manager
        self.settings = with_budget(configuration, session.state)
        self.gate = gate_of(session, self.settings)
        self.budget = given(configuration)
        self.session = session
        self.plan = plan
        self.graph = graph
        self.max_parallel = self.settings.max_parallel
        self.stopping = False
        self.planned: dict[str, PlannedWorker] = {planned.spec.name: planned for planned in plan.workers}
        self.todo: frozenset[str] = frozenset(graph.nodes if todo is None else todo)
        before = statuses(session.state, graph)
        self.statuses: dict[str, WorkerStatus] = {
            name: "pending" if name in self.todo else status for name, status in before.items()
        }
        self.resumes = frozenset(name for name in self.todo if goes_on(session.state, name))
        self.reuse = Reuse(manager, self.settings, session, fresh=fresh, source=source)
        self.publication = Publication(manager, session, self.reuse)
        self.revisions = Revisions(manager, session, self.settings, self.planned, graph, self.publication, self.reuse)
        sides = {
            side for name, check in graph.checks.items() if name in self.todo for side in (check.left, check.right)
        }
        self.resumed = session.state.starts > 0
        self.restoration = Restoration(session, self.planned, self.publication, self.todo, sides)
        self.listeners = Listeners(manager, session)
        self._executions: dict[str, Execution] = {}
        self._stop_reason = "stopped by the user"
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> SessionStatus:
        """Run the session and say how it ended.

        Raises:
            SessionError: The folder can't be locked or written; what was recorded before is safe.
            asyncio.CancelledError: The session was stopped; that is recorded.
        """
        session = self.session
        chosen = engine(self.manager, self.settings.engine)
        since = time.time()
        session.lock.acquire()
        session.forget_stop_request(before=since)
        self.listeners.start()
        watch = asyncio.create_task(self._watch())
        try:
            events: list[Event] = [] if session.state.plan == self.plan else [session.planned(self.plan)]
            await session.record(*events, self._started())
            session.refresh_snapshot()
            if self.resumed:
                await self.restoration.begin()
            await self._drive(asyncio.create_task(chosen.run(self)))
            if self.resumed:
                await self.restoration.end()
            status = self._outcome()
            await self._end(status, self._pause_reason() if status == "paused" else "")
            return status
        finally:
            watch.cancel()
            try:
                await self.restoration.stop()
                await self.listeners.stop()
            finally:  # also where a second cancellation comes while these end
                session.forget_stop_request()
                session.lock.release()
                self.reuse.close()
                session.close()

    async def _drive(self, running: asyncio.Task[None]) -> None:
        """Wait for the engine. When the session is to stop, nothing more begins, what runs gets a bounded time to come
        to its next step, and then it is cancelled."""
        self._running = running
        stopped = False
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            stopped = True
            await self._stop(running)
        left = any(status in ("pending", "running") for status in self.statuses.values())
        if (stopped or self.stopping) and left:
            await self._cancelled()
            raise asyncio.CancelledError

    async def _stop(self, running: asyncio.Task[None]) -> None:
        self.stopping = self.session.stopping = True
        await asyncio.wait({running}, timeout=self.settings.stop_grace_s)
        running.cancel()
        await asyncio.wait({running})
        if not running.cancelled() and (error := running.exception()) is not None:
            raise error

    async def _watch(self) -> None:
        """Look for a request to stop that another process left in the folder."""
        while not (self.stopping or self.session.stop_requested()):  # noqa: ASYNC110  (a file of another process)
            await asyncio.sleep(_WATCH_S)
        if not self.stopping:
            self._stop_reason = "stopped by 'hivemind cancel'"
            self.stopping = self.session.stopping = True
            await asyncio.sleep(self.settings.stop_grace_s)
            if self._running is not None:
                self._running.cancel()

    # -- what the engine asks -------------------------------------------------------------------------------------

    def names(self) -> Sequence[str]:
        """All nodes, most urgent first."""
        return [name for name in self.graph.order() if name in self.todo]

    def predecessors(self, name: str) -> Iterable[str]:
        """The nodes that must be finished first."""
        return [before for before in self.graph.before[name] if before in self.todo]

    def successors(self, name: str) -> Iterable[str]:
        """The nodes that wait for this one."""
        return [after for after in self.graph.after[name] if after in self.todo]

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
            if self.gate.reached is not None or self._waits_for_budget(name):
                continue  # it stays pending: the session pauses
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
        if performing and self.resumed:
            self.restoration.go_on()
        for end in ends:
            self.publication.follow(end, self.planned.get(end.name))
        return performing

    async def perform(self, name: str) -> WorkerResult:
        """Do one node."""
        if name in self.graph.checks:
            return await self.revisions.check(self.graph.checks[name])
        vias = {edge.before: edge.kind for edge in self.graph.predecessors(name) if edge.before in self.planned}
        execution = Execution(
            self.manager,
            self.session,
            self.planned[name],
            self.settings,
            vias,
            resume=name in self.resumes,
            reuse=self.reuse,
        )
        self._executions[name] = execution
        result = await execution.run()  # where it is stopped, it stays known: what it used is recorded
        del self._executions[name]
        return result

    # -- parts ----------------------------------------------------------------------------------------------------

    def _start(self, name: str) -> Event:
        planned = self.planned.get(name)
        if planned is None:
            return WorkerStarted(agent=name, details=WorkerStartedDetails(role="check", model="none"))
        details = WorkerStartedDetails(
            model=planned.model,
            model_origin=planned.model_origin,
            role=planned.spec.role,
            resumed=name in self.resumes,
        )
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

    def _waits_for_budget(self, name: str) -> bool:
        """Whether something before it stopped at a budget of its own, or waits for one that did."""
        return any(self.statuses[before] in ("cancelled", "pending") for before in self.predecessors(name))

    def _started(self) -> Event:
        event = self.session.started(self.max_parallel, resumed=self.resumed)
        return event.model_copy(update={"details": event.details.model_copy(update={"budget": self.budget})})

    def _pause_reason(self) -> str:
        if self.gate.reached is not None:
            return self.gate.reached.message
        stopped = sorted(name for name in self.todo if self.statuses[name] == "cancelled")
        if stopped:
            more = f", and {len(stopped) - 1} more workers are at theirs" if len(stopped) > 1 else ""
            return f"{stopped[0]} {self.session.state.workers[stopped[0]].last.error}{more}"
        return "workers that were not selected have not run"

    def _outcome(self) -> SessionStatus:
        left = any(status in ("pending", "running", "cancelled") for status in self.statuses.values())
        if left and (self.gate.reached is not None or any(self.statuses[name] == "cancelled" for name in self.todo)):
            return "paused"
        bad = [name for name, status in self.statuses.items() if status in ("failed", "blocked", "unverified")]
        return "failed" if bad else "paused" if left else "completed"

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
                exchanges=execution.runtime.counted if execution else (),
                error=self._stop_reason,
                error_type="CancelledSessionError",
                model=self.planned[name].model if name in self.planned else "",
            )
            self.statuses[name] = "cancelled"
            events.append(ended(name, "cancelled", details))
        if events:
            await self.session.record(*events)
        await self.restoration.stop()
        await self._end("cancelled", self._stop_reason)


async def run_session(
    manager: PluginManager,
    configuration: Configuration,
    session: SessionFolder,
    plan: Plan,
    graph: WorkerGraph,
    todo: Collection[str] | None = None,
    *,
    fresh: Collection[str] = (),
    source: SessionFolder | None = None,
) -> SessionStatus:
    """Run a session to its end; stopping it is recorded before the cancellation goes on.

    Args:
        manager: The plugins.
        configuration: Settings.
        session: The folder.
        plan: Who runs.
        graph: The plan's graph.
        todo: The nodes to run, for a session that goes on; None for all.
        fresh: The workers that take no stored result.
        source: An earlier session whose finished results are taken where nothing changed.
    """
    made = Orchestrator(manager, configuration, session, plan, graph, todo, fresh=fresh, source=source)
    return await made.run()


__all__ = ["Orchestrator", "SessionUnwritableError", "WorkerError", "check_repository", "run_session"]
