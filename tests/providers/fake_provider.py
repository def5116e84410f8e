"""A provider of models on this machine that speaks the real wire formats: OpenAI chat and responses, Google, Anthropic.

It says what a test tells it to say, in order, per worker: answers, tool calls, errors, nonsense, cut or silent
connections. What it was asked is kept. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_WORKER = re.compile(r"You are ([A-Za-z0-9_.-]+), the ")
RESULT_TOOL = "final_result"


@dataclass(frozen=True)
class Answer:
    """An answer of a model: text, calls of tools, and what it used."""

    text: str = ""
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    input_tokens: int = 100
    output_tokens: int = 20
    cached_tokens: int = 0
    usage: bool = True
    """Whether the provider tells what was used."""


@dataclass(frozen=True)
class Error:
    """An HTTP error with a body as the provider writes it."""

    status: int
    message: str = "something went wrong"
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """Any bytes instead of an answer."""

    body: str
    content_type: str = "application/json"


@dataclass(frozen=True)
class Cut:
    """A connection that breaks before the answer is complete."""


@dataclass(frozen=True)
class Hang:
    """A server that takes the request and says nothing."""

    seconds: float = 30.0


Reply = Answer | Error | Raw | Cut | Hang
Asked = Callable[["Question"], Reply]


@dataclass(frozen=True)
class Question:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    worker: str
    """Who asked, by the first line of its instructions; '' where that says nothing."""

    @property
    def text(self) -> str:
        """The whole body as text."""
        return json.dumps(self.body, ensure_ascii=False)

    @property
    def tools(self) -> list[str]:
        """The names of the tools that were offered, in any format."""
        return re.findall(r'"name": "([A-Za-z0-9_]+)"', json.dumps(self.body.get("tools", [])))


def result(summary: str = "done", *, usage: bool = True, **fields: Any) -> Answer:
    """The answer that ends a worker's run: its typed output, given by a call of the output tool."""
    return Answer(calls=((RESULT_TOOL, {"summary": summary, **fields}),), usage=usage)


def call(tool: str, **arguments: Any) -> Answer:
    """The answer that calls one tool."""
    return Answer(calls=((tool, arguments),))


class FakeProvider:
    """The server; use it as a context manager.

    What it answers is the next reply queued for the worker that asks, else the next one queued for everybody, else what
    `otherwise` says.
    """

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.otherwise: Asked = lambda question: result(f"done by {question.worker or 'nobody'}")
        self._queues: dict[str, deque[Reply]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                provider._serve(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """Say nothing where a client went away."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> FakeProvider:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def say(self, *replies: Reply, to: str = "") -> None:
        """Queue replies, for one worker or for whoever asks."""
        with self._lock:
            self._queues.setdefault(to, deque()).extend(replies)

    def asked(self, worker: str) -> list[Question]:
        """What one worker asked."""
        return [question for question in self.questions if question.worker == worker]

    def _next(self, question: Question) -> Reply:
        with self._lock:
            self.questions.append(question)
            for name in (question.worker, ""):
                if self._queues.get(name):
                    return self._queues[name].popleft()
        return self.otherwise(question)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        found = _WORKER.search(raw.decode("utf-8", "replace"))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        question = Question(handler.path, headers, json.loads(raw or b"{}"), found.group(1) if found else "")
        reply = self._next(question)
        form = _form_of(handler.path)
        match reply:
            case Answer() if question.body.get("stream"):
                self._send(handler, 200, Anthropic.stream(reply, question), "text/event-stream")
            case Answer():
                self._send(handler, 200, json.dumps(form.answer(reply, question)))
            case Error():
                self._send(handler, reply.status, json.dumps(form.error(reply)), headers=reply.headers)
            case Raw():
                self._send(handler, 200, reply.body, reply.content_type)
            case Hang():
                self._closing.wait(reply.seconds)
                handler.close_connection = True
            case Cut():
                handler.send_response(200)
                handler.send_header("Content-Type", "application/json")
                handler.send_header("Content-Length", "1000")
                handler.end_headers()
                handler.wfile.write(b'{"id": "cut')
                handler.wfile.flush()
                handler.close_connection = True

    @staticmethod
    def _send(
        handler: BaseHTTPRequestHandler,
        status: int,
        body: str,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        data = body.encode()
        with contextlib.suppress(ConnectionError):
            handler.send_response(status)
            handler.send_header("Content-Type", content_type)
            handler.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(data)


class OpenAIChat:
    """`POST /chat/completions`."""

    @staticmethod
    def answer(reply: Answer, question: Question) -> dict[str, Any]:
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

    @staticmethod
    def error(reply: Error) -> dict[str, Any]:
        return {"error": {"message": reply.message, "type": "error", "code": reply.code or None}}


class OpenAIResponses:
    """`POST /responses`, which `openai:NAME` asks."""

    @staticmethod
    def answer(reply: Answer, question: Question) -> dict[str, Any]:
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

    @staticmethod
    def error(reply: Error) -> dict[str, Any]:
        return OpenAIChat.error(reply)


class Google:
    """`POST /models/NAME:generateContent`."""

    @staticmethod
    def answer(reply: Answer, question: Question) -> dict[str, Any]:
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

    @staticmethod
    def error(reply: Error) -> dict[str, Any]:
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

    @staticmethod
    def answer(reply: Answer, question: Question) -> dict[str, Any]:
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

    @staticmethod
    def stream(reply: Answer, question: Question) -> str:
        """The same as server-sent events: pydantic-ai's client asks Anthropic for a stream whenever it may be long."""
        message = Anthropic.answer(reply, question)
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

    @staticmethod
    def error(reply: Error) -> dict[str, Any]:
        return {"type": "error", "error": {"type": reply.code or "api_error", "message": reply.message}}


def _form_of(path: str) -> type[OpenAIChat] | type[OpenAIResponses] | type[Google] | type[Anthropic]:
    if path.endswith("/chat/completions"):
        return OpenAIChat
    if path.endswith("/responses"):
        return OpenAIResponses
    return Google if ":generateContent" in path else Anthropic
