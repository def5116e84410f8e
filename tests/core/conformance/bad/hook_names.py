"""Implements a hook that there is not."""

from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Publishes under a wrong name.")


@hookimpl
def hivemind_publsh(worker, output, session):
    return []
