"""Makes a call of a tool that may write: from the record where there is one, else with a record before and after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic_ai import ModelRetry, ToolFailed
from pydantic_ai.exceptions import (
    ApprovalRequired,
    CallDeferred,
    SkipToolExecution,
    ToolFailedError,
    ToolRetryError,
)

from hivemind.errors import SessionError
from hivemind.tool_journal import Asked, Known, ToolJournal, may_have_happened
from hivemind.transcript import arguments_of

if TYPE_CHECKING:
    from pydantic_ai.messages import ToolCallPart

    from hivemind.transcript import Exchange


def asked_of(call: ToolCallPart, exchange: Exchange | None, redact: Callable[[str], str]) -> Asked:
    """Put a call into the form that is compared.

    Args:
        call: The call.
        exchange: The answer of the model that it is of; None where no answer is known.
        redact: Takes secrets out.
    """
    arguments, digest = arguments_of(call.args, redact)
    same: Sequence[str] = exchange.same_calls(call.tool_name, digest, redact) if exchange is not None else ()
    listed = exchange is not None and call.tool_call_id in exchange.call_ids
    return Asked(
        tool=call.tool_name,
        call_id=call.tool_call_id,
        exchange=exchange.number if exchange is not None else 0,
        digest=exchange.digest if exchange is not None else "",
        occurrence=same.index(call.tool_call_id) if call.tool_call_id in same else 0,
        arguments=arguments,
        arguments_digest=digest,
        listed=listed,
        masked=exchange is not None and call.tool_call_id in exchange.masked,
    )


async def recorded(
    journal: ToolJournal,
    asked: Asked,
    execute: Callable[[], Awaitable[Any]],
    *,
    stopping: Callable[[], bool],
    taken: list[Known],
) -> object:
    """Answer a call from the record, or make it and keep what it did before anything follows from it.

    Args:
        journal: The worker's.
        asked: The call.
        execute: Makes it.
        stopping: Whether nothing new may be begun.
        taken: Gets the call's record.

    Raises:
        ToolFailed: The tool failed, or may have been done by a process that ended meanwhile.
        ModelRetry: The tool asks its model for another call.
        SessionError: The session can't be written; the run ends.
    """
    known = await journal.known(asked)
    if known is not None:
        taken.append(known)
        return await answer(journal, known)
    if asked.masked:
        raise ToolFailed(
            f"{asked.tool} was not run: its arguments held something secret, which the session does not keep. "
            "Ask for it once more, with all its arguments."
        )
    if stopping():
        raise asyncio.CancelledError  # it is made when the session goes on
    known = await journal.start(asked)
    taken.append(known)
    return await _made(journal, known, execute)


async def answer(journal: ToolJournal, known: Known) -> object:
    """Answer a call from its record.

    Raises:
        ToolFailed: So it failed then, or nobody knows whether it was done.
        ModelRetry: So it asked then.
        SessionError: The session can't be written.
    """
    tool, end = known.started.tool, known.finished
    if end is None:
        end = await journal.finish(known, "unknown", time.monotonic(), error=may_have_happened(tool))
    match end.outcome:
        case "done":
            try:
                return await asyncio.to_thread(journal.result, end)
            except (OSError, ValueError) as error:
                raise ToolFailed(f"{tool} was run, but what it gave is not on record any more") from error
        case "retry":
            raise ModelRetry(end.error or "try again")
        case _:
            raise ToolFailed(end.error or may_have_happened(tool))


async def _made(journal: ToolJournal, known: Known, execute: Callable[[], Awaitable[Any]]) -> object:
    """Make a call. A cancellation in its middle leaves it without an end: nobody can say what it did."""
    began = time.monotonic()
    try:
        result = await execute()
    except SkipToolExecution as skipped:
        result = skipped.result  # another capability answered in its place
    except (ToolRetryError, ModelRetry) as error:
        end = await journal.finish(known, "retry", began, error=_said(error))
        if isinstance(error, ToolRetryError):
            error.tool_retry.content = end.error or ""
            raise
        raise ModelRetry(end.error or "") from error
    except (ToolFailedError, ToolFailed) as error:
        end = await journal.finish(known, "failed", began, error=_said(error))
        raise ToolFailed(end.error or "") from error
    except (CallDeferred, ApprovalRequired):
        await journal.finish(known, "not_run", began)
        raise
    except SessionError:
        raise
    except Exception as error:
        await journal.finish(known, "failed", began, error=f"{type(error).__name__}: {error}")
        raise
    end = await journal.finish(known, "done", began, result=result)
    if end.outcome != "done":
        raise ToolFailed(end.error or "")
    return journal.result(end)


def _said(error: ToolRetryError | ModelRetry | ToolFailedError | ToolFailed) -> str:
    match error:
        case ToolRetryError():
            said: object = error.tool_retry.content
        case ToolFailedError():
            said = error.tool_failed.content
        case _:
            said = error.message
    return said if isinstance(said, str) else str(said)
