"""Prints at import: whoever asks for JSON gets this too."""

from hivemind import WorkerSpec, hookimpl

print("the bad plugin is here")


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Prints at import.")
