"""Leaves a field out of the JSON in which sessions keep outputs."""

from pydantic import Field

from hivemind import WorkerOutput, WorkerSpec, hookimpl


class Lossy(WorkerOutput):
    places: tuple[str, ...] = Field(default=(), exclude=True)


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="bad-worker",
        role="bad",
        description="Forgets places.",
        output_type=f"{__name__}:Lossy",
        rules=f"{__name__}:rules",
    )


def rules(task, context):
    return Lossy(summary="found", places=("shop/main.py:1",))
