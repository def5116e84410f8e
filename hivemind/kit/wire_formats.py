"""The wire formats of real providers: how each writes an answer and an error."""

from __future__ import annotations

import json
import re
from typing import Any, Protocol

from hivemind.kit.replies import Answer, Error, Question


class WireFormat(Protocol):
    """How a provider writes what it says."""

    def answer(self, reply: Answer, question: Question) -> dict[str, Any]:
        """The body of an answer."""
        ...

    def error(self, reply: Error) -> dict[str, Any]:
        """The body of an error."""
        ...


class OpenAIChat:
    """`POST /chat/completions`."""

    def answer(self, reply: Answer, question: Question) -> dict[str, Any]:
        """The body of an answer."""
        calls = [
            {
                "id": f"call_{number}_{name}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments)},
            }
            for number, (name, arguments) in enumerate(reply.calls)
        ]
        message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
        if calls:
            message["tool_calls"] = calls
        body: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": question.body.get("model", ""),
            "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}],
        }
        if reply.usage:
            body["usage"] = {
                "prompt_tokens": reply.input_tokens,
                "completion_tokens": reply.output_tokens,
                "total_tokens": reply.input_tokens + reply.output_tokens,
                "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
            }
        return body

    def error(self, reply: Error) -> dict[str, Any]:
        """The body of an error."""
        return {"error": {"message": reply.message, "type": "error", "code": reply.code or None}}


class OpenAIResponses:
    """`POST /responses`, which `openai:NAME` asks."""

    def answer(self, reply: Answer, question: Question) -> dict[str, Any]:
        """The body of an answer."""
        output: list[dict[str, Any]] = []
        if reply.text:
            content = [{"type": "output_text", "text": reply.text, "annotations": []}]
            output.append(
                {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content}
            )
        for number, (name, arguments) in enumerate(reply.calls):
            ids = {"id": f"fc_{number}", "call_id": f"call_{number}_{name}"}
            output.append(
                {
                    "type": "function_call",
                    **ids,
                    "name": name,
                    "arguments": json.dumps(arguments),
                    "status": "completed",
                }
            )
        usage = {
            "input_tokens": reply.input_tokens,
            "input_tokens_details": {"cached_tokens": reply.cached_tokens},
            "output_tokens": reply.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": reply.input_tokens + reply.output_tokens,
        }
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 1_700_000_000,
            "model": question.body.get("model", ""),
            "status": "completed",
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": usage if reply.usage else None,
        }

    def error(self, reply: Error) -> dict[str, Any]:
        """The body of an error."""
        return OpenAIChat().error(reply)


class Google:
    """`POST /models/NAME:generateContent`."""

    def answer(self, reply: Answer, question: Question) -> dict[str, Any]:
        """The body of an answer."""
        parts: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
        parts += [{"functionCall": {"name": name, "args": dict(arguments)}} for name, arguments in reply.calls]
        found = re.search(r"/models/([^:/]+):", question.path)
        body: dict[str, Any] = {
            "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
            "modelVersion": found.group(1) if found else "",
            "responseId": "response-1",
        }
        if reply.usage:
            body["usageMetadata"] = {
                "promptTokenCount": reply.input_tokens,
                "candidatesTokenCount": reply.output_tokens,
                "totalTokenCount": reply.input_tokens + reply.output_tokens,
                "cachedContentTokenCount": reply.cached_tokens,
            }
        return body

    def error(self, reply: Error) -> dict[str, Any]:
        """The body of an error."""
        states = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
        states |= {429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
        error: dict[str, Any] = {
            "code": reply.status,
            "message": reply.message,
            "status": states.get(reply.status, "UNKNOWN"),
        }
        if reply.code:
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reply.code}]
        return {"error": error}


class Anthropic:
    """`POST /v1/messages`."""

    def answer(self, reply: Answer, question: Question) -> dict[str, Any]:
        """The body of an answer."""
        content: list[dict[str, Any]] = [{"type": "text", "text": reply.text}] if reply.text else []
        content += [
            {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": dict(arguments)}
            for number, (name, arguments) in enumerate(reply.calls)
        ]
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": question.body.get("model", ""),
            "content": content,
            "stop_reason": "tool_use" if reply.calls else "end_turn",
            "stop_sequence": None,
            "usage": {
                "input_tokens": reply.input_tokens - reply.cached_tokens,
                "output_tokens": reply.output_tokens,
                "cache_read_input_tokens": reply.cached_tokens,
                "cache_creation_input_tokens": 0,
            },
        }

    def stream(self, reply: Answer, question: Question) -> str:
        """The same as server-sent events: pydantic-ai's client asks Anthropic for a stream whenever it may be long."""
        message = self.answer(reply, question)
        content, usage = message["content"], message["usage"]
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
        ]
        for index, block in enumerate(content):
            if block["type"] == "text":
                empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
            else:
                empty = {**block, "input": {}}
                delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            events += [
                {"type": "content_block_start", "index": index, "content_block": empty},
                {"type": "content_block_delta", "index": index, "delta": delta},
                {"type": "content_block_stop", "index": index},
            ]
        stopped = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        events += [{"type": "message_delta", "delta": stopped, "usage": usage}, {"type": "message_stop"}]
        return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)

    def error(self, reply: Error) -> dict[str, Any]:
        """The body of an error."""
        return {"type": "error", "error": {"type": reply.code or "api_error", "message": reply.message}}


def format_of(path: str) -> WireFormat:
    """The format of the provider that is asked at this path."""
    if path.endswith("/chat/completions"):
        return OpenAIChat()
    if path.endswith("/responses"):
        return OpenAIResponses()
    return Google() if ":generateContent" in path else Anthropic()
