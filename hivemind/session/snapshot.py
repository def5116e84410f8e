"""SESSION.json: the state at a glance, rebuilt from the journal whenever it matters."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hivemind.models import SCHEMA_VERSION, Artifact, Plan, SessionStatus, Task, Usage, WorkerStatus
from hivemind.session.state import SessionState, WorkerState


class WorkerSnapshot(BaseModel):
    """One worker in SESSION.json."""

    model_config = ConfigDict(extra="ignore")

    name: str
    role: str = ""
    status: WorkerStatus = "pending"
    model: str = ""
    model_origin: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    duration_s: float | None = None
    attempts: int = 0
    usage: Usage = Usage()
    fingerprint: str = ""
    summary: str = ""
    error: str | None = None
    hint: str | None = None
    artifacts: tuple[Artifact, ...] = ()


class SessionSnapshot(BaseModel):
    """SESSION.json."""

    model_config = ConfigDict(extra="ignore")

    schema_version: int = SCHEMA_VERSION
    id: str
    hivemind: str = ""
    task: Task
    status: SessionStatus
    reason: str = ""
    created_at: str
    updated_at: str
    last_seq: int
    usage: Usage = Usage()
    workers: dict[str, WorkerSnapshot] = Field(default_factory=dict)
    plan: Plan | None = None

    def compact(self) -> dict[str, Any]:
        """Give the plain data of a listing: everything but the plan."""
        return self.model_dump(mode="json", exclude={"plan"})


def worker_snapshot(worker: WorkerState) -> WorkerSnapshot:
    """Make one worker's entry."""
    ended = worker.finished_at is not None
    return WorkerSnapshot(
        name=worker.name,
        role=worker.role,
        status=worker.status,
        model=worker.model,
        model_origin=worker.model_origin,
        started_at=worker.started_at,
        finished_at=worker.finished_at,
        duration_s=worker.last.duration_s if ended else None,
        attempts=worker.attempts,
        usage=worker.usage,
        fingerprint=worker.last.fingerprint if ended else "",
        summary=worker.last.summary if ended else "",
        error=worker.last.error if ended else None,
        hint=worker.last.hint if ended else None,
        artifacts=worker.artifacts if ended else (),
    )


def session_snapshot(state: SessionState) -> SessionSnapshot:
    """Make SESSION.json of a state."""
    assert state.task is not None
    return SessionSnapshot(
        id=state.id,
        hivemind=state.version,
        task=state.task,
        status=state.status,
        reason=state.reason,
        created_at=state.created_at,
        updated_at=state.updated_at,
        last_seq=state.seq,
        usage=state.usage,
        workers={name: worker_snapshot(worker) for name, worker in state.workers.items()},
        plan=state.plan,
    )


def snapshot_text(state: SessionState, plan_text: str | None) -> str:
    """Write SESSION.json's text.

    Args:
        state: The state.
        plan_text: The plan as JSON, which does not change while a session runs and is the larger part; None for none.
    """
    data = session_snapshot(state).model_copy(update={"plan": None}).model_dump_json(indent=2, exclude={"plan"})
    return f'{data[:-2]},\n  "plan": {plan_text or "null"}\n}}'
