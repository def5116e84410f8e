"""Looks for its own field in everybody's output."""

from hivemind import Finding, WorkerOutput, WorkerSpec, hookimpl


class Counted(WorkerOutput):
    count: int = 0


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="bad-worker",
        role="bad",
        description="Counts.",
        output_type=f"{__name__}:Counted",
        rules=f"{__name__}:rules",
    )


def rules(task, context):
    return Counted(summary="counted", count=3)


@hookimpl
def hivemind_verify(worker, output, session):
    if output.count < 0:
        yield Finding(id="C-001", severity="low", title="less than nothing")
