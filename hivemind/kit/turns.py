"""What a scripted model is told to say: texts, typed outputs, calls of tools, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel

from hivemind.errors import UsageError

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import AgentInfo
    from pydantic_ai.tools import ToolDefinition


@dataclass(frozen=True)
class ToolCall:
    """A model's call of a tool."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)


class TooFewTurnsError(AssertionError):
    """A scripted model was asked more often than it has turns."""


Turn: TypeAlias = (
    "str | Mapping[str, Any] | BaseModel | ToolCall | Sequence[ToolCall | str] | Exception | type[Exception] "
    "| ModelResponse | Callable[[list[ModelMessage], AgentInfo], Any]"
)


def check_turn(turn: object, number: int) -> None:
    """Make sure that a turn is one.

    Raises:
        UsageError: It is not; says which and what a turn may be.
    """
    from pydantic_ai.messages import ModelResponse

    parts = turn if isinstance(turn, (list, tuple)) else [turn]
    fits = bool(parts) and all(isinstance(part, (str, ToolCall)) for part in parts)
    fits = fits or isinstance(turn, (Mapping, BaseModel, Exception, ModelResponse)) or callable(turn)
    if not fits:
        raise UsageError(
            f"turn {number} of the scripted model is {type(turn).__name__}: {turn!r}",
            "a turn is a text, a dict (the typed output), a ToolCall or a list of them, an exception, or a function "
            "(messages, info) -> ModelResponse",
        )


def response_of(turn: Any, info: AgentInfo, number: int) -> ModelResponse:
    """Make a model's response of a turn that is neither an error nor a function.

    Args:
        turn: The turn.
        info: What the agent offers: its tools, among them those that take its output.
        number: Which request it answers; names its calls.

    Raises:
        UsageError: It is no turn.
    """
    from pydantic_ai.messages import ModelResponse, TextPart

    if isinstance(turn, ModelResponse):
        return turn
    if isinstance(turn, BaseModel):
        turn = turn.model_dump(mode="json", exclude_none=True)
    if isinstance(turn, Mapping):
        tool = _output_tool(turn, info.output_tools)
        turn = ToolCall(tool.name, _arguments(tool, turn)) if tool is not None else _json(turn)
    check_turn(turn, number)
    if callable(turn):
        raise UsageError(f"turn {number} of the scripted model is a function that gave another: {turn!r}")
    parts = turn if isinstance(turn, (list, tuple)) else [turn]
    made: list[TextPart | ToolCallPart] = [
        TextPart(part) if isinstance(part, str) else _call(part, f"call-{number}-{place}")
        for place, part in enumerate(parts, 1)
    ]
    return ModelResponse(parts=made)


def _call(call: ToolCall, name: str) -> ToolCallPart:
    from pydantic_ai.messages import ToolCallPart

    return ToolCallPart(call.name, dict(call.args), tool_call_id=name)


def _output_tool(output: Mapping[str, Any], tools: Sequence[ToolDefinition]) -> ToolDefinition | None:
    """The tool that takes this output: of several, the first that has all its fields."""
    for tool in tools:
        fields = tool.parameters_json_schema.get("properties", {})
        if set(output) <= set(fields):
            return tool
    return tools[0] if tools else None


def _arguments(tool: ToolDefinition, output: Mapping[str, Any]) -> Mapping[str, Any]:
    wrapped = tool.outer_typed_dict_key
    return {wrapped: output} if wrapped and wrapped not in output else output


def _json(output: Mapping[str, Any]) -> str:
    import json

    return json.dumps(output, ensure_ascii=False)
