"""Has instructions that fail as soon as they are asked for."""

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="bad-worker", role="bad", description="Fails with a model.", agent=f"{__name__}:build")


def build():
    from pydantic_ai import Agent

    agent = Agent(output_type=WorkerOutput)

    @agent.instructions
    def instructions() -> str:
        raise RuntimeError("the instructions are lost")

    return agent
