# ruff: noqa: ARG002  (the hooks of pydantic-ai's capabilities are called with all their arguments by name)
"""The default executor: asks a real model through pydantic-ai, with the journal, the limits and the tools added."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic_ai import Agent, ToolFailed
from pydantic_ai.capabilities import AbstractCapability, CapabilityOrdering
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.messages import BinaryContent, ModelResponse, ToolCallPart
from pydantic_ai.tools import RunContext, ToolDefinition
from pydantic_ai.toolsets import AbstractToolset, FunctionToolset
from pydantic_ai.usage import UsageLimits

from hivemind.budget_gate import BudgetGate, Reservation, gate_of
from hivemind.errors import DefinitionError, HivemindError, OutputError, PluginError, SessionError, WorkerError
from hivemind.events import ModelResponded, ModelRespondedDetails
from hivemind.imports import load
from hivemind.model_clients import pool_of, request_settings
from hivemind.model_errors import UnreadableAnswerError, translate
from hivemind.models import Context, Task, WorkerOutput, WorkerSpec
from hivemind.prices import configured
from hivemind.pricing import usage_of
from hivemind.prompt import preamble, prompt_of
from hivemind.repository_search import search_files
from hivemind.repository_tools import (
    SEARCH_KIND,
    added_toolsets,
    chosen_tools,
    repository_tools,
    repository_workspace,
    tools_not_given,
)
from hivemind.request_size import input_bound, output_limit, surely_not_billed
from hivemind.transcript import Exchange, answer_of
from hivemind.verification.rounds import verified

if TYPE_CHECKING:
    from pydantic_ai.agent import AgentRetries
    from pydantic_ai.capabilities.abstract import WrapModelRequestHandler, WrapToolExecuteHandler
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models import Model, ModelRequestContext
    from pydantic_ai.run import AgentRunResult
    from pydantic_ai.settings import ModelSettings

    from hivemind.protocols import Runtime
    from hivemind.repository_workspace import RepositoryWorkspace
    from hivemind.runtime import WorkerRuntime

OutputT = TypeVar("OutputT", bound=WorkerOutput)
RETRIES: AgentRetries = {"output": 3, "tools": 5}
UNREADABLE_RETRIES = 2
"""How often a request is repeated whose answer was no answer of a model at all."""


async def run_spec(worker: WorkerSpec, task: Task, context: Context, runtime: Runtime) -> WorkerOutput:
    """Run a worker's agent: the one its factory makes, or one made of its instructions and its output type.

    Args:
        worker: Who.
        task: What the user asks for.
        context: What the worker is given; also the agent's `deps`.
        runtime: Where it runs.

    Raises:
        DefinitionError: The spec names code or a tool that is not there.
        WorkerError: The model failed; a TransientError where another try may help.
        PluginError: The agent's own code raised.
    """
    chosen_tools(worker)
    prompt = prompt_of(context.model_copy(update={"task": task}))
    if worker.agent is not None:
        agent = _from_factory(worker, worker.agent)
        prompt = f"{preamble(worker)}\n\n{prompt}"
    else:
        instructions = [preamble(worker), worker.instructions.strip()]
        agent = Agent(
            output_type=_output_type(worker),
            instructions=[part for part in instructions if part],
            name=worker.name,
            retries=RETRIES,
            deps_type=Context,
        )
    try:
        return await runtime.run(agent, prompt, deps=context)
    except (HivemindError, OSError):
        raise
    except Exception as error:
        owner = getattr(getattr(runtime, "planned", None), "plugin", worker.name)
        raise PluginError(owner, "its agent", f"{type(error).__name__}: {error}") from error


def _output_type(worker: WorkerSpec) -> type[WorkerOutput]:
    if worker.output_type is None:
        return WorkerOutput
    found = load(worker.output_type, f"output_type of worker {worker.name!r}")
    if not isinstance(found, type) or not issubclass(found, WorkerOutput):
        raise DefinitionError(f"output_type of worker {worker.name!r} is no WorkerOutput: {worker.output_type!r}")
    return found


def _from_factory(worker: WorkerSpec, path: str) -> Agent[Any, WorkerOutput]:
    factory = load(path, f"agent of worker {worker.name!r}")
    if not callable(factory):
        raise DefinitionError(f"agent of worker {worker.name!r} is not a function: {path!r}")
    try:
        made: object = factory()
    except HivemindError:
        raise
    except Exception as error:
        raise WorkerError(
            f"agent {path!r} of worker {worker.name!r} can't be made: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(made, Agent):
        raise DefinitionError(f"agent {path!r} of worker {worker.name!r} gave {type(made).__name__}, not an Agent")
    return cast("Agent[Any, WorkerOutput]", made)


async def run_agent(runtime: WorkerRuntime, agent: Agent[Any, OutputT], prompt: str, deps: object) -> OutputT:
    """Run an agent with the resolved model, the limits, the journal and the tools that the spec allows.

    Args:
        runtime: The worker's.
        agent: Any pydantic-ai agent; a model of its own is not asked.
        prompt: What it is told; redacted like everything that leaves the session.
        deps: The agent's own.

    Raises:
        WorkerError: The model failed; a TransientError where another try may help.
        ModelError: The model can't be asked: unknown, its key missing or refused.
        OutputError: The model gave no usable result.
        DefinitionError: The spec names a tool that nobody knows.
    """
    spec = runtime.planned.spec
    tools = chosen_tools(spec)
    if (left_out := tools_not_given(spec)) and not runtime.asked:
        await runtime.progress(f"tools not given, as workers only read: {', '.join(left_out)}")
    model = await pool_of(runtime.session).get(runtime.model, runtime.manager, runtime.settings)
    workspace = repository_workspace(runtime.session.task.repo, (runtime.session.path.parent,))
    toolsets = await added_toolsets(spec, runtime.session.task)

    async def ask(said: str, history: Sequence[ModelMessage] | None) -> AgentRunResult[OutputT]:
        told = runtime.session.redactor.text(said)
        delay_s = runtime.settings.backoff_s
        for repeat in range(UNREADABLE_RETRIES + 1):
            journal = SessionJournal(runtime=runtime, workspace=workspace)
            try:
                return await _run_once(runtime, agent, told, history, deps, model, tools, toolsets, journal)
            except UnreadableAnswerError as error:
                if repeat == UNREADABLE_RETRIES:
                    raise OutputError(
                        f"{error.message} ({repeat + 1} times)", "check base_urls, or choose another model"
                    ) from error
                await runtime.progress(f"asking again: {error.message}")
                journal.release()
                await asyncio.sleep(delay_s * 2**repeat)
        raise AssertionError("the last repeat returns or raises")

    return cast("OutputT", await verified(runtime, ask, prompt))


async def _run_once(
    runtime: WorkerRuntime,
    agent: Agent[Any, OutputT],
    prompt: str,
    history: Sequence[ModelMessage] | None,
    deps: object,
    model: Model,
    tools: Sequence[str],
    toolsets: Sequence[AbstractToolset[Any]],
    journal: SessionJournal,
) -> AgentRunResult[OutputT]:
    settings, session = runtime.settings, runtime.session
    capabilities: list[AbstractCapability[Any]] = [journal]
    own = _own_tools(agent)
    offered = [tool for tool in tools if tool not in own]
    if offered:
        capabilities.append(repository_tools(offered, settings.max_requests))
    try:
        async with model:
            return await agent.run(
                prompt,
                message_history=history,
                model=model,
                deps=deps,
                model_settings=request_settings(model, settings),
                usage_limits=UsageLimits(request_limit=None),  # the journal counts, answers used again left out
                retries=RETRIES,
                toolsets=toolsets,
                capabilities=capabilities,
                workspace=journal.workspace if offered else None,
                infer_name=False,
            )
    except AgentRunError as error:
        raise translate(error, runtime.model, settings.max_requests, session.redactor.text) from error
    except UserError as error:
        raise WorkerError(f"the agent of worker {runtime.worker!r} can't run: {error}") from error


def _own_tools(agent: Agent[Any, Any]) -> set[str]:
    """The tools that an agent brings itself; ours of the same name make way."""
    return {name for toolset in agent.toolsets if isinstance(toolset, FunctionToolset) for name in toolset.tools}


@dataclass
class SessionJournal(AbstractCapability[Any]):
    """Keeps every answer of a model in the session, answers from there what was answered before, counts what it
    costs, and lets no failing tool end the run."""

    runtime: WorkerRuntime = field(kw_only=True)
    workspace: RepositoryWorkspace = field(kw_only=True)
    taken: list[Exchange] = field(default_factory=list)

    def get_ordering(self) -> CapabilityOrdering:
        """Next to the model: what is kept is what was asked and answered."""
        return CapabilityOrdering(position="innermost")

    def release(self) -> None:
        """Let this run's exchanges answer again: it is repeated."""
        for exchange in self.taken:
            exchange.used = False

    async def wrap_model_request(
        self, ctx: RunContext[Any], *, request_context: ModelRequestContext, handler: WrapModelRequestHandler
    ) -> ModelResponse:
        """Answer from the transcript, or ask the model and keep its answer before anything follows from it."""
        runtime = self.runtime
        asked = runtime.transcript.asked(request_context)
        known = runtime.transcript.find(asked)
        if known is not None:
            self.taken.append(known)
            runtime.count(known)
            return answer_of(known)
        if runtime.session.stopping:
            raise asyncio.CancelledError  # no further request: what has arrived is kept and used again on resume
        gate = gate_of(runtime.session, runtime.settings)
        await gate.refuse_more(runtime.planned.spec, runtime.usage.requests + runtime.asking)
        runtime.asking += 1
        try:
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
        self.taken.append(exchange)
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
        return response

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
        """Search in a process that can be stopped instead of in this one; other tools run as they are."""
        if tool_def.tool_kind != SEARCH_KIND:
            return await handler(args)
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
        """Tell the model that a tool failed; the run goes on. Only a session that can't be written ends it."""
        if isinstance(error, SessionError):
            raise error
        reason = error.message if isinstance(error, HivemindError) else f"{type(error).__name__}: {error}"
        raise ToolFailed(self.runtime.session.redactor.text(f"{call.tool_name} failed: {reason}")) from error
