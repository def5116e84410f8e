"""Digests made in worker processes.

The workers are plain child processes that speak in frames over their pipes, not `multiprocessing`: nothing of the
caller's main module is run again, it is the same on every system, and a parser that crashes or hangs costs one file.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, TypeAlias

from hivemind_facts import digesting
from hivemind_facts.cache import pack, unpack
from hivemind_facts.digesting import Item

Chunk: TypeAlias = list[Item]
_LENGTH = struct.Struct(">I")
_READY = b"ready"
START_S = 30.0
CHUNK_S = 120.0
FILE_S = 30.0
MAX_WORKERS = 8


def cores() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class _Worker:
    """One child process."""

    def __init__(self) -> None:
        home = str(Path(__file__).resolve().parent.parent)
        code = f"import sys; sys.path.append({home!r}); from hivemind_facts.workers import main; main()"
        # -P: a file named json.py in the folder we are called from must not be imported
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if self._receive(START_S) != _READY:
            self.close()
            raise OSError("the worker process did not start")

    def request(self, chunk: Chunk, seconds: float) -> list[bytes] | None:
        """The packed answers to a chunk; None if the process died or was too slow."""
        assert self._process.stdin is not None
        try:
            _send(self._process.stdin, pack(chunk))
        except (OSError, ValueError):
            return None
        answer = self._receive(seconds)
        value = unpack(answer) if answer else None
        return value if isinstance(value, list) and len(value) == len(chunk) else None

    def _receive(self, seconds: float) -> bytes | None:
        assert self._process.stdout is not None
        clock = threading.Timer(seconds, self._process.kill)
        clock.daemon = True
        clock.start()
        try:
            return _receive(self._process.stdout)
        except OSError:
            return None
        finally:
            clock.cancel()

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()


class Workers:
    """A few worker processes, used one chunk each at a time."""

    def __init__(self, count: int) -> None:
        self._count = min(count, MAX_WORKERS)
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._broken = False

    def run(self, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, list[bytes]]]:
        """Work on all chunks; few are in memory at a time. Answers come as they are ready."""
        source = iter(chunks)
        waiting: dict[Future[list[bytes]], Chunk] = {}
        with ThreadPoolExecutor(self._count) as threads:
            try:
                while True:
                    for chunk in source:
                        waiting[threads.submit(self._work, chunk)] = chunk
                        if len(waiting) >= self._count * 2:
                            break
                    if not waiting:
                        return
                    for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                        yield waiting.pop(done), done.result()
            finally:
                for future in waiting:
                    future.cancel()

    def _work(self, chunk: Chunk) -> list[bytes]:
        worker = self._take()
        if worker is None:
            return [digesting.make(item) for item in chunk]
        answers = worker.request(chunk, CHUNK_S)
        if answers is not None:
            self._give(worker)
            return answers
        worker.close()
        return [self._alone(item) for item in chunk]

    def _alone(self, item: Item) -> bytes:
        """One file in a worker of its own, because a chunk that it was in ended a worker."""
        worker = self._take()
        if worker is None:
            return digesting.failed("the parser ended abnormally")
        answers = worker.request([item], FILE_S)
        if answers is not None:
            self._give(worker)
            return answers[0]
        worker.close()
        return digesting.failed(f"the parser ended abnormally or took more than {FILE_S:.0f} s")

    def _take(self) -> _Worker | None:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            if self._broken:
                return None
        try:
            return _Worker()
        except OSError:
            self._broken = True
            return None

    def _give(self, worker: _Worker) -> None:
        with self._lock:
            self._idle.append(worker)

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()


def main() -> None:
    """What a worker process does: answer frames until its input ends."""
    read, write = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may come between the frames
    serve(read, write, digesting.make)


def serve(read: BinaryIO, write: BinaryIO, make: Callable[[Item], bytes]) -> None:
    """Answer frames until the input ends."""
    _send(write, _READY)
    while (frame := _receive(read)) is not None:
        chunk = unpack(frame)
        assert isinstance(chunk, list)
        _send(write, pack([make(item) for item in chunk]))


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None
