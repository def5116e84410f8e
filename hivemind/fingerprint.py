"""The fingerprint: a hash of all that a worker's result depends on, by named parts."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from hivemind.config import Settings
from hivemind.errors import DefinitionError, HivemindError, said_of
from hivemind.imports import load
from hivemind.models import EMBEDDED, SUCCEEDED, Context, ContextFragment, PlannedWorker, Task, Upstream, WorkerSpec
from hivemind.plugins import PluginManager
from hivemind.version import __version__

SHORT = 16
"""Characters of a part's hash that are recorded."""
UNKNOWN = "unknown"
"""The part of something that can't be hashed: a result that depends on it is never taken from a store."""


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def digest_of(value: Any) -> str:
    """Hash plain data; the same data gives the same hash whatever the order of its keys."""
    text = _ENCODER.encode(value)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def fingerprint(parts: Mapping[str, str]) -> str:
    """Make one hash of all parts."""
    return digest_of(dict(parts))


def short(parts: Mapping[str, str]) -> dict[str, str]:
    """The parts as the journal has them: hashes cut short, what people can read as it is."""
    return {name: value[:SHORT] if len(value) == 64 else value for name, value in parts.items()}


def worker_parts(manager: PluginManager, settings: Settings, planned: PlannedWorker, task: Task) -> dict[str, str]:
    """Name the parts that stand before a worker is given anything: who it is, its code, its model, the task.

    Args:
        manager: The plugins.
        settings: What a model is asked with.
        planned: The worker.
        task: What the user asks for.
    """
    spec, info = planned.spec, manager.plugins.get(planned.plugin)
    parts = {
        "spec": _spec_digest(spec),
        "instructions": _text_digest(spec.instructions),
        "plugin": f"{planned.plugin} {info.version if info else ''}".strip(),
        "code": _code(manager, planned),
        "hivemind": _core(),
        "model": planned.model,
        "model settings": _model_settings(planned.model, settings),
        "output schema": _schema(spec.output_type),
        "task": _text_digest(task.text),
        "repository path": _place(task.repo),
    }
    return parts | {"focus": digest_of(planned.focus)} if planned.focus else parts


@lru_cache(maxsize=64)
def _text_digest(text: str) -> str:
    """Of a text that many workers have in common."""
    return digest_of(text)


@lru_cache(maxsize=64)
def _place(repo: str) -> str:
    return digest_of(os.path.realpath(repo))


def context_parts(context: Context) -> dict[str, str]:
    """Name the parts that a worker is given: upstream results, fragments and notes."""
    parts: dict[str, str] = {}
    for one in context.upstream:
        parts[f"upstream {one.worker}"] = _upstream(one)
    for fragment in context.fragments:
        parts[f"context {fragment.plugin}/{fragment.name}"] = _fragment(fragment)
    if context.notes:
        parts["session notes"] = digest_of(context.notes)
    return parts


def cacheable(parts: Mapping[str, str]) -> bool:
    """Whether every part is known."""
    return UNKNOWN not in parts.values()


def _spec_digest(spec: WorkerSpec) -> str:
    # pydantic writes fields in the order of their definition: the same spec is always the same text
    text = spec.model_dump_json(exclude={"instructions", "model"})
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _upstream(one: Upstream) -> str:
    plain = {key: value for key, value in (one.output or {}).items() if key != "provenance"}
    how = "succeeded" if one.status in SUCCEEDED else one.status  # taken from a store or made now is the same
    return digest_of([how, one.via, one.error, plain])


def _fragment(fragment: ContextFragment) -> str:
    data = _data(fragment)
    return UNKNOWN if data is None else digest_of([fragment.title, fragment.text, data])


def _data(fragment: ContextFragment) -> str | None:
    """What stands for the data that rules read beside the text; None where nothing can."""
    if fragment.digest or fragment.data is None:
        return fragment.digest
    from pydantic_core import to_json

    try:
        return hashlib.sha256(to_json(fragment.data)).hexdigest()
    except ValueError:  # an object that is no plain data
        return None


