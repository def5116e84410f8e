# ruff: noqa: ARG002  (the hooks of pydantic-ai's capabilities are called with all their arguments by name)
"""What stands between an agent and its model and tools: the transcript, the budget, the journal of what tools do."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic_ai import ToolFailed
from pydantic_ai.capabilities import AbstractCapability, CapabilityOrdering
from pydantic_ai.messages import BinaryContent, ModelResponse, ToolCallPart
from pydantic_ai.tools import RunContext, ToolDefinition

from hivemind.budget_gate import BudgetGate, Reservation, gate_of
from hivemind.errors import BudgetReachedError, HivemindError, SessionError, said_of
from hivemind.events import ModelResponded, ModelRespondedDetails
from hivemind.prices import configured
from hivemind.pricing import usage_of
from hivemind.repository_search import search_files
from hivemind.repository_tools import SEARCH_KIND
from hivemind.request_size import input_bound, output_limit, surely_not_billed
from hivemind.tool_calls import asked_of, recorded
from hivemind.tool_events import ToolRefused, ToolRefusedDetails
from hivemind.tool_journal import Known
from hivemind.tool_marks import only_reads
from hivemind.tool_policy import ToolPolicy
from hivemind.transcript import Asked, Exchange, answer_of

if TYPE_CHECKING:
    from pydantic_ai.capabilities.abstract import WrapModelRequestHandler, WrapToolExecuteHandler
    from pydantic_ai.models import ModelRequestContext
    from pydantic_ai.settings import ModelSettings

    from hivemind.repository_workspace import RepositoryWorkspace
    from hivemind.runtime import WorkerRuntime


@dataclass
class SessionJournal(AbstractCapability[Any]):
    """Keeps every answer of a model in the session, answers from there what was answered before, counts what it
    costs, lets no tool that writes do the same call twice, and no failing tool end the run."""

    runtime: WorkerRuntime = field(kw_only=True)
    workspace: RepositoryWorkspace = field(kw_only=True)
    policy: ToolPolicy = field(kw_only=True)
    taken: list[Exchange] = field(default_factory=list)
    calls: list[Known] = field(default_factory=list)
    current: Exchange | None = None
    """The answer of the model whose calls are made."""

    def get_ordering(self) -> CapabilityOrdering:
        """Next to the model: what is kept is what was asked and answered."""
        return CapabilityOrdering(position="innermost")

    def release(self) -> None:
        """Let this run's exchanges answer again: it is repeated."""
        for exchange in self.taken:
            exchange.used = False
        self.runtime.tools.release(self.calls)

    async def wrap_model_request(
        self, ctx: RunContext[Any], *, request_context: ModelRequestContext, handler: WrapModelRequestHandler
    ) -> ModelResponse:
        """Answer from the transcript, or ask the model and keep its answer before anything follows from it."""
        runtime = self.runtime
        request_context = await self._limited(request_context)
        asked = runtime.transcript.asked(request_context)
        known = runtime.transcript.find(asked)
        if known is not None:
            self._goes_on_from(known)
            runtime.count(known)
            return answer_of(known)
        if runtime.session.stopping:
            raise asyncio.CancelledError  # no further request: what has arrived is kept and used again on resume
        gate = gate_of(runtime.session, runtime.settings)
        runtime.asking += 1  # before anything is waited for: agents side by side share the limit
        try:
            await gate.refuse_more(runtime.planned.spec, runtime.usage.requests + runtime.asking - 1)
            limit = output_limit(request_context, runtime.settings.max_output_tokens)
            size = input_bound(request_context, asked.messages) if gate.active else 0
            reservation = await gate.reserve(runtime.worker, runtime.model, size, limit)
            started = time.monotonic()
            response = await self._ask(request_context, handler, gate, reservation)
        finally:
            runtime.asking -= 1
        duration_s = round(time.monotonic() - started, 6)
        usage = usage_of(response, configured(runtime.model, runtime.settings.prices))
        measured = not response.usage.unmeasured_requests
        actual = gate.actual(reservation, usage, measured=measured)
        # No await between the answer and its place on disk: nothing that is paid for can be lost to a cancellation.
        runtime.usage += usage
        exchange = runtime.transcript.add(asked, response, usage, runtime.model, duration_s)
        self._goes_on_from(exchange)
        details = ModelRespondedDetails(
            model=runtime.model,
            usage=usage,
            duration_s=duration_s,
            tools=tuple(part.tool_name for part in response.parts if isinstance(part, ToolCallPart)),
            exchange=exchange.number,
            reservation=reservation.key if reservation is not None else "",
            charged_tokens=None if measured or reservation is None else actual.tokens,
            charged_usd=None if usage.cost_usd is not None or reservation is None else actual.usd,
        )
        await runtime.session.record(ModelResponded(agent=runtime.worker, details=details))
        await gate.settled(runtime.worker, runtime.model, reservation, actual)
        await self._refused(response, asked)
        return response

    def _goes_on_from(self, exchange: Exchange) -> None:
        self.taken.append(exchange)
        self.current = exchange

    async def _limited(self, request_context: ModelRequestContext) -> ModelRequestContext:
        """The request without tools that the worker may not use, whatever brings them."""
        policy, first = self.policy, not self.policy.checked
        if not policy.limits:
            return request_context
        parameters = policy.limited(request_context.model_request_parameters)
        left_out = policy.not_given()
        if first and left_out and not self.runtime.asked:
            await self.runtime.progress(f"tools not given, as workers only read: {', '.join(left_out)}")
        return replace(request_context, model_request_parameters=parameters)

    async def _refused(self, response: ModelResponse, asked: Asked) -> None:
        """Note once which tools a model asks for and does not have; it is told so by the run."""
        noted = self.runtime.session.state.worker(self.runtime.worker).refused_tools
        for part in response.parts:
            if not isinstance(part, ToolCallPart) or part.tool_name in asked.tools or part.tool_name in noted:
                continue
            there = part.tool_name in self.policy.brought
            reason = "not among the tools that this worker is given" if there else "there is no such tool"
            details = ToolRefusedDetails(tool=part.tool_name, reason=reason)
            await self.runtime.session.record(ToolRefused(agent=self.runtime.worker, details=details))

    async def _ask(
        self,
        request_context: ModelRequestContext,
        handler: WrapModelRequestHandler,
        gate: BudgetGate,
        reservation: Reservation | None,
    ) -> ModelResponse:
        """Ask the model within what is reserved; a reservation of a request that failed is taken back if it is sure
        that nothing is billed."""
        if reservation is None:
            return await handler(request_context)
        if reservation.max_tokens is not None:
            limited: ModelSettings = {**(request_context.model_settings or {}), "max_tokens": reservation.max_tokens}
            request_context = replace(request_context, model_settings=limited)
        try:
            return await handler(request_context)
        except BaseException as error:
            if surely_not_billed(error):
                await gate.release(self.runtime.worker, reservation)
            else:
                gate.keep(reservation)
            raise

    async def wrap_tool_execute(
        self,
        ctx: RunContext[Any],
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,
        args: dict[str, Any],
        handler: WrapToolExecuteHandler,
    ) -> Any:
        """Search in a process that can be stopped instead of in this one; keep what tools that may write do; run others
        as they are."""
        if tool_def.tool_kind == SEARCH_KIND:
            return await self._search(call, args)

        async def execute() -> Any:
            try:
                return await handler(args)
            except SystemExit as error:  # out of a task it would end the event loop, and all other workers with it
                raise ToolFailed(f"{call.tool_name} failed: {said_of(error)}") from error

        if only_reads(tool_def.tool_kind, tool_def.metadata, _function(ctx, call.tool_name)):
            return await execute()
        runtime = self.runtime
        return await recorded(
            runtime.tools,
            asked_of(call, self.current, runtime.session.redactor.text),
            execute,
            stopping=lambda: runtime.session.stopping,
            taken=self.calls,
        )

    async def _search(self, call: ToolCallPart, args: dict[str, Any]) -> str:
        try:
            found = await search_files(self.workspace, **args)
        except (ValueError, OSError) as error:
            raise ToolFailed(f"{call.tool_name} failed: {error}") from error
        return self.runtime.session.redactor.text(found)

    async def after_tool_execute(
        self,
        ctx: RunContext[Any],
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,
        args: dict[str, Any],
        result: Any,
    ) -> Any:
        """Redact what a tool found; a model gets no secret and no picture."""
        redact = self.runtime.session.redactor.text
        if isinstance(result, str):
            return redact(result)
        if isinstance(result, list) and any(isinstance(part, BinaryContent) for part in result):
            texts = [part if isinstance(part, str) else "[not text, left out]" for part in result]
            return redact("\n".join(texts))
        return result

    async def on_tool_execute_error(
        self,
        ctx: RunContext[Any],
        *,
        call: ToolCallPart,
        tool_def: ToolDefinition,
        args: dict[str, Any],
        error: Exception,
    ) -> Any:
        """Tell the model that a tool failed; the run goes on. Only a session that can't be written ends it, and a
        budget that an agent behind the tool came to."""
        if isinstance(error, (SessionError, BudgetReachedError)):
            raise error
        reason = error.message if isinstance(error, HivemindError) else f"{type(error).__name__}: {error}"
        raise ToolFailed(self.runtime.session.redactor.text(f"{call.tool_name} failed: {reason}")) from error


def _function(ctx: RunContext[Any], name: str) -> object:
    """The function that a tool calls; None where it is not one."""
    manager = ctx.tool_manager
    tool: object = (manager.tools or {}).get(name) if manager is not None else None
    while (inner := getattr(tool, "source_tool", None)) is not None:  # of toolsets that are one
        tool = inner
    return getattr(getattr(getattr(tool, "call_func", None), "__self__", None), "function", None)
