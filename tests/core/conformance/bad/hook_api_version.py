"""Was made for hooks of the future."""

from hivemind import WorkerSpec, hookimpl

HOOK_API_VERSION = 99


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Comes from the future.")
