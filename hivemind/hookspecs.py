"""The markers and the specs of every hook, nothing else.

Registration hooks are plain `def`, called once, results sorted by name. Work hooks may be `def` or `async def`, except
`hivemind_execute`, which is a plain `def` that returns an awaitable or None.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click

    from hivemind.events import Event
    from hivemind.models import (
        Artifact,
        Context,
        ContextFragment,
        Edge,
        Finding,
        Plan,
        Task,
        WorkerOutput,
        WorkerSpec,
    )
    from hivemind.protocols import Engine, ModelProvider, Runtime, SessionView

PROJECT = "hivemind"
HOOK_API_VERSION = 1
"""Rises when an implementation that was right is no longer."""
HOOK_API_MINOR = 0
"""Rises when a hook or an argument is added."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def hivemind_workers() -> Iterable[WorkerSpec]:
    """Give the workers that this plugin brings.

    Example:
        @hookimpl
        def hivemind_workers():
            yield WorkerSpec(name="greeter", role="greeter", description="Says hello.")
    """
    yield from ()


@hookspec
def hivemind_engines() -> Iterable[Engine]:
    """Give the engines that this plugin brings, chosen with `--engine NAME`.

    Example:
        @hookimpl
        def hivemind_engines():
            yield OneByOne()
    """
    yield from ()


@hookspec
def hivemind_models() -> Iterable[ModelProvider]:
    """Give the families of models that this plugin brings, used as `prefix:NAME`.

    Example:
        @hookimpl
        def hivemind_models():
            yield HouseModels()
    """
    yield from ()


@hookspec
def hivemind_commands() -> Iterable[click.Command]:
    """Give the commands that this plugin adds to the command line.

    Example:
        @hookimpl
        def hivemind_commands():
            yield click.Command("hello", callback=lambda: click.echo("hello"), help="Say hello.")
    """
    yield from ()


@hookspec
def hivemind_edges(plan: Plan) -> Iterable[Edge]:
    """Add edges to a plan; nothing can be taken away.

    Example:
        @hookimpl
        def hivemind_edges(plan):
            yield Edge(before="analyzer-worker", after="backend-worker", reason="measure first")
    """
    yield from ()


@hookspec
def hivemind_load_context(worker: WorkerSpec, task: Task, session: SessionView) -> Sequence[ContextFragment]:
    """Give context for one worker; may be `async def`.

    Example:
        @hookimpl
        def hivemind_load_context(worker, task, session):
            return [ContextFragment(name="house-rules", text="Use tabs.")]
    """
    return ()


@hookspec(firstresult=True)
def hivemind_execute(
    worker: WorkerSpec, task: Task, context: Context, runtime: Runtime
) -> Awaitable[WorkerOutput] | None:
    """Execute one worker: return an awaitable, or None to leave it to another plugin or the core.

    Example:
        @hookimpl
        def hivemind_execute(worker, task, context, runtime):
            return greet(task) if worker.name == "greeter" else None
    """
    return None


@hookspec
def hivemind_verify(worker: WorkerSpec, output: WorkerOutput, session: SessionView) -> Iterable[Finding]:
    """Check one worker's output; a finding of severity high or critical makes the worker `unverified`.

    May be `async def`.

    Example:
        @hookimpl
        def hivemind_verify(worker, output, session):
            if "lorem ipsum" in output.summary:
                yield Finding(id="V-001", severity="high", title="the summary is filler text")
    """
    yield from ()


@hookspec
def hivemind_publish(worker: WorkerSpec, output: WorkerOutput, session: SessionView) -> Sequence[Artifact]:
    """Publish one worker's output, after the core has persisted it; may be `async def`.

    Example:
        @hookimpl
        def hivemind_publish(worker, output, session):
            session.write_file(worker.name, "summary.txt", output.summary)
            return []
    """
    return ()


@hookspec
def hivemind_event(event: Event) -> None:
    """Hear of one event, after it is on disk; can't change the run.

    Example:
        @hookimpl
        def hivemind_event(event):
            print(event.type)
    """
