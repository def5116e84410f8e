"""What a tool gave, as plain data that is kept and given back: the same to a model now and on every replay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MAX_ARGUMENTS = 4_000
"""Characters of a call's arguments that its event carries."""


def plain_result(result: object) -> dict[str, Any]:
    """A tool's result as plain data, in the form in which pydantic-ai keeps messages.

    Raises:
        ValueError: It holds what can't be kept.
    """
    from pydantic_ai.messages import ModelMessagesTypeAdapter, ModelRequest, ToolReturn, ToolReturnPart, UserPromptPart

    returned: ToolReturn[Any] = result if isinstance(result, ToolReturn) else ToolReturn(return_value=result)
    parts: list[ToolReturnPart | UserPromptPart] = [ToolReturnPart(tool_name="", content=returned.return_value)]
    if returned.content:
        parts.append(UserPromptPart(content=returned.content))
    dumped = ModelMessagesTypeAdapter.dump_python([ModelRequest(parts=parts)], mode="json")[0]["parts"]
    kept = {"value": dumped[0]["content"]}
    if returned.content:
        kept["content"] = dumped[1]["content"]
    if returned.tools:
        kept["tools"] = list(returned.tools)
    # What JSON and UTF-8 can't say is replaced now, not when it is read back.
    text = json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace").decode()
    found: dict[str, Any] = json.loads(text)
    return found


def result_of(kept: Mapping[str, Any]) -> object:
    """A kept result as what a tool returns."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter, ToolReturn

    parts: list[dict[str, Any]] = [
        {"part_kind": "tool-return", "tool_name": "", "tool_call_id": "", "content": kept.get("value")}
    ]
    if "content" in kept:
        parts.append({"part_kind": "user-prompt", "content": kept["content"]})
    (message,) = ModelMessagesTypeAdapter.validate_python([{"kind": "request", "parts": parts}])
    contents: list[Any] = [getattr(part, "content", None) for part in message.parts]
    if "content" not in kept and "tools" not in kept:
        return contents[0]
    return ToolReturn(
        return_value=contents[0], content=contents[1] if "content" in kept else None, tools=kept.get("tools")
    )


def cut(text: str) -> str:
    """Arguments as an event carries them."""
    if len(text) <= MAX_ARGUMENTS:
        return text
    return f"{text[:MAX_ARGUMENTS]}… ({len(text) - MAX_ARGUMENTS:,} characters more)"
