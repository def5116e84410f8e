"""Declares a tool that no worker is given."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="bad-worker",
        role="bad",
        description="Would like to run programs.",
        tools=("read_file", "Bash"),
        rules=f"{__name__}:rules",
    )


def rules(task, context):
    return WorkerOutput(summary="done")
