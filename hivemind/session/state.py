"""What the journal's events add up to: the state of a session, rebuilt the same way by everyone who reads them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from hivemind.budget import Amount, Ledger, nano_up
from hivemind.events import (
    SYSTEM,
    BudgetReleased,
    BudgetReserved,
    BudgetWarning,
    Event,
    ModelResponded,
    ModelRespondedDetails,
    OtherEvent,
    PlanResolved,
    Published,
    SessionCreated,
    SessionFinished,
    SessionStarted,
    ToolFinished,
    ToolRefused,
    ToolStarted,
    WorkerCompleted,
    WorkerFailed,
    WorkerFinishedDetails,
    WorkerRetrying,
    WorkerStarted,
    WorkerStartedDetails,
)
from hivemind.models import FINISHED, SUCCEEDED, Artifact, Plan, SessionStatus, Task, Usage, WorkerStatus
from hivemind.tool_events import ToolOutcome

_NOTHING = Usage()
_NOT_ENDED = WorkerFinishedDetails(status="pending")
"""What thousands of workers begin with: frozen, so one for all."""
_BAD: frozenset[WorkerStatus] = frozenset(("failed", "unverified", "blocked"))


@dataclass
class ToolCall:
    """One call of a tool that may write."""

    number: int
    tool: str
    started_at: str
    outcome: ToolOutcome | None = None
    """None: it has not ended, or its process did before it."""

    @property
    def doubt(self) -> str:
        """What to say of it where nobody knows what it did."""
        return f"{self.tool} may have been done: its process ended while it ran, and it is not run again"


@dataclass
class WorkerState:
    """How one worker stands."""

    name: str
    role: str = ""
    status: WorkerStatus = "pending"
    model: str = ""
    model_origin: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    attempts: int = 0
    usage: Usage = _NOTHING
    """Of its run; of all that a resumed run goes on from as well."""
    earlier: Usage = _NOTHING
    """Of runs before, which were paid all the same."""
    exchanges: set[int] = field(default_factory=set)
    """The numbers of the recorded answers that `usage` counts."""
    earlier_exchanges: set[int] = field(default_factory=set)
    """Those of runs before, which no later run goes on from."""
    last: WorkerFinishedDetails = _NOT_ENDED
    made: dict[str, str] = field(default_factory=dict)
    """The generated files of all its runs, with the hash of the last one that made it."""
    published: bool = False
    extra_artifacts: tuple[Artifact, ...] = ()
    doing: str = ""
    tool_calls: dict[int, ToolCall] = field(default_factory=dict)
    """Of tools that may write, in all its runs, by number."""
    refused_tools: set[str] = field(default_factory=set)
    """Tools that its model asked for and does not have."""

    def doubtful_calls(self, *, alive: bool) -> tuple[ToolCall, ...]:
        """Calls of tools of which nobody knows whether they had their effect.

        Args:
            alive: Whether somebody runs the session, so that a call without an end may be under way.
        """
        under_way = alive and self.status == "running"
        calls = self.tool_calls.values()
        return tuple(one for one in calls if one.outcome == "unknown" or (one.outcome is None and not under_way))

    def begin(self, timestamp: str, start: WorkerStartedDetails) -> None:
        """Take in that a run of it starts."""
        self.status, self.started_at, self.finished_at = "running", timestamp, None
        self.attempts = start.attempt
        self.role = start.role or self.role
        self.model, self.model_origin = start.model, start.model_origin
        self.published, self.extra_artifacts = False, ()
        if not start.resumed and (self.usage is not _NOTHING or self.exchanges):
            self.earlier += self.usage
            self.earlier_exchanges |= self.exchanges
            self.usage, self.exchanges = _NOTHING, set()

    @property
    def output(self) -> dict[str, Any] | None:
        """The typed output as plain data, where the worker succeeded."""
        return self.last.output if self.status in SUCCEEDED or self.status == "unverified" else None

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """Everything that it produced."""
        return (*self.last.artifacts, *self.extra_artifacts)


@dataclass
class SessionState:
    """A session as its journal tells it."""

    id: str = ""
    task: Task | None = None
    created_at: str = ""
    updated_at: str = ""
    version: str = ""
    status: SessionStatus = "paused"
    reason: str = ""
    plan: Plan | None = None
    workers: dict[str, WorkerState] = field(default_factory=dict)
    seq: int = 0
    owned: bool = False
    """Between an orchestrator's start and its end."""
    ledger: Ledger = field(default_factory=Ledger)
    """What budgets count."""
    budget: dict[str, float] = field(default_factory=dict)
    """The limits that options gave, by setting."""
    warned: set[str] = field(default_factory=set)
    """The warnings of budgets that were given."""
    spending: dict[tuple[str, str], Usage] = field(default_factory=dict)
    """What was used, by day (UTC) and model."""
    planner: Usage = field(default_factory=Usage)
    """What the model used that chose the workers."""
    unknown: set[str] = field(default_factory=set)
    """Types of events that this version does not know."""
    starts: int = 0
    """How often an orchestrator began."""

    def apply(self, events: Iterable[Event]) -> None:
        """Add events."""
        for event in events:
            self.seq = event.seq
            self.updated_at = event.timestamp
            self._apply(event)

    def _apply(self, event: Event) -> None:
        match event:
            case SessionCreated(details=details):
                self.id, self.task, self.created_at = details.id, details.task, event.timestamp
                self.version = details.hivemind
                self.reason = "no worker has run yet"
            case PlanResolved(details=details):
                self._planned(details.plan)
            case SessionStarted(details=begun):
                self.budget.update(begun.budget)
                self.move(begun.repo)
                self.owned, self.status, self.reason = True, "running", ""
                self.starts += 1
            case SessionFinished(details=finish):
                self.owned, self.status, self.reason = False, finish.status, finish.reason
            case WorkerStarted(details=start):
                self.worker(event.agent).begin(event.timestamp, start)
                self._settle()
            case BudgetReserved() | BudgetReleased() | BudgetWarning() | ToolStarted() | ToolFinished() | ToolRefused():
                self._beside(event)
            case ModelResponded(agent=agent, details=response) if agent == SYSTEM:
                self._spend(event, response)
                self.planner += response.usage
            case ModelResponded(details=response):
                worker = self.worker(event.agent)
                self._spend(event, response)
                worker.usage += response.usage
                if response.exchange is not None:
                    worker.exchanges.add(response.exchange)
            case WorkerRetrying(details=retry):
                self.worker(event.agent).attempts = retry.attempt
            case WorkerCompleted(details=end) | WorkerFailed(details=end):
                self._ended(event, end)
            case Published(details=publication):
                worker = self.worker(event.agent)
                worker.published, worker.extra_artifacts = True, publication.artifacts
            case OtherEvent(type=kind):
                self.unknown.add(kind)
            case _:
                pass

    def _ended(self, event: Event, end: WorkerFinishedDetails) -> None:
        worker = self.worker(event.agent)
        worker.status, worker.finished_at, worker.last = end.status, event.timestamp, end
        worker.made.update({one.path: one.sha256 for one in end.artifacts if one.kind == "file"})
        self._add_missing(event, worker, end)
        if end.usage.requests >= worker.usage.requests:  # one that was stopped before it began says nothing
            worker.usage = end.usage
            worker.exchanges.update(end.exchanges)
        worker.attempts = end.attempts
        worker.model = end.model or worker.model
        self._settle()

    def move(self, repo: str) -> None:
        """Take in where the repository is from now on; '' for where it was."""
        if repo and self.task is not None:
            self.task = self.task.model_copy(update={"repo": repo})
            if self.plan is not None:
                self.plan = self.plan.model_copy(update={"task": self.task})

    def _planned(self, plan: Plan) -> None:
        if self.plan is not None:
            self._leave_out({one.spec.name for one in plan.workers} | {check.name for check in plan.checks})
        self.plan = plan
        for planned in plan.workers:
            known = self.worker(planned.spec.name)
            known.role, known.model, known.model_origin = planned.spec.role, planned.model, planned.model_origin
        for check in plan.checks:
            known = self.worker(check.name)
            known.role, known.model, known.model_origin = "check", "none", "a check asks no model"

    def _leave_out(self, kept: AbstractSet[str]) -> None:
        """Forget workers that another plan no longer has and that did not run; one in the middle was stopped."""
        for name, worker in list(self.workers.items()):
            if name in kept or worker.status in FINISHED:
                continue
            if worker.status == "running":
                worker.status = "cancelled"
                worker.last = WorkerFinishedDetails(status="cancelled", error="not in the session's plan any more")
            else:
                del self.workers[name]

    def _beside(
        self, event: BudgetReserved | BudgetReleased | BudgetWarning | ToolStarted | ToolFinished | ToolRefused
    ) -> None:
        """What no worker's status follows from."""
        match event:
            case BudgetReserved(details=held):
                self.ledger.reserve(held.reservation, event.agent, Amount(held.tokens, nano_up(held.usd), 1))
            case BudgetReleased(details=released):
                self.ledger.release(released.reservation)
            case BudgetWarning(details=told):
                self.warned.add(told.mark)
            case ToolStarted(details=begun):
                self.worker(event.agent).tool_calls[begun.call] = ToolCall(begun.call, begun.tool, event.timestamp)
            case ToolFinished(details=end):
                fallback = ToolCall(end.call, end.tool, event.timestamp)
                self.worker(event.agent).tool_calls.setdefault(end.call, fallback).outcome = end.outcome
            case ToolRefused(details=refusal):
                self.worker(event.agent).refused_tools.add(refusal.tool)

    def _spend(self, event: Event, response: ModelRespondedDetails) -> None:
        charged = Amount.of(response.usage, response.charged_usd or 0.0)
        if response.charged_tokens is not None:
            charged = Amount(response.charged_tokens, charged.nano, charged.requests)
        self.ledger.settle(response.reservation, event.agent, charged)
        key = (event.timestamp[:10], response.model)
        self.spending[key] = self.spending.get(key, Usage()) + response.usage

    def _add_missing(self, event: Event, worker: WorkerState, end: WorkerFinishedDetails) -> None:
        """Count an answer that was on disk when its process was killed, and whose event was not."""
        missing = end.usage.requests - worker.usage.requests
        if missing <= 0:
            return
        known = worker.usage
        cost = None if end.usage.cost_usd is None or known.cost_usd is None else end.usage.cost_usd - known.cost_usd
        usage = Usage(
            input_tokens=max(0, end.usage.input_tokens - known.input_tokens),
            output_tokens=max(0, end.usage.output_tokens - known.output_tokens),
            cache_read_tokens=max(0, end.usage.cache_read_tokens - known.cache_read_tokens),
            cache_write_tokens=max(0, end.usage.cache_write_tokens - known.cache_write_tokens),
            requests=missing,
            cost_usd=None if cost is None else max(0.0, cost),
        )
        key = (event.timestamp[:10], end.model or worker.model)
        self.spending[key] = self.spending.get(key, Usage()) + usage
        if not any(who == worker.name for who, _ in self.ledger.open.values()):  # else its reservation counts already
            self.ledger.settle("", worker.name, Amount.of(usage))

    @property
    def models(self) -> dict[str, Usage]:
        """What each model was used for, in all."""
        total: dict[str, Usage] = {}
        for (_, model), usage in sorted(self.spending.items()):
            total[model] = total.get(model, Usage()) + usage
        return total

    def _settle(self) -> None:
        """Derive the session's status from its workers' where no orchestrator says it."""
        if self.owned:
            return
        statuses = {worker.status for worker in self.workers.values()}
        if "running" in statuses:
            self.status, self.reason = "running", ""
        elif statuses & _BAD:
            self.status, self.reason = "failed", ""
        elif "cancelled" in statuses:
            stopped = [one.last for one in self.workers.values() if one.status == "cancelled"]
            paused = all(end.error_type == "BudgetReachedError" for end in stopped)
            self.status, self.reason = "paused" if paused else "cancelled", stopped[-1].error or ""
        elif statuses <= FINISHED:
            self.status, self.reason = "completed", ""
        else:
            self.status, self.reason = "paused", "some workers have not run"

    def worker(self, name: str) -> WorkerState:
        """Find a worker's state; one that was not planned is added."""
        known = self.workers.get(name)
        if known is None:
            known = self.workers[name] = WorkerState(name=name)
        return known

    @property
    def usage(self) -> Usage:
        """What all workers used together, and who chose them."""
        total = self.planner
        for worker in self.workers.values():
            if worker.usage.requests or worker.earlier.requests:
                total += worker.usage + worker.earlier
        return total
