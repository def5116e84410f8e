"""Gives capabilities in the order of a set, which is another in each process."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl

WORDS = {"reading", "writing", "counting", "drawing", "singing", "walking", "sorting", "mending"}


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="bad-worker",
        role="bad",
        description="Is never the same.",
        capabilities=tuple(WORDS),
        rules=f"{__name__}:rules",
    )


def rules(task, context):
    return WorkerOutput(summary="done")
