"""The kit's provider, as the tests of the core use it: a worker that nothing was said for is done at once."""

from __future__ import annotations

from typing import Any

from hivemind.kit.provider import FakeProvider as KitProvider
from hivemind.kit.replies import RESULT_TOOL, Answer, Cut, Error, Hang, Question, Raw, call, result

__all__ = [
    "RESULT_TOOL",
    "Answer",
    "Cut",
    "Error",
    "FakeProvider",
    "Hang",
    "Question",
    "Raw",
    "call",
    "result",
]


class FakeProvider(KitProvider):
    """A provider that always has an answer left."""

    def __init__(self) -> None:
        super().__init__()
        self.otherwise = lambda question: result(f"done by {question.worker or 'nobody'}")

    def __enter__(self) -> FakeProvider:
        super().__enter__()
        return self

    @property
    def questions(self) -> list[Any]:
        """What it was asked, in order."""
        return self.requests
