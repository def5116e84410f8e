"""Asks a server, and goes on without an answer."""

import urllib.request

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Looks for updates.", rules=f"{__name__}:rules")


def rules(task, context):
    try:
        urllib.request.urlopen("http://updates.example.org/latest", timeout=2).read()
    except OSError:
        return WorkerOutput(summary="no update")
    return WorkerOutput(summary="an update")
