"""The JSON documents that commands print: one pydantic model each, with a schema version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from hivemind.models import (
    SCHEMA_VERSION,
    Artifact,
    EdgeKind,
    Plan,
    SessionStatus,
    Task,
    Usage,
    WorkerSpec,
    WorkerStatus,
)
from hivemind.session.snapshot import SessionSnapshot, WorkerSnapshot

if TYPE_CHECKING:
    from hivemind.registry import WorkerEntry
    from hivemind.session.folder import SessionFolder
    from hivemind.session.listing import Listed


class Document(BaseModel):
    """The base of what is printed as one document."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = SCHEMA_VERSION


class UsageShown(BaseModel):
    """What a worker used, in short."""

    input_tokens: int
    output_tokens: int
    requests: int
    cost_usd: float | None
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @classmethod
    def of(cls, usage: Usage) -> UsageShown:
        """Take what is shown."""
        return cls(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            requests=usage.requests,
            cost_usd=usage.cost_usd,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
        )


class WorkerRun(BaseModel):
    """How one worker ran."""

    name: str
    role: str
    status: WorkerStatus
    model: str
    model_origin: str
    started_at: str | None
    duration_s: float | None
    usage: UsageShown
    cached_from: str | None = None
    """The session whose result was taken."""
    saved: UsageShown | None = None
    artifacts: tuple[Artifact, ...]
    error: str | None

    @model_serializer(mode="wrap")
    def _without_what_was_not_taken(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = whole(self)
        left_out = [name for name in ("cached_from", "saved") if data.get(name) is None]
        return {name: value for name, value in data.items() if name not in left_out}

    @classmethod
    def of(cls, worker: WorkerSnapshot) -> WorkerRun:
        """Take what is shown of a snapshot's entry."""
        return cls(
            name=worker.name,
            role=worker.role,
            status=worker.status,
            model=worker.model,
            model_origin=worker.model_origin,
            started_at=worker.started_at,
            duration_s=worker.duration_s,
            usage=UsageShown.of(worker.usage),
            cached_from=worker.cached_from or None,
            saved=UsageShown.of(worker.saved) if worker.saved is not None else None,
            artifacts=worker.artifacts,
            error=worker.error,
        )


class RunDocument(Document):
    """`hivemind run --json`."""

    session_id: str
    path: str
    status: SessionStatus
    task: str
    workers: tuple[WorkerRun, ...]
    report: str | None
    reason: str = ""
    usage: UsageShown | None = None
    planner: UsageShown | None = None
    """Of it, what the model used that chose the workers; None where no model did."""
    models: dict[str, UsageShown] = {}


class WorkerRunDocument(Document):
    """`hivemind workers run --json`."""

    session_id: str
    path: str
    worker: WorkerRun


class WorkerDocument(Document):
    """`hivemind workers show --json`, and one item of `workers list --json`: the spec's own fields beside the rest."""

    spec: WorkerSpec
    plugin: str
    source: str
    problems: tuple[str, ...] = ()

    @model_serializer(mode="plain")
    def _flat(self) -> dict[str, Any]:
        own = {"plugin": self.plugin, "source": self.source, "problems": list(self.problems)}
        return {"schema_version": self.schema_version, **self.spec.model_dump(mode="json"), **own}

    @classmethod
    def of(cls, entry: WorkerEntry) -> WorkerDocument:
        """Describe a worker that can be chosen."""
        problems = tuple(f"{one.line}: {one.message}" for one in entry.remarks if one.level == "error")
        return cls(spec=entry.spec, plugin=entry.plugin, source=entry.source, problems=problems)


class WorkersDocument(Document):
    """`hivemind workers list --json`."""

    workers: tuple[WorkerDocument, ...]


class SessionListed(BaseModel):
    """One session of a listing."""

    id: str
    path: str
    status: SessionStatus | None
    task: str | None
    created_at: str | None
    updated_at: str | None
    workers: dict[str, WorkerStatus]
    usage: UsageShown | None
    problem: str | None

    @classmethod
    def of(cls, listed: Listed) -> SessionListed:
        """Take what is shown of a listing's entry."""
        snapshot = listed.snapshot
        return cls(
            id=listed.id,
            path=str(listed.path),
            status=snapshot.status if snapshot else None,
            task=snapshot.task.text if snapshot else None,
            created_at=snapshot.created_at if snapshot else None,
            updated_at=snapshot.updated_at if snapshot else None,
            workers={name: worker.status for name, worker in snapshot.workers.items()} if snapshot else {},
            usage=UsageShown.of(snapshot.usage) if snapshot else None,
            problem=listed.problem,
        )


class SessionsDocument(Document):
    """`hivemind sessions list --json`."""

    root: str
    total: int
    sessions: tuple[SessionListed, ...]


class SessionDocument(Document):
    """`hivemind sessions show --json`: SESSION.json as the journal has it now, with where it is."""

    session_id: str
    path: str
    status: SessionStatus
    reason: str
    task: Task
    created_at: str
    updated_at: str
    last_seq: int
    usage: Usage
    models: dict[str, Usage] = {}
    workers: tuple[WorkerSnapshot, ...]
    findings: dict[str, int]
    plan: Plan | None
    report: str | None


class CancelDocument(Document):
    """`hivemind cancel --json`."""

    session_id: str
    status: str
    workers: dict[str, WorkerStatus] = {}
    """How the workers stand that ran by themselves."""


class SessionPathDocument(Document):
    """`hivemind sessions path --json`."""

    session_id: str
    path: str


class EventsDocument(Document):
    """`hivemind sessions events --json`."""

    session_id: str
    events: tuple[dict[str, Any], ...]


class PluginShown(BaseModel):
    """One plugin: loaded, blocked, broken, refused by the lock, or not trusted."""

    name: str
    version: str = ""
    distribution: str = ""
    module: str = ""
    status: str
    hooks: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    problem: str | None = None
    folder: str = ""
    """The folder of a local plugin."""


class PluginsDocument(Document):
    """`hivemind plugins list --json`."""

    plugins: tuple[PluginShown, ...]


class Node(BaseModel):
    """A node of a graph; its status is None where no session runs it."""

    name: str
    role: str
    plugin: str
    status: WorkerStatus | None


class EdgeShown(BaseModel):
    """An edge of a graph."""

    before: str
    after: str
    kind: EdgeKind
    reason: str
    declared_by: str


class GraphDocument(Document):
    """`hivemind graph show --format json`."""

    nodes: tuple[Node, ...]
    edges: tuple[EdgeShown, ...]


class SettingShown(BaseModel):
    """A setting, its value and where that came from."""

    name: str
    value: Any
    origin: str


class ConfigDocument(Document):
    """`hivemind config show --json`."""

    repo: str
    settings: tuple[SettingShown, ...]


class CheckShown(BaseModel):
    """One line of `hivemind doctor`."""

    name: str
    status: Literal["ok", "warning", "broken"]
    detail: str
    hint: str | None = None


class DoctorDocument(Document):
    """`hivemind doctor --json`."""

    status: Literal["ok", "warning", "broken"]
    checks: tuple[CheckShown, ...]


def run_document(session: SessionFolder, names: Iterable[str], status: SessionStatus) -> RunDocument:
    """Describe a session that has just ended."""
    snapshot = session.snapshot()
    report = session.layout.report
    return RunDocument(
        session_id=session.id,
        path=str(session.path),
        status=status,
        task=session.task.text,
        workers=tuple(WorkerRun.of(snapshot.workers[name]) for name in names if name in snapshot.workers),
        report=str(report) if report.is_file() else None,
        reason=snapshot.reason,
        usage=UsageShown.of(snapshot.usage),
        planner=UsageShown.of(snapshot.planner) if snapshot.planner.requests else None,
        models={name: UsageShown.of(used) for name, used in snapshot.models.items()},
    )


def session_document(path: Path, snapshot: SessionSnapshot, findings: Mapping[str, int]) -> SessionDocument:
    """Describe a session on disk."""
    from hivemind.session.layout import REPORT

    return SessionDocument(
        session_id=snapshot.id,
        path=str(path),
        status=snapshot.status,
        reason=snapshot.reason,
        task=snapshot.task,
        created_at=snapshot.created_at,
        updated_at=snapshot.updated_at,
        last_seq=snapshot.last_seq,
        usage=snapshot.usage,
        models=snapshot.models,
        workers=tuple(snapshot.workers.values()),
        findings=dict(findings),
        plan=snapshot.plan,
        report=str(path / REPORT) if (path / REPORT).is_file() else None,
    )
