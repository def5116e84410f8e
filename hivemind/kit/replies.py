"""What a fake provider is asked, and what it may say: answers, errors, nonsense, cut or silent connections."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
