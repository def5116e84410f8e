"""The fingerprint: a hash of all that a worker's result depends on, by named parts."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hivemind.models import Context, PlannedWorker, WorkerSpec


def digest_of(value: Any) -> str:
    """Hash plain data; the same data gives the same hash whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _spec_digest(spec: WorkerSpec) -> str:
    # pydantic writes fields in the order of their definition: the same spec is always the same text
    text = spec.model_dump_json(exclude={"instructions", "model"})
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def fingerprint_parts(planned: PlannedWorker, plugin_version: str, context: Context) -> dict[str, str]:
    """Name every part that a worker's result depends on, each with its hash."""
    parts = {
        "spec": _spec_digest(planned.spec),
        "instructions": digest_of(planned.spec.instructions),
        "plugin": f"{planned.plugin} {plugin_version}",
        "model": planned.model,
        "task": digest_of(context.task.text),
    }
    for one in context.upstream:
        plain = {key: value for key, value in (one.output or {}).items() if key != "provenance"}
        parts[f"upstream {one.worker}"] = digest_of([one.status, plain])
    for fragment in context.fragments:
        parts[f"context {fragment.plugin}/{fragment.name}"] = digest_of(fragment.text)
    if context.notes:
        parts["session notes"] = digest_of(context.notes)
    return parts


def fingerprint(parts: dict[str, str]) -> str:
    """Make one hash of all parts."""
    return digest_of(parts)
