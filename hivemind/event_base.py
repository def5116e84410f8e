"""What all events of a journal have in common."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

SYSTEM = "hivemind"
"""Who speaks where no worker does."""


def utc_now() -> str:
    """Say the time as ISO 8601 in UTC with milliseconds: `2026-11-23T10:40:00.000Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Details(BaseModel):
    """The base of what an event says."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Envelope(BaseModel):
    """The base of every event: its place in the journal, when, and who speaks."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    seq: int = 0
    timestamp: str = Field(default_factory=utc_now)
    agent: str = SYSTEM
