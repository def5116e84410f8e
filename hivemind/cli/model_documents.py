"""The JSON document of `hivemind models`."""

from __future__ import annotations

from pydantic import BaseModel

from hivemind.cli.documents import Document
from hivemind.model_access import ModelEntry


class ModelChoice(BaseModel):
    """A model and where it came from; an error where its name does not hold."""

    name: str
    origin: str
    worker: str | None = None
    error: str | None = None


class ModelsDocument(Document):
    """`hivemind models --json`: what each worker would ask, and every way to name a model; keys by name only."""

    default: ModelChoice
    workers: tuple[ModelChoice, ...]
    models: tuple[ModelEntry, ...]
