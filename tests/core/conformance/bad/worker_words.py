"""Says nothing about its worker."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="  ", rules=f"{__name__}:rules")


def rules(task, context):
    return WorkerOutput(summary="done")
