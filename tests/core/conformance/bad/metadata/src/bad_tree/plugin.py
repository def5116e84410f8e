"""A good plugin whose distribution does not require hivemind-orchestrator."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="tree-worker", role="tree", description="Counts trees.", rules=f"{__name__}:rules")


def rules(task, context):
    return WorkerOutput(summary="one tree")