@lru_cache(maxsize=256)
def _schema(output_type: str | None) -> str:
    from hivemind.models import WorkerOutput

    if output_type is None:
        return digest_of(WorkerOutput.model_json_schema())
    try:
        kind = load(output_type, "output_type")
    except HivemindError:
        return UNKNOWN  # running the worker says what is wrong with it
    if not isinstance(kind, type) or not issubclass(kind, BaseModel):
        return UNKNOWN
    return UNKNOWN if _schema_problem(kind) is not None else digest_of(kind.model_json_schema())


@lru_cache(maxsize=256)
def _schema_problem(kind: type[BaseModel]) -> str | None:
    try:
        kind.model_json_schema()
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a type's own code makes its schema)
        return said_of(error).partition("\n")[0]
    return None


def check_schema(spec: WorkerSpec) -> None:
    """Make sure that a model can be told what a worker's output looks like.

    Raises:
        DefinitionError: The output type can't be imported, or has no JSON schema.
    """
    if spec.output_type is None:
        return
    kind = load(spec.output_type, f"output_type of worker {spec.name!r}")
    problem = _schema_problem(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    if problem is not None:
        raise DefinitionError(
            f"output_type {spec.output_type!r} of worker {spec.name!r} has no JSON schema: {problem}",
            "use types that JSON knows: str, int, bool, list, dict, models, Literal",
        )


@lru_cache(maxsize=1)
def _core() -> str:
    from hivemind.code_identity import core_digest

    return f"{__version__} {core_digest()[:SHORT]}"


def _code(manager: PluginManager, planned: PlannedWorker) -> str:
    """Hash the code of the plugin, of what the spec names, and of others' plugins that could execute the worker."""
    from hivemind.code_identity import code_digest, others_executing, plugin_module, spec_modules

    told: list[str] = []
    entry = None
    if planned.plugin in manager.plugins:
        entry = plugin_module(manager, planned.plugin)
        if entry is None:
            return UNKNOWN
    told.append(code_digest(spec_modules(planned.spec), entry))
    for name in others_executing(manager, planned.plugin):
        module = plugin_module(manager, name)
        if module is None:
            return UNKNOWN
        told.append(f"{name} {manager.plugins[name].version} {code_digest((), module)}")
    return digest_of(told)


def _model_settings(model: str, settings: Settings) -> str:
    """Hash what of the settings can change an answer: not time limits, not how often is tried again."""
    chosen: dict[str, Any] = {"context_tokens": settings.context_tokens}
    if model != EMBEDDED:
        from hivemind.model_access import base_url

        chosen["max_requests"] = settings.max_requests
        try:
            chosen["address"] = base_url(model.partition(":")[0], settings)
        except HivemindError:
            chosen["address"] = UNKNOWN  # asking the model says what is wrong with it
    return digest_of(chosen)


class Fingerprints:
    """Makes the fingerprints of one session's workers; what they have in common is looked at once.

    Args:
        manager: The plugins.
        settings: What a model is asked with.
        repository: Gives the hashes of the repository as it is when the session begins.
    """

    def __init__(self, manager: PluginManager, settings: Settings, repository: Callable[[], dict[str, str]]) -> None:
        self._manager = manager
        self._settings = settings
        self._look = repository
        self._looking: asyncio.Task[dict[str, str]] | None = None

    async def parts(self, planned: PlannedWorker, context: Context) -> dict[str, str]:
        """Name every part that a worker's result depends on, each with its hash."""
        if self._looking is None:
            self._looking = asyncio.create_task(asyncio.to_thread(self._look))
        repository = await asyncio.shield(self._looking)
        own = worker_parts(self._manager, self._settings, planned, context.task)
        return {**own, **repository, **context_parts(context)}
