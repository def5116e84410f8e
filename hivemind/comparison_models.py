"""What a comparison of two sessions says: the document that `hivemind diff --json` prints."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from hivemind.models import SCHEMA_VERSION, Frozen, SessionStatus, WorkerStatus

ChangeKind = Literal["added", "removed", "changed"]


class ValueChange(Frozen):
    """A value that is not the same; None where a side has none."""

    before: Any
    after: Any


class Amount(Frozen):
    """A number on both sides; None where it is not known."""

    before: float | None
    after: float | None
    difference: float | None

    @classmethod
    def between(cls, before: float | None, after: float | None) -> Amount:
        """Compare two numbers."""
        known = before is not None and after is not None
        return cls(before=before, after=after, difference=round(after - before, 6) if known else None)  # type: ignore[operator]


class FieldChange(Frozen):
    """A part of an item that is not the same."""

    path: str = Field(description="within the item: parameters[limit].required")
    change: ChangeKind
    before: Any = None
    after: Any = None


class ItemChange(Frozen):
    """An item of a typed output that came, went or changed."""

    field: str = Field(description="the output's field: api_endpoints")
    key: str = Field(description="what the item is called: 'GET /api/orders'; '' where the field is no list")
    change: ChangeKind
    before: Any = None
    after: Any = None
    fields: tuple[FieldChange, ...] = Field(default=(), description="what changed in it")


class PartChange(Frozen):
    """A part of a fingerprint that is not the same."""

    part: str
    change: ChangeKind
    before: str | None
    after: str | None


class FingerprintDiff(Frozen):
    """Whether a worker's result depends on the same."""

    same: bool | None = Field(description="None: not recorded on both sides")
    by: Literal["parts", "whole", "unknown"]
    before: str = ""
    after: str = ""
    parts: tuple[PartChange, ...] = ()


class FindingsDiff(Frozen):
    """The findings of a worker and of its checks."""

    before: int
    after: int
    added: tuple[ItemChange, ...] = ()
    removed: tuple[ItemChange, ...] = ()
    changed: tuple[ItemChange, ...] = ()

    @property
    def differ(self) -> bool:
        """Whether there is any difference."""
        return bool(self.added or self.removed or self.changed)


class FileDiff(Frozen):
    """A file that a worker produced, and that came, went or has another hash."""

    path: str = Field(description="under the session folder")
    change: ChangeKind
    before_sha256: str | None
    after_sha256: str | None
    before_size: int | None
    after_size: int | None
    diff: str | None = Field(default=None, description="unified; None where it was not asked for or can't be made")
    note: str = Field(default="", description="why there is no diff")


class WorkerDiff(Frozen):
    """One worker in both sessions."""

    name: str
    role: str
    presence: Literal["both", "only_a", "only_b"]
    same: bool = Field(description="but for what it cost and how long it took")
    status: ValueChange | None
    status_now: WorkerStatus
    model: ValueChange | None
    error: ValueChange | None
    fingerprint: FingerprintDiff
    output: tuple[ItemChange, ...]
    findings: FindingsDiff
    files: tuple[FileDiff, ...]
    cost_usd: Amount
    tokens: Amount
    duration_s: Amount
    problems: tuple[str, ...] = Field(default=(), description="what could not be compared, and why")


class Side(Frozen):
    """One of the sessions."""

    session_id: str
    path: str
    status: SessionStatus
    task: str
    repo: str
    hivemind: str
    created_at: str
    updated_at: str
    workers: int
    succeeded: int
    cost_usd: float | None
    tokens: int
    duration_s: float | None


class Comparison(Frozen):
    """`hivemind diff --json`."""

    schema_version: int = SCHEMA_VERSION
    a: Side
    b: Side
    same: bool = Field(description="but for what it cost and how long it took")
    task: ValueChange | None
    status: ValueChange | None
    cost_usd: Amount
    tokens: Amount
    duration_s: Amount
    workers: tuple[WorkerDiff, ...]
