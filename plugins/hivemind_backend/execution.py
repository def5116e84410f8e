"""Runs the backend agent: the context in the core's words, with the repository's conventions beside the facts."""

from __future__ import annotations

from hivemind import Context, ContextFragment, Runtime, WorkerOutput, preamble, prompt_of
from hivemind_backend.agent import build
from hivemind_backend.conventions import conventions_of
from hivemind_backend.facts import facts_of


async def execute(context: Context, runtime: Runtime) -> WorkerOutput:
    """Ask the model, with the conventions that drafts must follow told from the facts.

    Args:
        context: The worker's context; also the agent's deps.
        runtime: Resolves the model, counts, and gives the tools.
    """
    facts = facts_of(context)
    if facts is not None and (facts.endpoints or facts.tables):
        conventions = ContextFragment(
            name="conventions",
            title="Conventions of this repository, counted from its code",
            text=conventions_of(facts, context.task.repo, context.task.text).told(),
            plugin="backend",
        )
        context = context.model_copy(update={"fragments": (*context.fragments, conventions)})
    return await runtime.run(build(), f"{preamble(context.worker)}\n\n{prompt_of(context)}", deps=context)
