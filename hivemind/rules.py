"""Runs a worker's rules: what `embedded` does instead of asking a model."""

from __future__ import annotations

import asyncio
import inspect

from hivemind.errors import DefinitionError, OutputError, WorkerBlockedError
from hivemind.imports import load
from hivemind.models import Context, Task, WorkerOutput, WorkerSpec


async def run_rules(worker: WorkerSpec, task: Task, context: Context) -> WorkerOutput:
    """Run `rules(task, context)` in a thread, so that long rules do not hold the others.

    Raises:
        WorkerBlockedError: The worker has no rules and so needs a model.
        OutputError: The rules returned something else than an output.
    """
    if worker.rules is None:
        raise WorkerBlockedError(
            f"worker {worker.name!r} has no rules for the embedded model",
            "choose a model with --model or HIVEMIND_MODEL",
        )
    rules = load(worker.rules, f"rules of worker {worker.name!r}")
    if not callable(rules):
        raise DefinitionError(f"rules of worker {worker.name!r} are not a function: {worker.rules!r}")
    if inspect.iscoroutinefunction(rules):
        output = await rules(task, context)
    else:
        output = await asyncio.to_thread(rules, task, context)
    if not isinstance(output, WorkerOutput):
        raise OutputError(f"rules of worker {worker.name!r} returned {type(output).__name__}, not a WorkerOutput")
    return output
