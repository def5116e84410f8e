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
    earlier: Usage = Field(default=Usage(), description="of runs before, which were paid all the same")
    fingerprint: str = ""
    cached_from: str = ""
    saved: Usage | None = None
    summary: str = ""
    error: str | None = None
    hint: str | None = None
    artifacts: tuple[Artifact, ...] = ()


class Spending(BaseModel):
    """What one model used on one day (UTC)."""

    day: str
    model: str
    usage: Usage


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
    planner: Usage = Field(default=Usage(), description="of it, what the model used that chose the workers")
    models: dict[str, Usage] = Field(default_factory=dict, description="what each model was used for, in all runs")
    spending: tuple[Spending, ...] = Field(default=(), description="the same by day")
    workers: dict[str, WorkerSnapshot] = Field(default_factory=dict)
    plan: Plan | None = None

    def compact(self) -> dict[str, Any]:
        """Give the plain data of a listing: everything but the plan."""
        return self.model_dump(mode="json", exclude={"plan"})


def _plain(worker: WorkerState) -> dict[str, Any]:
    ended, last = worker.finished_at is not None, worker.last
    return {
        "name": worker.name,
        "role": worker.role,
        "status": worker.status,
        "model": worker.model,
        "model_origin": worker.model_origin,
        "started_at": worker.started_at,
        "finished_at": worker.finished_at,
        "duration_s": last.duration_s if ended else None,
        "attempts": worker.attempts,
        "usage": worker.usage,
        "earlier": worker.earlier,
        "fingerprint": last.fingerprint if ended else "",
        "cached_from": last.cached_from if ended else "",
        "saved": last.saved if ended else None,
        "summary": last.summary if ended else "",
        "error": last.error if ended else None,
        "hint": last.hint if ended else None,
        "artifacts": worker.artifacts if ended else (),
    }


def _spending(state: SessionState) -> tuple[Spending, ...]:
    return tuple(Spending(day=day, model=model, usage=used) for (day, model), used in sorted(state.spending.items()))


def worker_snapshot(worker: WorkerState) -> WorkerSnapshot:
    """Make one worker's entry."""
    return WorkerSnapshot.model_construct(**_plain(worker))


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
        planner=state.planner,
        models=state.models,
        spending=_spending(state),
        workers={name: worker_snapshot(worker) for name, worker in state.workers.items()},
        plan=state.plan,
    )


def snapshot_head(state: SessionState) -> str:
    """Write SESSION.json's text up to the plan, which does not change while a session runs and is the larger part."""
    from pydantic_core import to_json

    assert state.task is not None
    # The same as `session_snapshot` without making a model of every worker: this is written several times a second.
    head = SessionSnapshot.model_construct(
        id=state.id,
        hivemind=state.version,
        task=state.task,
        status=state.status,
        reason=state.reason,
        created_at=state.created_at,
        updated_at=state.updated_at,
        last_seq=state.seq,
        usage=state.usage,
        planner=state.planner,
        models=state.models,
        spending=_spending(state),
    )
    fields = {name: getattr(head, name) for name in SessionSnapshot.model_fields}
    fields["workers"] = {name: _plain(worker) for name, worker in state.workers.items()}
    del fields["plan"]
    return to_json(fields, indent=2).decode()[:-2]
