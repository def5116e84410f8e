"""The events of tools that may write: what they were asked, and what they did."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from hivemind.event_base import Details, Envelope

ToolOutcome = Literal["done", "failed", "retry", "not_run", "unknown"]


class ToolStartedDetails(Details):
    """A call of a tool that is not known to only read, before it runs."""

    call: int = Field(description="its number among the worker's calls")
    tool: str
    call_id: str = Field(default="", description="the model's name for the call")
    exchange: int = Field(default=0, description="the number of the model's answer that asked for it")
    digest: str = Field(default="", description="of the request that was answered so: the conversation before it")
    occurrence: int = Field(default=0, description="which of the same calls in that answer")
    arguments: str = Field(default="", description="redacted JSON, cut where it is long")
    arguments_digest: str = ""


class ToolStarted(Envelope):
    """A tool that may write is about to run; it is not run again, whatever becomes of the process."""

    type: Literal["tool_started"] = "tool_started"
    details: ToolStartedDetails


class ToolFinishedDetails(Details):
    """What a tool did: what its model is told, now and whenever the call is answered from the journal."""

    call: int
    tool: str
    outcome: ToolOutcome = Field(description="unknown: its process ended while it ran")
    duration_s: float = 0.0
    result: dict[str, Any] | None = None
    result_file: str | None = Field(default=None, description="where a result too large for the journal is")
    error: str | None = None


class ToolFinished(Envelope):
    """A tool that may write ended, or is known to have been cut off."""

    type: Literal["tool_finished"] = "tool_finished"
    details: ToolFinishedDetails


class ToolRefusedDetails(Details):
    """A tool that a model asked for and does not have."""

    tool: str
    reason: str


class ToolRefused(Envelope):
    """A model asked for a tool that it may not use or that is not there; said once for each."""

    type: Literal["tool_refused"] = "tool_refused"
    details: ToolRefusedDetails
