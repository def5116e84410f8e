"""A provider of models on this machine that speaks the real wire formats: OpenAI chat and responses, Google, Anthropic.

It says what a test tells it to say, in order, per worker: answers, calls of tools, errors, nonsense, cut or silent
connections. What it was asked is kept. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hivemind.errors import UsageError
from hivemind.kit.replies import RESULT_TOOL, Answer, Asked, Cut, Error, Hang, Question, Raw, Reply
from hivemind.kit.turns import ToolCall
from hivemind.kit.wire_formats import Anthropic, format_of

_WORKER = re.compile(r"You are ([A-Za-z0-9_.-]+), the ")
_KEY = "sk-test-0123456789abcdefghij"
_NONE_LEFT = Error(400, "the fake provider has no answer left: queue one more with fake_provider.answer(...)")


class FakeProvider:
    """The server; use it as a context manager.

    What it answers is the next reply queued for the worker that asks, else the next one queued for everybody, else what
    `otherwise` says: by default an error, which says that no answer is left.
    """

    model = "openai-chat:scripted"
    """A model's name that a session reaches it by, with `env`."""

    def __init__(self) -> None:
        self.requests: list[Question] = []
        """What it was asked, in order."""
        self.otherwise: Asked = lambda _: _NONE_LEFT
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

    @property
    def env(self) -> dict[str, str]:
        """The variables that make a command line ask this server."""
        return {
            "OPENAI_API_KEY": _KEY,
            "HIVEMIND_BASE_URLS": f"openai-chat={self.url}/v1",
            "HIVEMIND_MODEL": self.model,
        }

    def answer(self, *turns: object, to: str = "") -> None:
        """Queue what it says next.

        Args:
            turns: A text, a dict (the typed output), a `ToolCall` or a list of them, or a reply (`Answer`, `Error`,
                `Raw`, `Cut`, `Hang`) each.
            to: The worker that it is for; '' for whoever asks.

        Raises:
            UsageError: A turn is none of these.
        """
        self.say(*(reply_of(turn) for turn in turns), to=to)

    def say(self, *replies: Reply, to: str = "") -> None:
        """Queue replies, for one worker or for whoever asks."""
        with self._lock:
            self._queues.setdefault(to, deque()).extend(replies)

    def asked(self, worker: str) -> list[Question]:
        """What one worker asked."""
        return [question for question in self.requests if question.worker == worker]

    def _next(self, question: Question) -> Reply:
        with self._lock:
            self.requests.append(question)
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
        form = format_of(handler.path)
        match reply:
            case Answer() if question.body.get("stream"):
                self._send(handler, 200, Anthropic().stream(reply, question), "text/event-stream")
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


def reply_of(turn: object) -> Reply:
    """Make a reply of what a test wrote down.

    Raises:
        UsageError: It is nothing that a provider can say.
    """
    if isinstance(turn, (Answer, Error, Raw, Cut, Hang)):
        return turn
    if isinstance(turn, Mapping):
        return Answer(calls=((RESULT_TOOL, dict(turn)),))
    parts: Sequence[object] = turn if isinstance(turn, (list, tuple)) else [turn]
    if not parts or not all(isinstance(part, (str, ToolCall)) for part in parts):
        raise UsageError(
            f"the fake provider can't answer with {type(turn).__name__}: {turn!r}",
            "give a text, a dict (the typed output), a ToolCall or a list of them, or a reply such as Error(429)",
        )
    text = "".join(part for part in parts if isinstance(part, str))
    return Answer(text, tuple((part.name, part.args) for part in parts if isinstance(part, ToolCall)))
