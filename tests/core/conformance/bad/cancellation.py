"""Ends as if nothing had happened when it is cancelled before it has done anything."""

import asyncio

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Can't be stopped.")


@hookimpl
def hivemind_execute(worker):
    return work() if worker.name == "bad-worker" else None


async def work():
    try:
        await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        return WorkerOutput(summary="stopped, but who cares")
    return WorkerOutput(summary="done")
