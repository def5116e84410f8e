"""The least that a plugin with a worker can be."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="greeter", role="greeter", description="Says hello.", rules=f"{__name__}:greet")


def greet(task, context):
    return WorkerOutput(summary=f"Hello! The task is: {task.text}")
