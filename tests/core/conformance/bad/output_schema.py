"""Has a field that no model can fill."""

from collections.abc import Callable

from hivemind import WorkerOutput, WorkerSpec, hookimpl


class BadOutput(WorkerOutput):
    compare: Callable[[str, str], bool]


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="bad-worker",
        role="bad",
        description="Gives a function.",
        output_type=f"{__name__}:BadOutput",
        instructions="Give a function.",
    )
