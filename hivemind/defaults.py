"""The core's own plugin: the local engine, the default executor and the checks of any result, through the same door as
everybody's."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import TYPE_CHECKING

from hivemind.hookspecs import hookimpl

if TYPE_CHECKING:
    from hivemind.models import Context, Finding, Task, WorkerOutput, WorkerSpec
    from hivemind.protocols import Engine, Runtime, SessionView


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


@hookimpl
async def hivemind_verify(output: WorkerOutput, session: SessionView) -> Iterable[Finding]:
    """Check what must hold of any result: files, diagrams, claims and places."""
    from hivemind.verification.checks import check_output

    return await check_output(output, session)
