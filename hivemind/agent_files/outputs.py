"""What a worker hands over, named from its output model: a title and a line about each field."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from hivemind.errors import DefinitionError
from hivemind.imports import load
from hivemind.models import WorkerOutput, WorkerSpec

_OWN = frozenset(("provenance",))


def outputs_of(spec: WorkerSpec) -> list[tuple[str, str]]:
    """Name the fields of a worker's typed output, its own before those that every output has."""
    model: Any = WorkerOutput
    if spec.output_type:
        try:
            model = load(spec.output_type, f"output_type of worker {spec.name!r}")
        except DefinitionError:  # told by every run of the worker; the base is what any output has
            model = WorkerOutput
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        model = WorkerOutput
    own = [name for name in model.model_fields if name not in WorkerOutput.model_fields]
    shared = [name for name in model.model_fields if name in WorkerOutput.model_fields and name not in _OWN]
    return [(titled(name), _about(model, name)) for name in (*own, *shared)]


def _about(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    if field.description:
        return field.description
    for part in _types(field.annotation):
        if isinstance(part, type) and issubclass(part, BaseModel) and (said := inspect.getdoc(part)):
            return said.split("\n", 1)[0].rstrip(".")
    return ""


def _types(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)


def titled(words: str) -> str:
    """Make a title of a name: `api_development` to 'API Development'."""
    found = words.replace("_", " ").replace("-", " ").split()
    return " ".join(_INITIALS.get(word.lower(), word[:1].upper() + word[1:]) for word in found)


_INITIALS = {
    one.lower(): one
    for one in (
        "API",
        "APIs",
        "CI",
        "CSS",
        "HTML",
        "HTTP",
        "ID",
        "JSON",
        "LLM",
        "ML",
        "OpenAPI",
        "SQL",
        "UI",
        "UX",
        "YAML",
    )
}
