"""Keeps what tools that may write do: no call is done twice, whatever becomes of the process.

Before such a tool runs, its call is an event in the journal, on disk; before its model hears what it did, so is that.
A call that is asked for again is answered from there: on resume, when a worker is tried again, and when it is run anew
in the same session and its model comes to the same call by the same conversation. A call whose process ended while it
ran is not run again either: its model is told that it may have happened.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hivemind.events import read_event
from hivemind.session.folder import SessionFolder
from hivemind.session.journal import read_events
from hivemind.tool_events import ToolFinished, ToolFinishedDetails, ToolOutcome, ToolStarted, ToolStartedDetails
from hivemind.tool_results import cut, plain_result, result_of

MAX_INLINE = 16 * 1024
"""Characters of a result that the journal itself carries."""
_REPEATED: frozenset[ToolOutcome] = frozenset(("failed", "retry"))
"""Ends after which a run that asks its model anew may try the same call again."""


@dataclass(frozen=True)
class Asked:
    """A call as it is compared: where in which conversation it was made, and what it asks for."""

    tool: str
    call_id: str
    exchange: int
    digest: str
    occurrence: int
    arguments: str
    arguments_digest: str
    listed: bool = True
    """Whether the model's answer itself holds this call; not so where another tool made it."""
    masked: bool = False
    """Whether its arguments are not whole any more: they held a secret, and were read back from disk."""


@dataclass
class Known:
    """A call on record."""

    started: ToolStartedDetails
    finished: ToolFinishedDetails | None = None
    used: bool = field(default=False, compare=False)
    """Whether it answered a call, or was made, in this attempt."""


