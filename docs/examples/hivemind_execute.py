from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="greeter", role="greeter", description="Says hello.")


@hookimpl
def hivemind_execute(worker, task, context, runtime):
    return greet(task) if worker.name == "greeter" else None


async def greet(task):
    return WorkerOutput(summary=f"Hello! The task is: {task.text}")
