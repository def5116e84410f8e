"""The journal's events: one model is one line of EVENTS.jsonl.

An event is small and says one thing. `seq` is given by the journal when the event is committed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from hivemind.event_base import SYSTEM as SYSTEM
from hivemind.event_base import Details as Details
from hivemind.event_base import Envelope
from hivemind.event_base import utc_now as utc_now
from hivemind.models import Artifact, Cut, Plan, SessionStatus, Task, Usage, WorkerStatus
from hivemind.tool_events import ToolFinished as ToolFinished
from hivemind.tool_events import ToolRefused as ToolRefused
from hivemind.tool_events import ToolStarted as ToolStarted


class SessionCreatedDetails(Details):
    """What a session is about."""

    schema_version: int = 1
    id: str
    task: Task
    hivemind: str = Field(default="", description="the version that created it")


class SessionCreated(Envelope):
    """A session folder came into being."""

    type: Literal["session_created"] = "session_created"
    details: SessionCreatedDetails


class PlanResolvedDetails(Details):
    """What will run."""

    plan: Plan


class PlanResolved(Envelope):
    """The plan stands."""

    type: Literal["plan_resolved"] = "plan_resolved"
    details: PlanResolvedDetails


class SessionStartedDetails(Details):
    """Who runs the session."""

    pid: int
    host: str
    max_parallel: int = 1
    resumed: bool = False
    budget: dict[str, float] = Field(default_factory=dict, description="the limits that options gave, by setting")
    repo: str = Field(default="", description="where the repository is from now on, for one that was moved")


class SessionStarted(Envelope):
    """An orchestrator owns the session and begins."""

    type: Literal["session_started"] = "session_started"
    details: SessionStartedDetails


class SessionFinishedDetails(Details):
    """How a session ended."""

    status: SessionStatus
    reason: str = ""


class SessionFinished(Envelope):
    """The session ended."""

    type: Literal["session_finished"] = "session_finished"
    details: SessionFinishedDetails


class WorkerStartedDetails(Details):
    """A worker's start."""

    attempt: int = 1
    model: str = ""
    model_origin: str = ""
    role: str = ""
    resumed: bool = Field(default=False, description="goes on from its last run: recorded answers are used again")


class WorkerStarted(Envelope):
    """A worker begins."""

    type: Literal["worker_started"] = "worker_started"
    details: WorkerStartedDetails = WorkerStartedDetails()


class ContextLoadedDetails(Details):
    """What a worker was given."""

    tokens: int = 0
    budget: int = 0
    fragments: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    cut: tuple[Cut, ...] = ()


class ContextLoaded(Envelope):
    """A worker's context is complete."""

    type: Literal["context_loaded"] = "context_loaded"
    details: ContextLoadedDetails


class WorkerProgressDetails(Details):
    """What a worker is doing."""

    message: str


class WorkerProgress(Envelope):
    """A worker says what it is doing."""

    type: Literal["worker_progress"] = "worker_progress"
    details: WorkerProgressDetails


class ModelRespondedDetails(Details):
    """One answer of a model, and what it used."""

    model: str
    usage: Usage
    duration_s: float = 0.0
    tools: tuple[str, ...] = Field(default=(), description="the tools that it asked for")
    exchange: int | None = Field(default=None, description="the number of its record in the transcript")
    reservation: str = Field(default="", description="the reservation that it settles, where there is a budget")
    charged_tokens: int | None = Field(default=None, description="what a budget counts where the usage was not told")
    charged_usd: float | None = Field(default=None, description="what a budget counts where the cost is not known")


class ModelResponded(Envelope):
    """A model answered a worker."""

    type: Literal["model_responded"] = "model_responded"
    details: ModelRespondedDetails


class BudgetReservedDetails(Details):
    """What a request may use at the most."""

    reservation: str
    tokens: int
    usd: float = 0.0


class BudgetReserved(Envelope):
    """A request is about to be made; it counts in full until an answer or its release settles it."""

    type: Literal["budget_reserved"] = "budget_reserved"
    details: BudgetReservedDetails


class BudgetReleasedDetails(Details):
    """A reservation that is taken back."""

    reservation: str


class BudgetReleased(Envelope):
    """A request was not made, or was refused and not billed."""

    type: Literal["budget_released"] = "budget_released"
    details: BudgetReleasedDetails


class BudgetWarningDetails(Details):
    """How far a budget is used."""

    setting: str
    used: float
    limit: float
    message: str
    mark: str = Field(default="", description="by which a warning is given once")


