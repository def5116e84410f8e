"""Publishes under a name that is another each time."""

import time

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Publishes anew.", rules=f"{__name__}:rules")


def rules(task, context):
    return WorkerOutput(summary="done")


@hookimpl
def hivemind_publish(worker, output, session):
    if worker.name == "bad-worker":
        session.write_file(worker.name, f"summary-{time.time_ns()}.txt", output.summary)
    return []
