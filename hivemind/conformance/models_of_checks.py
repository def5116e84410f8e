"""The models that a check asks: one that answers from the schema that it is given, and one that never answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hivemind.hookspecs import hookimpl

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model
    from pydantic_ai.models.function import AgentInfo

    from hivemind.models import Context, Finding, Task, WorkerOutput, WorkerSpec
    from hivemind.protocols import ModelProvider

PREFIX = "conformance"
ANSWERING = f"{PREFIX}:answering"
SILENT = f"{PREFIX}:silent"


def stand_in(task: Task, context: Context) -> WorkerOutput:  # noqa: ARG001
    """What the worker does that stands for those of other plugins."""
    from hivemind.models import WorkerOutput

    return WorkerOutput(summary="what a worker of another plugin found")


class _Models:
    prefix = PREFIX
    description = "models of a conformance check, which ask nobody"

    def resolve(self, name: str) -> Model:
        """Make one."""
        from pydantic_ai.models.function import FunctionModel

        return FunctionModel(_silent if name == "silent" else _answer, model_name=name)


class CheckModels:
    """The plugin that brings these models to a process, and sees the outputs as they are before they become JSON."""

    def __init__(self, *, with_worker: bool = False) -> None:
        self.seen: dict[str, list[WorkerOutput]] = {}
        self._with_worker = with_worker

    @hookimpl
    def hivemind_workers(self) -> Iterable[WorkerSpec]:
        """Give a worker to a plugin that brings none, so that its other hooks have something to do."""
        from hivemind.conformance.hive import STAND_IN

        if self._with_worker:
            yield STAND_IN.model_copy(update={"rules": f"{__name__}:stand_in"})

    @hookimpl
    def hivemind_verify(self, worker: WorkerSpec, output: WorkerOutput) -> Iterable[Finding]:
        """Keep an output; find nothing."""
        self.seen.setdefault(worker.name, []).append(output)
        return ()

    @hookimpl
    def hivemind_models(self) -> Iterable[ModelProvider]:
        """Give them."""
        yield _Models()


async def _silent(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:  # noqa: ARG001
    await asyncio.Event().wait()
    raise AssertionError("nothing ends this wait but its cancellation")


async def _answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """Give the output that its schema allows: the least at first, then, as answers are refused, all of it."""
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

    from hivemind.conformance.instances import CannotFillError, fill

    refused = sum(isinstance(message, ModelResponse) for message in messages)
    if not info.output_tools:
        schema = _native_schema(info)
        try:
            return ModelResponse(
                parts=[TextPart(json.dumps(fill(schema, full=refused % 2 == 1)) if schema else "Done.")]
            )
        except CannotFillError as error:
            return ModelResponse(parts=[TextPart(str(error))])
    tool = info.output_tools[0]
    try:
        arguments: Any = fill(tool.parameters_json_schema, full=refused % 2 == 1)
    except CannotFillError:
        arguments = {}
    return ModelResponse(parts=[ToolCallPart(tool.name, arguments)])


def _native_schema(info: AgentInfo) -> dict[str, Any] | None:
    parameters = getattr(info, "model_request_parameters", None)
    wanted = getattr(parameters, "output_object", None)
    schema: dict[str, Any] | None = getattr(wanted, "json_schema", None)
    return schema


def refuse_real_requests() -> None:
    """From now on pydantic-ai asks no real model in this process."""
    from pydantic_ai import models

    models.ALLOW_MODEL_REQUESTS = False
