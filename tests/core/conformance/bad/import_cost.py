"""Imports pydantic-ai at the top: every command pays for it."""

from pydantic_ai import Agent

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Is heavy.", agent=f"{__name__}:build")


def build():
    return Agent(output_type=WorkerOutput, instructions="Say what you see.")
