"""Has rules that fail."""

from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Fails.", rules=f"{__name__}:rules")


def rules(task, context):
    return {}["summary"]
