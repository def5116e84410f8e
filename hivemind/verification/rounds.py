"""Gives a model's result back to it while checks fail and retries last; and once more to mend a contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hivemind.errors import OutputError
from hivemind.models import Finding, WorkerOutput
from hivemind.projections import provenance_of
from hivemind.verification.collecting import collect_findings, is_error

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.run import AgentRunResult

    from hivemind.runtime import WorkerRuntime

_LISTED = 25
Ask = Callable[[str, "Sequence[ModelMessage] | None"], Awaitable["AgentRunResult[Any]"]]


@dataclass
class Revision:
    """A request to mend a result that was verified before."""

    message: str
    done: bool = False


async def verified(runtime: WorkerRuntime, ask: Ask, prompt: str) -> Any:
    """Ask for a result, and again with exactly what the checks found while it does not hold and retries last.

    The last result is returned either way; whether it holds is judged by who runs the worker.

    Args:
        runtime: The worker's.
        ask: Asks the model: (prompt, messages before it).
        prompt: What the model is told first.
    """
    result, errors = await _until_it_holds(runtime, ask, await ask(prompt, None))
    revision = runtime.revision
    if revision is not None and not revision.done and not errors and _states_a_contract(result.output):
        again = await ask(revision.message, result.all_messages())
        result, _ = await _until_it_holds(runtime, ask, again)
        revision.done = True
    return result.output


async def _until_it_holds(
    runtime: WorkerRuntime, ask: Ask, result: AgentRunResult[Any]
) -> tuple[AgentRunResult[Any], list[Finding]]:
    allowed = runtime.settings.verify_retries
    number = 0
    while True:
        errors = await _errors(runtime, result.output)
        if not errors or number == allowed:
            return result, errors
        number += 1
        await runtime.progress(
            f"asking again ({number} of {allowed}), as the result is not verified: {errors[0].title}",
            verification_retry=number,
            findings=[one.model_dump(mode="json", exclude_defaults=True) for one in errors],
        )
        try:
            result = await ask(_told(errors), result.all_messages())
        except OutputError as error:
            # What was paid for is kept: the result that is there stays, unverified.
            await runtime.progress(f"not asked again: {error.message}")
            return result, errors


async def _errors(runtime: WorkerRuntime, output: object) -> list[Finding]:
    if not isinstance(output, WorkerOutput):
        return []
    known = output.model_copy(update={"provenance": provenance_of(runtime.planned, runtime.asked)})
    findings = await collect_findings(runtime.manager, runtime.planned.spec, known, runtime.session)
    runtime.verified = (output, findings)
    return [one for one in findings if is_error(one)]


def _told(errors: Sequence[Finding]) -> str:
    """What the model is told: each finding in its exact words."""
    lines = [f"- {one.title}{f': {one.detail}' if one.detail else ''}{_where(one)}" for one in errors[:_LISTED]]
    if len(errors) > _LISTED:
        lines.append(f"- and {len(errors) - _LISTED} more")
    return "\n".join(
        ["Your result was checked and does not hold. Mend exactly this and give the whole result again:", *lines]
    )


def _where(finding: Finding) -> str:
    known = finding.location and finding.location not in finding.detail
    return f" ({finding.location})" if known else ""


def _states_a_contract(output: object) -> bool:
    return isinstance(output, WorkerOutput) and bool(output.offered_endpoints() or output.planned_calls())
