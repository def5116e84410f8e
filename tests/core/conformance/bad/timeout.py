"""Works before it returns what can be awaited: nothing can stop that."""

import time

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Takes its time.")


@hookimpl
def hivemind_execute(worker, runtime):
    if worker.name != "bad-worker" or runtime.model != "embedded":
        return None
    time.sleep(3)
    return work()


async def work():
    return WorkerOutput(summary="done")