class ToolJournal:
    """The calls of one worker's tools that may write.

    Args:
        session: Where they are kept.
        worker: Whose they are.
        slug: The worker's name in file names.
    """

    def __init__(self, session: SessionFolder, worker: str, slug: str) -> None:
        self._session = session
        self._worker = worker
        self._folder = session.layout.transcripts(slug)
        self._calls: list[Known] | None = None
        self._loading = asyncio.Lock()
        self._next = 1

    def begin_attempt(self) -> None:
        """Let every call that is on record answer once more."""
        for known in self._calls or ():
            known.used = False

    def release(self, taken: Sequence[Known]) -> None:
        """Let some calls answer once more: the run that they belong to is repeated."""
        for known in taken:
            known.used = False

    async def known(self, asked: Asked, *, use: bool = True) -> Known | None:
        """Find the record of a call, each at most once per attempt.

        The same call of the same answer of a model is known by its id; the same call of another answer, which a model
        that was asked anew gave to the very same conversation, by its arguments.

        Args:
            asked: The call.
            use: Whether it is answered from the record now.
        """
        calls = await self._load()
        for same in (_same_call, _same_request):
            for one in calls:
                if not one.used and same(one, asked):
                    one.used = use
                    return one
        return None

    async def start(self, asked: Asked) -> Known:
        """Put a call on record; it is on disk when this returns, and may then be made.

        Raises:
            SessionUnwritableError: It can't be written; the call must not be made.
        """
        calls = await self._load()
        number, self._next = self._next, self._next + 1
        details = ToolStartedDetails(
            call=number,
            tool=asked.tool,
            call_id=asked.call_id,
            exchange=asked.exchange,
            digest=asked.digest,
            occurrence=asked.occurrence,
            arguments=cut(asked.arguments),
            arguments_digest=asked.arguments_digest,
        )
        known = Known(details, used=True)
        calls.append(known)
        await self._session.record(ToolStarted(agent=self._worker, details=details))
        return known

    async def finish(
        self, known: Known, outcome: ToolOutcome, began: float, *, error: str | None = None, result: object = None
    ) -> ToolFinishedDetails:
        """Put what a call did on record; it is on disk when this returns.

        Args:
            known: The call.
            outcome: How it ended.
            began: When, on the monotonic clock.
            error: What the model is told where it gave no result.
            result: What it gave.

        Returns:
            What stands in the journal, redacted: exactly what a model is told, now as later.

        Raises:
            SessionUnwritableError: It can't be written.
        """
        kept: dict[str, Any] | None = None
        file: str | None = None
        if outcome == "done":
            try:
                kept = plain_result(result)
            except Exception as problem:  # noqa: BLE001  (whatever a result's own type raises when it is put into words)
                outcome = "failed"
                error = f"{known.started.tool} ran, but what it gave can't be kept or told: {problem}"
            else:
                kept, file = await asyncio.to_thread(self._kept, known.started.call, kept)
        details = ToolFinishedDetails(
            call=known.started.call,
            tool=known.started.tool,
            outcome=outcome,
            duration_s=round(time.monotonic() - began, 6),
            result=kept if file is None else None,
            result_file=file,
            error=error,
        )
        event = ToolFinished(agent=self._worker, details=details)
        told = read_event(self._session.redactor.text(event.model_dump_json()))
        assert isinstance(told, ToolFinished)
        await self._session.record(told)
        known.finished = told.details if file is None else told.details.model_copy(update={"result": kept})
        return known.finished

    def _kept(self, number: int, kept: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
        """Keep a large result in a file of its own, synced before the journal points to it."""
        text = json.dumps(kept, ensure_ascii=False)
        if len(text) <= MAX_INLINE:
            return kept, None
        path = self._folder / "tools" / f"{number:04}.json"
        written = self._session.write_synced(path, text)
        redacted: dict[str, Any] = json.loads(written)
        return redacted, self._session.layout.relative(path)

    def result(self, end: ToolFinishedDetails) -> object:
        """What a call gave, from its record.

        Raises:
            OSError: The file that it is in can't be read.
            ValueError: The file is damaged.
        """
        kept = end.result
        if kept is None and end.result_file is not None:
            kept = json.loads((self._session.path / end.result_file).read_text(encoding="utf-8"))
        return result_of(kept or {})

    async def _load(self) -> list[Known]:
        async with self._loading:
            if self._calls is None:
                known = self._session.state.workers.get(self._worker)
                # Only a worker that used such tools before pays for reading the journal.
                calls = await asyncio.to_thread(self._read) if known is not None and known.tool_calls else {}
                self._calls = list(calls.values())
                self._next = max(calls, default=0) + 1
            return self._calls

    def _read(self) -> dict[int, Known]:
        calls: dict[int, Known] = {}
        for event in read_events(self._session.layout.journal, ("tool_started", "tool_finished")):
            if event.agent != self._worker:
                continue
            if isinstance(event, ToolStarted):
                calls[event.details.call] = Known(event.details)
            elif isinstance(event, ToolFinished) and event.details.call in calls:
                calls[event.details.call].finished = event.details
        return calls


def _same_call(one: Known, asked: Asked) -> bool:
    begun = one.started
    same = (begun.exchange, begun.digest, begun.call_id, begun.tool) == (
        asked.exchange,
        asked.digest,
        asked.call_id,
        asked.tool,
    )
    return same and not _not_run(one)


def _same_request(one: Known, asked: Asked) -> bool:
    begun = one.started
    if asked.listed and begun.exchange == asked.exchange:
        return False  # another call of the same answer, however like it
    same = (begun.digest, begun.tool, begun.occurrence, begun.arguments_digest) == (
        asked.digest,
        asked.tool,
        asked.occurrence,
        asked.arguments_digest,
    )
    again = one.finished is not None and one.finished.outcome in _REPEATED and begun.exchange != asked.exchange
    return same and not again and not _not_run(one)


def _not_run(one: Known) -> bool:
    return one.finished is not None and one.finished.outcome == "not_run"


def may_have_happened(tool: str) -> str:
    """What a model is told of a call whose process ended while it ran."""
    return (
        f"{tool} was cut off while it ran: it may have done what it does, or not. It is not run again. "
        "Find out whether it did before you rely on it or ask for it once more."
    )
