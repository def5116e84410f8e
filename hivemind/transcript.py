"""The model turns of one worker's run: every answer is on disk before anything follows from it, and none is paid twice.

One file per exchange, `workers/transcripts/<worker>/0001.json`, numbered over all runs of the worker in its session.
An exchange is found again by the digest of its request: the model, its settings, the tools, the output's schema and all
messages before it. So a worker that is tried again, or resumed, is answered from here until its requests differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hivemind.models import SCHEMA_VERSION, Usage
from hivemind.session.folder import SessionFolder

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import ModelRequestContext

_VOLATILE = ("timestamp", "run_id", "conversation_id", "metadata")
_SETTINGS_NOT_ASKED = ("timeout", "request_timeout", "max_retries")
"""Settings that do not change an answer."""
_LOOK_BACK = 32
Redact = Callable[[str], str]


@dataclass
class Asked:
    """A request in the form that is compared: its digest, and a hash of each message."""

    digest: str
    hashes: tuple[str, ...]
    messages: list[dict[str, Any]]
    settings: dict[str, Any]
    tools: tuple[str, ...]
    ids: dict[str, str]


@dataclass
class Exchange:
    """One request and its answer."""

    number: int
    digest: str
    response: dict[str, Any]
    usage: Usage
    counted: bool = True
    """Whether its usage is in this run's sum; not where it was read from disk."""
    used: bool = field(default=False, compare=False)
    """Whether it was answered from in this attempt."""
    masked: frozenset[str] = frozenset()
    """The calls in it whose arguments are not whole any more, as they held a secret and were read back from disk."""

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls of tools that it asks for."""
        return [part for part in self.response.get("parts", ()) if part.get("part_kind") == "tool-call"]

    @property
    def call_ids(self) -> frozenset[str]:
        """The names of these calls."""
        return frozenset(str(call.get("tool_call_id")) for call in self.calls)

    def same_calls(self, tool: str, arguments_digest: str, redact: Redact) -> list[str]:
        """The names of its calls of one tool with the same arguments, in order."""
        return [
            str(call.get("tool_call_id"))
            for call in self.calls
            if call.get("tool_name") == tool and arguments_of(call.get("args"), redact)[1] == arguments_digest
        ]


class Transcript:
    """The exchanges of one worker's run.

    Args:
        session: Where they are kept; the folder redacts what it writes.
        slug: The worker's name in file names.
        resume: Also answer from the exchanges of the last run that are on disk.
    """

    def __init__(self, session: SessionFolder, slug: str, *, resume: bool = False) -> None:
        self._session = session
        self.folder = session.layout.transcripts(slug)
        self._recent: list[tuple[int, tuple[str, ...]]] = []
        self.exchanges: list[Exchange] = []
        last, run = _last(self.folder)
        self._next = last + 1
        self.run = run if resume and run else run + 1
        if resume and run:
            read = (_record(path) for path in _files(self.folder))
            self.exchanges = [_exchange(record) for record in read if record is not None and record.get("run") == run]

    def begin_attempt(self, *, reuse: bool) -> None:
        """Start from the first request again.

        Args:
            reuse: Whether the exchanges that are there answer once more.
        """
        for exchange in self.exchanges:
            exchange.used = not reuse

    def asked(self, request: ModelRequestContext) -> Asked:
        """Put a request into the form that is compared."""
        return _asked(request, self._session.redactor.text)

    def find(self, asked: Asked) -> Exchange | None:
        """Find the recorded answer to a request, each at most once per attempt."""
        for exchange in self.exchanges:
            if exchange.digest == asked.digest and not exchange.used:
                exchange.used = True
                return exchange
        return None

    def add(self, asked: Asked, response: ModelResponse, usage: Usage, model: str, duration_s: float) -> Exchange:
        """Keep an answer; it is on disk when this returns.

        Raises:
            SessionUnwritableError: It can't be written.
        """
        from pydantic_ai.messages import ModelMessagesTypeAdapter

        number, self._next = self._next, self._next + 1
        plain: dict[str, Any] = ModelMessagesTypeAdapter.dump_python([response], mode="json")[0]
        base, kept = self._extends(asked.hashes)
        record = {
            "schema_version": SCHEMA_VERSION,
            "number": number,
            "run": self.run,
            "digest": asked.digest,
            "model": model,
            "duration_s": duration_s,
            "usage": usage.model_dump(mode="json"),
            "settings": asked.settings,
            "tools": asked.tools,
            "extends": base,
            "kept_messages": kept,
            "messages": asked.messages[kept:],
            "response": plain,
            "masked_calls": sorted(_masked(plain, self._session.redactor.text)),
        }
        text = json.dumps(record, ensure_ascii=False, indent=1, default=str)
        self._session.write_synced(self.folder / f"{number:04}.json", text + "\n")
        exchange = Exchange(number, asked.digest, plain, usage, used=True)
        self.exchanges.append(exchange)
        answer = _message_hash(plain, dict(asked.ids), self._session.redactor.text)
        self._recent.append((number, (*asked.hashes, answer)))
        del self._recent[:-_LOOK_BACK]
        return exchange

    def _extends(self, hashes: Sequence[str]) -> tuple[int | None, int]:
        """Find the exchange that a request goes on from, and how many messages they share."""
        base, kept = None, 0
        for number, known in self._recent:
            shared = 0
            for one, other in zip(known, hashes, strict=False):
                if one != other:
                    break
                shared += 1
            if shared > kept:
                base, kept = number, shared
        return base, kept


def answer_of(exchange: Exchange) -> ModelResponse:
    """The recorded answer as pydantic-ai's own type."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter, ModelResponse

    (message,) = ModelMessagesTypeAdapter.validate_python([exchange.response])
    assert isinstance(message, ModelResponse)
    return message


