"""A worker of instructions alone: it needs a model."""

from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(
        name="schema-reviewer",
        role="reviewer",
        description="Reviews migrations.",
        instructions="Look at every migration, and name what can lose data.",
        paths=("migrations/**",),
        tools=("Read", "Grep"),
    )