class BudgetWarning(Envelope):
    """Most of a budget is spent."""

    type: Literal["budget_warning"] = "budget_warning"
    details: BudgetWarningDetails


class WorkerRetryingDetails(Details):
    """Why a worker is tried again, and when."""

    attempt: int
    delay_s: float
    error: str


class WorkerRetrying(Envelope):
    """A worker failed in a way that may pass and will be tried again."""

    type: Literal["worker_retrying"] = "worker_retrying"
    details: WorkerRetryingDetails


class WorkerFinishedDetails(Details):
    """A worker's end: everything that its notes, JSON and report are made from."""

    status: WorkerStatus
    duration_s: float = 0.0
    usage: Usage = Usage()
    exchanges: tuple[int, ...] = Field(default=(), description="the numbers of the recorded answers that usage counts")
    model: str = ""
    fingerprint: str = ""
    fingerprint_parts: dict[str, str] = Field(default_factory=dict, description="what it is made of, short hashes")
    reuse: str = Field(default="", description="whether an earlier result was taken, and why not")
    cached_from: str = Field(default="", description="the session that made a result that was taken")
    saved: Usage | None = Field(default=None, description="what a result that was taken had used")
    summary: str = ""
    output: dict[str, Any] | None = None
    output_file: str | None = Field(default=None, description="where an output too large for the journal is")
    output_type: str | None = None
    artifacts: tuple[Artifact, ...] = ()
    error: str | None = None
    error_type: str = Field(default="", description="the class of the error")
    hint: str | None = None
    findings: tuple[dict[str, Any], ...] = Field(default=(), description="what verification found")
    attempts: int = 1
    revised: str = Field(default="", description="the check for which the output was made once more")


class WorkerCompleted(Envelope):
    """A worker is done and its output verified."""

    type: Literal["worker_completed"] = "worker_completed"
    details: WorkerFinishedDetails


class WorkerFailed(Envelope):
    """A worker ended without a usable output: failed, unverified, blocked, skipped or cancelled."""

    type: Literal["worker_failed", "worker_unverified", "worker_blocked", "worker_skipped", "worker_cancelled"]
    details: WorkerFinishedDetails


class PublishedDetails(Details):
    """What a worker's publication left."""

    artifacts: tuple[Artifact, ...] = ()


class Published(Envelope):
    """A worker's output is published."""

    type: Literal["worker_published"] = "worker_published"
    details: PublishedDetails = PublishedDetails()


class TroubleDetails(Details):
    """What went wrong beside the workers."""

    error: str
    plugin: str = ""


class Trouble(Envelope):
    """Something went wrong that does not change the result: publication, a listener, a file that can be rebuilt."""

    type: Literal["publish_failed", "listener_muted", "projection_failed"]
    details: TroubleDetails


class OtherEvent(Envelope):
    """An event of a type that this version does not know."""

    type: str
    details: dict[str, Any] = Field(default_factory=dict)


KnownEvent: TypeAlias = Annotated[
    SessionCreated
    | PlanResolved
    | SessionStarted
    | SessionFinished
    | WorkerStarted
    | ContextLoaded
    | WorkerProgress
    | ModelResponded
    | ToolStarted
    | ToolFinished
    | ToolRefused
    | BudgetReserved
    | BudgetReleased
    | BudgetWarning
    | WorkerRetrying
    | WorkerCompleted
    | WorkerFailed
    | Published
    | Trouble,
    Field(discriminator="type"),
]
Event: TypeAlias = (
    SessionCreated
    | PlanResolved
    | SessionStarted
    | SessionFinished
    | WorkerStarted
    | ContextLoaded
    | WorkerProgress
    | ModelResponded
    | ToolStarted
    | ToolFinished
    | ToolRefused
    | BudgetReserved
    | BudgetReleased
    | BudgetWarning
    | WorkerRetrying
    | WorkerCompleted
    | WorkerFailed
    | Published
    | Trouble
    | OtherEvent
)

_KNOWN: TypeAdapter[KnownEvent] = TypeAdapter(KnownEvent)


def read_event(line: bytes | str) -> Event:
    """Read one line of the journal.

    Raises:
        ValueError: The line is not an event.
    """
    try:
        return _KNOWN.validate_json(line)
    except ValidationError as error:
        if any(problem["type"] == "union_tag_invalid" for problem in error.errors()):
            return OtherEvent.model_validate_json(line)
        raise ValueError(f"not an event: {error.errors()[0]['msg']}") from error
