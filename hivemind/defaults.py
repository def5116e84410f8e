"""The core's own plugin: the local engine and the default executor, through the same door as everybody's."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import TYPE_CHECKING

from hivemind.hookspecs import hookimpl

if TYPE_CHECKING:
    from hivemind.models import Context, Task, WorkerOutput, WorkerSpec
    from hivemind.protocols import Engine, Runtime


@hookimpl
def hivemind_engines() -> Iterable[Engine]:
    """Give the local engine."""
    from hivemind.engines.local import LocalEngine

    yield LocalEngine()


@hookimpl(trylast=True)
def hivemind_execute(
    worker: WorkerSpec, task: Task, context: Context, runtime: Runtime
) -> Awaitable[WorkerOutput] | None:
    """Run the spec's rules where no model is to be asked, else the spec's agent."""
    from hivemind.models import EMBEDDED

    if runtime.model == EMBEDDED:
        from hivemind.rules import run_rules

        return run_rules(worker, task, context)
    from hivemind.agent import run_spec

    return run_spec(worker, task, context, runtime)
