"""Names rules that take other arguments than they are given."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Names rules badly.", rules=f"{__name__}:rules")


def rules(task, context, settings):
    return WorkerOutput(summary="done")
