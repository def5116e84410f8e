"""The JSON documents of `hivemind agents`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from hivemind.cli.documents import Document

AgentState = Literal["worker", "wrapper", "collision", "failed", "passed over"]


class AgentFinding(BaseModel):
    """Something to say about an agent file."""

    level: Literal["error", "warning", "note"]
    file: str
    line: int
    message: str
    remedy: str = ""

    @property
    def key(self) -> tuple[str, int, str]:
        """What findings are sorted by."""
        return self.file, self.line, self.message


class AgentsCheckDocument(Document):
    """`hivemind agents check --json`."""

    ok: bool
    files: int
    workers: int
    errors: int
    warnings: int
    findings: tuple[AgentFinding, ...]


class AgentShown(BaseModel):
    """An agent file: the worker that it gives, or the one that it runs."""

    file: str
    state: AgentState
    worker: str | None = None


class AgentsDocument(Document):
    """`hivemind agents list --json`."""

    files: tuple[AgentShown, ...]


class AgentWritten(BaseModel):
    """An agent file that was written, or already was as it should be."""

    worker: str
    file: str
    state: Literal["written", "replaced", "unchanged"]
    source: str = ""


class AgentsWrittenDocument(Document):
    """`hivemind agents export --json` and `hivemind agents import --json`."""

    files: tuple[AgentWritten, ...]
    findings: tuple[AgentFinding, ...] = ()
