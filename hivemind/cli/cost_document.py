"""The JSON document of `hivemind sessions cost`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from hivemind.cli.documents import Document
from hivemind.models import Usage
from hivemind.session.costs import Costs


class ModelCost(BaseModel):
    """What one model was used for."""

    model: str
    usage: Usage


class WorkerCost(BaseModel):
    """What one worker used; 'planner' is the choice of workers by a model."""

    worker: str
    usage: Usage


class DayCost(BaseModel):
    """What was used on one day (UTC)."""

    day: str
    usage: Usage


class CostDocument(Document):
    """`hivemind sessions cost --json`."""

    root: str
    since: str | None
    sessions: int
    usage: Usage
    models: tuple[ModelCost, ...]
    workers: tuple[WorkerCost, ...]
    days: tuple[DayCost, ...]
    problems: tuple[str, ...]


def cost_document(root: Path, since: str | None, costs: Costs) -> CostDocument:
    """Describe what sessions used together."""
    return CostDocument(
        root=str(root),
        since=since,
        sessions=costs.sessions,
        usage=costs.total,
        models=tuple(ModelCost(model=name, usage=usage) for name, usage in sorted(costs.models.items())),
        workers=tuple(WorkerCost(worker=name, usage=usage) for name, usage in sorted(costs.workers.items())),
        days=tuple(DayCost(day=name, usage=usage) for name, usage in sorted(costs.days.items())),
        problems=tuple(costs.problems),
    )
