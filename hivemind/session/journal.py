"""EVENTS.jsonl: append-only, one event a line, `seq` given under a lock, one fsync for all that is ready together."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hivemind.errors import SessionCorruptError, SessionLockedError, SessionUnwritableError
from hivemind.events import Event, read_event
from hivemind.session.append_lock import append_lock
from hivemind.session.redaction import Redactor

_LOCK_TIMEOUT_S = 30.0
_O_BINARY = getattr(os, "O_BINARY", 0)


@dataclass
class JournalPart:
    """A run of events read from a journal, and where the next one begins."""

    events: list[Event] = field(default_factory=list)
    end: int = 0
    """The byte after the last whole line."""
    torn: bool = False
    """Whether bytes of an unfinished line follow."""


def split_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (end offset, line) of every whole line."""
    start = 0
    while (stop := data.find(b"\n", start)) >= 0:
        yield stop + 1, data[start:stop]
        start = stop + 1


def read_journal(path: Path, start: int = 0) -> JournalPart:
    """Read a journal from an offset; a torn last line is left out.

    Raises:
        SessionCorruptError: A line in the middle is not an event, or events are missing or stand twice.
        OSError: The file can't be read.
    """
    with path.open("rb") as handle:
        handle.seek(start)
        data = handle.read()
    part = JournalPart(end=start)
    lines = list(split_lines(data))
    expected = None if start else 1
    for number, (end, line) in enumerate(lines):
        at = start + end - len(line) - 1
        try:
            event = read_event(line)
        except ValueError as error:
            if number == len(lines) - 1 and start + end == start + len(data):
                part.torn = True
                return part
            raise _damaged(path, at, str(error)) from error
        if expected is not None and event.seq != expected:
            raise _damaged(path, at, f"event {event.seq} stands where event {expected} belongs")
        expected = event.seq + 1
        part.events.append(event)
        part.end = start + end
    part.torn = part.end < start + len(data)
    return part


def _damaged(path: Path, at: int, why: str) -> SessionCorruptError:
    return SessionCorruptError(
        f"{path.name} is damaged at byte {at}: {why}",
        "restore it from a copy of the folder, or keep what is before the damage with "
        f"'hivemind sessions repair {path.parent.name}'",
    )


def read_events(path: Path, types: Iterable[str]) -> Iterator[Event]:
    """Read the events of some types only; the lines of others are passed over unparsed.

    Raises:
        OSError: The file can't be read.
    """
    marks = [f'"type":"{name}"'.encode() for name in types]
    with path.open("rb") as handle:
        for line in handle:
            if any(mark in line for mark in marks):
                with suppress(ValueError):  # a torn last line
                    yield read_event(line)


