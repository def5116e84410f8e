"""Waits for a worker that nobody is."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="bad-worker",
        role="bad",
        description="Waits for nobody.",
        requires=("architekt",),
        rules=f"{__name__}:rules",
    )


def rules(task, context):
    return WorkerOutput(summary="done")
