"""Registers with a coroutine, which nobody awaits."""

from hivemind import WorkerSpec, hookimpl


@hookimpl
async def hivemind_workers():
    return [WorkerSpec(name="bad-worker", role="bad", description="Registers too late.")]
