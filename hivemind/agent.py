"""The default executor: asks a real model through pydantic-ai, with the journal, the limits and the tools added."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic_ai import Agent
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.usage import UsageLimits

from hivemind.errors import DefinitionError, HivemindError, OutputError, PluginError, WorkerError
from hivemind.imports import load
from hivemind.model_clients import pool_of, request_settings
from hivemind.model_errors import UnreadableAnswerError, translate
from hivemind.models import Context, Task, WorkerOutput, WorkerSpec
from hivemind.prompt import preamble, prompt_of
from hivemind.repository_tools import (
    TOOLS,
    added_toolsets,
    check_limits,
    path_rules,
    repository_tools,
    repository_workspace,
)
from hivemind.session_journal import SessionJournal
from hivemind.tool_gate import ToolGate
from hivemind.tool_policy import ToolPolicy, names_of
from hivemind.verification.rounds import verified

if TYPE_CHECKING:
    from pydantic_ai.agent import AgentRetries
    from pydantic_ai.capabilities import AbstractCapability
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models import Model
    from pydantic_ai.run import AgentRunResult
    from pydantic_ai.toolsets import AbstractToolset

    from hivemind.protocols import Runtime
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
    check_limits(worker, alone=True)
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
    model = await pool_of(runtime.session).get(runtime.model, runtime.manager, runtime.settings)
    workspace = repository_workspace(runtime.session.task.repo, (runtime.session.path.parent,), path_rules(spec))
    toolsets = await added_toolsets(spec, runtime.session.task)
    policy = ToolPolicy(spec, runtime.brought)

    async def ask(said: str, history: Sequence[ModelMessage] | None) -> AgentRunResult[OutputT]:
        told = runtime.session.redactor.text(said)
        delay_s = runtime.settings.backoff_s
        for repeat in range(UNREADABLE_RETRIES + 1):
            journal = SessionJournal(runtime=runtime, workspace=workspace, policy=policy)
            try:
                return await _run_once(agent, told, history, deps, model, toolsets, journal)
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
    agent: Agent[Any, OutputT],
    prompt: str,
    history: Sequence[ModelMessage] | None,
    deps: object,
    model: Model,
    toolsets: Sequence[AbstractToolset[Any]],
    journal: SessionJournal,
) -> AgentRunResult[OutputT]:
    runtime, policy = journal.runtime, journal.policy
    settings, session = runtime.settings, runtime.session
    capabilities: list[AbstractCapability[Any]] = [ToolGate(journal=journal), journal]
    own = {name for toolset in (*agent.toolsets, *toolsets) for name in names_of(toolset)}
    policy.bring((*own, *TOOLS))
    # A tool that an agent or a toolset brings takes the place of ours of the same name.
    offered = [tool for tool in TOOLS if tool not in own and policy.allows(tool)]
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
