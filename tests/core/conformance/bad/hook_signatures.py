"""Takes an argument that the hook does not give."""

from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Asks for a repository.")


@hookimpl
def hivemind_load_context(worker, repository):
    return []