class Journal:
    """The journal of one session, as one process appends to it.

    Args:
        path: EVENTS.jsonl.
        redactor: Applied to every line.
        foreign: Called with events that other processes appended meanwhile, before one's own.
    """

    def __init__(self, path: Path, redactor: Redactor, foreign: Callable[[Sequence[Event]], None]) -> None:
        self.path = path
        self._redactor = redactor
        self._foreign = foreign
        self._lock = append_lock(path.with_name(".journal.lock"))
        self._threads = threading.Lock()
        self._descriptor: int | None = None
        self._end = 0
        self._seq = 0
        self._pending: list[tuple[Sequence[Event], asyncio.Future[list[Event]]]] = []
        self._committer: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self.commits = 0

    def advance(self, part: JournalPart) -> None:
        """Say how far the journal is known."""
        self._end = part.end
        if part.events:
            self._seq = max(self._seq, part.events[-1].seq)

    def commit(self, events: Sequence[Event]) -> list[Event]:
        """Append events with one write and one fsync.

        Returns:
            The events with their `seq`.

        Raises:
            SessionUnwritableError: They could not be written; the journal is as it was.
        """
        with self.locked():
            return self._append(events)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the journal's lock: nobody appends meanwhile."""
        with self._threads:
            try:
                taken = self._lock.acquire(_LOCK_TIMEOUT_S)
            except OSError as error:
                raise _unwritable(self.path, error) from error
            if not taken:
                raise SessionLockedError(
                    f"the journal {self.path} has been locked by another process for {_LOCK_TIMEOUT_S:g} s",
                    "stop the process that hangs",
                )
            try:
                yield
            finally:
                self._lock.release()

    def catch_up(self) -> None:
        """Read what others appended since; for code that holds the lock."""
        try:
            descriptor = self._open()
            if os.fstat(descriptor).st_size != self._end:
                self._catch_up(descriptor)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _append(self, events: Sequence[Event]) -> list[Event]:
        try:
            descriptor = self._open()
            if os.fstat(descriptor).st_size != self._end:
                self._catch_up(descriptor)
            committed: list[Event] = []
            lines: list[str] = []
            for seq, event in enumerate(events, self._seq + 1):
                numbered = event.model_copy(update={"seq": seq})
                committed.append(numbered)
                lines.append(numbered.model_dump_json())
            if not self._redactor.clean(*lines):
                lines = [self._redactor.text(line) for line in lines]
            data = ("\n".join(lines) + "\n").encode("utf-8", "replace")
            self._write(descriptor, data)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._end += len(data)
        self._seq += len(events)
        self.commits += 1
        return committed

    def _open(self) -> int:
        if self._descriptor is None:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | _O_BINARY | getattr(os, "O_CLOEXEC", 0)
            self._descriptor = os.open(self.path, flags, 0o644)
        return self._descriptor

    def _catch_up(self, descriptor: int) -> None:
        """Read what others appended; cut off a line that a dead writer left unfinished."""
        part = read_journal(self.path, self._end)
        if part.torn:
            os.ftruncate(descriptor, part.end)
        self.advance(part)
        if part.events:
            self._foreign(part.events)

    def _write(self, descriptor: int, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, self._end)
            raise

    def note(self, events: Sequence[Event], then: Callable[[Sequence[Event]], None]) -> None:
        """Append events with the next commit: for what nothing waits for. They keep their place in the order.

        Args:
            events: The events.
            then: Called with them once they are on disk.
        """
        future: asyncio.Future[list[Event]] = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda done: None if done.cancelled() or done.exception() else then(done.result()))
        self._pending.append((events, future))

    async def record(self, *events: Event) -> list[Event]:
        """Append events; those that are ready together, from any task, share one fsync.

        Returns:
            The events with their `seq`, when they are on disk.
        """
        future: asyncio.Future[list[Event]] = asyncio.get_running_loop().create_future()
        self._pending.append((events, future))
        if self._committer is None:
            self._committer = asyncio.create_task(self._drain())
        return await asyncio.shield(future)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="hivemind-journal")
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                flat = [event for events, _ in batch for event in events]
                try:
                    committed = await loop.run_in_executor(self._thread, self.commit, flat)
                except Exception as error:  # noqa: BLE001  (handed to everyone who waits for this commit)
                    for _, future in batch:
                        if not future.done():
                            future.set_exception(error)
                            future.exception()
                    continue
                start = 0
                for events, future in batch:
                    if not future.done():
                        future.set_result(committed[start : start + len(events)])
                    start += len(events)
        finally:
            self._committer = None

    async def settled(self) -> None:
        """Wait until nothing is pending, what was only noted included."""
        while self._pending or self._committer is not None:
            if self._committer is None:
                self._committer = asyncio.create_task(self._drain())
            await asyncio.wait([self._committer])

    def close(self) -> None:
        """Close the file; a later append opens it again."""
        if self._thread is not None:
            self._thread.shutdown(wait=True)
            self._thread = None
        self._lock.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _unwritable(path: Path, error: OSError) -> SessionUnwritableError:
    return SessionUnwritableError(
        f"can't write {path}: {error.strerror or error}",
        "free space or mend the folder's permissions; what was recorded before is safe",
    )