def _asked(request: ModelRequestContext, redact: Redact) -> Asked:
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    messages: list[ModelMessage] = list(request.messages)
    plain: list[dict[str, Any]] = ModelMessagesTypeAdapter.dump_python(messages, mode="json")
    ids: dict[str, str] = {}
    hashes = tuple(_message_hash(one, ids, redact) for one in plain)
    parameters = request.model_request_parameters
    tools = [*parameters.function_tools, *parameters.output_tools]
    settings = {
        name: value for name, value in (request.model_settings or {}).items() if name not in _SETTINGS_NOT_ASKED
    }
    stated = {
        "model": request.model.model_id,
        "settings": settings,
        "tools": [[tool.name, tool.description, tool.parameters_json_schema] for tool in tools],
        "output": [parameters.output_mode, parameters.allow_text_output],
        "instructions": [part.content for part in parameters.instruction_parts or ()],
    }
    if parameters.native_tools:
        stated["provider's tools"] = [tool.unique_id for tool in parameters.native_tools]
    head = redact(json.dumps(stated, sort_keys=True, default=str))
    digest = _hash(json.dumps([head, *hashes]))
    return Asked(digest, hashes, plain, settings, tuple(tool.name for tool in tools), ids)


def _message_hash(message: dict[str, Any], ids: dict[str, str], redact: Redact) -> str:
    # Redacted first: what is read back from disk is redacted, and must give the same hash.
    return _hash(redact(json.dumps(_bare(message, ids), sort_keys=True, default=str)))


def _bare(message: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """A message without what differs between two runs that ask the same; ids of tool calls become ordinals."""
    parts = []
    for part in message.get("parts", ()):
        bare = {key: value for key, value in part.items() if key not in _VOLATILE}
        if isinstance(call := bare.get("tool_call_id"), str):
            bare["tool_call_id"] = ids.setdefault(call, str(len(ids)))
        parts.append(bare)
    if message.get("kind") == "response":
        return {"kind": "response", "parts": parts}
    return {"kind": message.get("kind"), "instructions": message.get("instructions"), "parts": parts}


def arguments_of(arguments: object, redact: Redact) -> tuple[str, str]:
    """The arguments of a call as redacted JSON, always in the same order, and their digest."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except ValueError:
            arguments = {"not JSON": arguments}
    text = redact(json.dumps(arguments or {}, sort_keys=True, ensure_ascii=False, default=str))
    return text, _hash(text)


def _masked(response: dict[str, Any], redact: Redact) -> set[str]:
    """The calls whose arguments a file does not keep whole."""
    found = set()
    for part in response.get("parts", ()):
        text = json.dumps(part.get("args"), ensure_ascii=False, default=str)
        if part.get("part_kind") == "tool-call" and redact(text) != text:
            found.add(str(part.get("tool_call_id")))
    return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted((path for path in folder.glob("*.json") if path.stem.isdigit()), key=lambda path: int(path.stem))


def _record(path: Path) -> dict[str, Any] | None:
    """Read an exchange; one that can't be read was never completed."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(record, dict) and record.get("schema_version") == SCHEMA_VERSION
    return record if known else None


def _last(folder: Path) -> tuple[int, int]:
    """The number of the last exchange on disk, and of its run."""
    files = _files(folder)
    for path in reversed(files):
        record = _record(path)
        if record is not None:
            return int(files[-1].stem), int(record.get("run", 0))
    return (int(files[-1].stem) if files else 0), 0


def _exchange(record: dict[str, Any]) -> Exchange:
    usage = Usage.model_validate(record["usage"])
    masked = frozenset(record.get("masked_calls", ()))
    return Exchange(record["number"], record["digest"], record["response"], usage, counted=False, masked=masked)
