"""Writes into the repository."""

from pathlib import Path

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Leaves a file.", rules=f"{__name__}:rules")


def rules(task, context):
    (Path(task.repo) / "TODO.md").write_text("- mend it\n")
    return WorkerOutput(summary="done")
