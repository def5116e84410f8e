"""A model that says what a test wrote down: a real pydantic-ai model that asks nobody."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from hivemind.errors import WorkerError
from hivemind.kit.turns import TooFewTurnsError, Turn, check_turn, response_of

PREFIX = "scripted"
"""The family of models under which a run finds it."""


class ScriptedModel(FunctionModel):
    """A pydantic-ai model that answers each request with the next turn.

    Args:
        turns: A text, a dict (the typed output), a `ToolCall` or a list of them, an exception to raise, or a function
            `(messages, info) -> ModelResponse` each. An endless iterator is fine.
        name: By which sessions name it: `scripted:NAME`.

    Raises:
        UsageError: A turn is none of these.
    """

    def __init__(self, turns: Iterable[Turn], name: str = "script-1") -> None:
        self.requests: list[list[ModelMessage]] = []
        """The messages that it saw, by request."""
        self.offered: list[list[str]] = []
        """The names of the tools that it might call, by request."""
        self.too_few: str | None = None
        """What is wrong where it was asked more often than it has turns."""
        if isinstance(turns, (str, dict)):
            turns = [turns]
        self._count: int | None = None
        if isinstance(turns, (list, tuple)):
            self._count = len(turns)
            for number, turn in enumerate(turns, 1):
                check_turn(turn, number)
        self._turns: Iterator[Any] = iter(turns)
        self._given: list[Any] = []
        super().__init__(self._answer, model_name=name)

    @property
    def name(self) -> str:
        """The name that a session gives it."""
        return f"{PREFIX}:{self.model_name}"

    @property
    def texts(self) -> list[str]:
        """All that it was told, as plain text, by request."""
        return [_text(messages) for messages in self.requests]

    @property
    def unused(self) -> int:
        """How many of the turns of a list it was not asked for."""
        return 0 if self._count is None else self._count - len(self._given)

    async def _answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.requests.append(list(messages))
        self.offered.append([tool.name for tool in (*info.function_tools, *info.output_tools)])
        number = len(self.requests)
        try:
            turn = next(self._turns)
        except StopIteration:
            self.too_few = self._too_few(info)
            raise WorkerError(self.too_few, "give scripted_model(...) a turn for every request") from None
        self._given.append(turn)
        if callable(turn) and not (isinstance(turn, type) and issubclass(turn, BaseException)):
            turn = turn(messages, info)
            if inspect.isawaitable(turn):
                turn = await turn
        if isinstance(turn, BaseException) or (isinstance(turn, type) and issubclass(turn, BaseException)):
            raise turn
        return response_of(turn, info, number)

    def _too_few(self, info: AgentInfo) -> str:
        """Say that the turns are used up, and why the model may have been asked again."""
        had = len(self._given)
        said = f"the scripted model has {had} turn{'s' * (had != 1)} and was asked {len(self.requests)} times"
        last = self.requests[-1][-1]
        parts = last.parts if isinstance(last, ModelRequest) else []
        asked = " ".join(
            f"{getattr(part, 'tool_name', None) or 'the agent'}: {getattr(part, 'content', '')}"
            for part in parts
            if part.part_kind in ("tool-return", "retry-prompt")
        )
        if self._given and isinstance(self._given[-1], str) and not info.allow_text_output:
            said += "; its last turn was a text, and this agent takes only its typed output: give a dict"
        elif asked:
            said += f"; it was told last: {' '.join(asked.split())[:300]}"
        return said

    def check_enough(self) -> None:
        """Make sure that it was never asked for a turn that it does not have.

        Raises:
            TooFewTurnsError: It was.
        """
        if self.too_few is not None:
            raise TooFewTurnsError(f"{self.too_few}: give scripted_model(...) a turn for every request")


def _text(messages: list[ModelMessage]) -> str:
    """What stands in messages, instructions first."""
    found: list[str] = []
    for message in messages:
        if isinstance(message, ModelRequest):
            if message.instructions and message.instructions not in found:
                found.append(message.instructions)
            found += [str(said) for part in message.parts if (said := getattr(part, "content", None))]
        else:
            found += [part.content for part in message.parts if isinstance(part, TextPart)]
    return "\n\n".join(found)
