"""Runs the backend agent: the context in the core's words, and the repository's conventions beside it."""

from __future__ import annotations

from hivemind import Context, Runtime, WorkerOutput, prompt_of
from hivemind_backend.agent import BackendDeps, build
from hivemind_backend.conventions import conventions_of
from hivemind_backend.facts import facts_of


async def execute(context: Context, runtime: Runtime) -> WorkerOutput:
    """Ask the model, with the conventions that drafts must follow told from the facts.

    Args:
        context: The worker's context.
        runtime: Resolves the model, counts, and gives the tools.
    """
    facts = facts_of(context)
    prompt = prompt_of(context)
    if facts is not None:
        conventions = conventions_of(facts, context.task.repo)
        prompt = f"## Conventions of this repository, counted from its code\n\n{conventions.told()}\n\n{prompt}"
        await runtime.progress("conventions told", endpoints=len(facts.endpoints), tables=len(facts.tables))
    return await runtime.run(build(), prompt, deps=BackendDeps(facts=facts, repo=context.task.repo))
