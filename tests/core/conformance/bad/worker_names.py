"""Gives a worker with the name of an installed one."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="backend-worker", role="other", description="Is not the one you know.", rules=f"{__name__}:rules"
    )


def rules(task, context):
    return WorkerOutput(summary="done")
