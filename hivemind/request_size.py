"""How large a model request is at the most, in tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_ai.models import ModelRequestContext

OVERHEAD = 1024
"""Tokens that providers add of their own, for tool use among others."""
PER_MESSAGE = 32


def input_bound(request: ModelRequestContext, messages: list[dict[str, Any]]) -> int:
    """Bound a request's input tokens from above: no tokeniser makes more than one token of a byte of text.

    Args:
        request: What is asked.
        messages: Its messages as plain data.
    """
    parameters = request.model_request_parameters
    tools = [*parameters.function_tools, *parameters.output_tools]
    stated: list[object] = [
        messages,
        [[tool.name, tool.description, tool.parameters_json_schema] for tool in tools],
        [part.content for part in parameters.instruction_parts or ()],
    ]
    if parameters.output_object is not None:
        stated.append(parameters.output_object.json_schema)
    size = len(json.dumps(stated, ensure_ascii=False, default=str).encode("utf-8", "replace"))
    return size + OVERHEAD + PER_MESSAGE * (len(messages) + len(tools))


def output_limit(request: ModelRequestContext, default: int) -> int:
    """Say how long the answer may be: as the request says, else the default."""
    asked = (request.model_settings or {}).get("max_tokens")
    return asked if isinstance(asked, int) and asked > 0 else default


def surely_not_billed(error: BaseException) -> bool:
    """Whether a failed request was refused, or never left: providers bill neither."""
    from pydantic_ai.exceptions import ModelHTTPError, UserError

    if isinstance(error, (ModelHTTPError, UserError)):
        return True
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ConnectionRefusedError) or type(seen).__name__ in ("ConnectError", "ConnectTimeout"):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
