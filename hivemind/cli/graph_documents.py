"""The JSON documents of `hivemind graph`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from hivemind.cli.documents import Document, EdgeShown, GraphDocument, Node
from hivemind.models import EdgeKind

if TYPE_CHECKING:
    from hivemind.graph_export.drawing import Drawing
    from hivemind.models import Edge


class StepShown(BaseModel):
    """An edge, who declared it and how."""

    before: str
    after: str
    kind: EdgeKind
    reason: str
    declared_by: str
    source: str

    @classmethod
    def of(cls, edge: Edge) -> StepShown:
        """Take what is shown of an edge."""
        return cls(**edge.model_dump())


class PathDocument(Document):
    """`hivemind graph path --json`."""

    start: str
    end: str
    nodes: tuple[str, ...]
    edges: tuple[StepShown, ...]


class Affected(BaseModel):
    """A worker or check that depends on another."""

    name: str
    steps: int
    hard: bool
    """Whether it can't run without: every step of some way there is a requirement or a check."""
    status: str | None


class ImpactDocument(Document):
    """`hivemind graph impact --json`."""

    worker: str
    affected: tuple[Affected, ...]


class CriticalStep(BaseModel):
    """One node of the critical path."""

    name: str
    seconds: float | None


class CriticalPathDocument(Document):
    """`hivemind graph critical-path --json`."""

    path: tuple[CriticalStep, ...]
    total_s: float | None
    sessions: int
    note: str


class WhyDocument(Document):
    """`hivemind graph why --json`."""

    worker: str
    reason: str
    chains: tuple[tuple[StepShown, ...], ...]


def graph_document(drawing: Drawing) -> GraphDocument:
    """Describe a graph."""
    return GraphDocument(
        nodes=tuple(
            Node.model_validate({"name": one.name, "role": one.role, "plugin": one.plugin, "status": one.status})
            for one in drawing.nodes
        ),
        edges=tuple(
            EdgeShown(
                before=edge.before,
                after=edge.after,
                kind=edge.kind,
                reason=edge.reason,
                declared_by=edge.declared_by,
            )
            for edge in drawing.edges
        ),
    )
