"""The scheduler beside plain asyncio and, where it is installed, LangGraph: all in one interleaved run.

    python benchmarks/scheduler.py [--rounds 5] [--shape 'chain 100'] [--peers]

Figures are milliseconds of wall time, the median over the rounds, and microseconds of CPU time per worker. `asyncio` is
a plain ready set without a journal; `asyncio+journal` writes the same events through the same group-committing journal;
`engine` is the local engine over the same journal; `session` is the whole path: context, output, notes, JSON,
snapshot and report. `fsync` says what one cost on this disk in this run. `--peers` adds LangGraph in memory and with
its SQLite checkpointer (`pip install langgraph langgraph-checkpoint-sqlite`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from folders import folder
from shapes import SHAPES, Shape

from hivemind.engines.local import LocalEngine
from hivemind.events import Event, WorkerCompleted, WorkerFinishedDetails, WorkerStarted
from hivemind.session.journal import Journal
from hivemind.session.redaction import Redactor

PARALLEL = 64


def started(name: str) -> Event:
    """The event of a worker's start."""
    return WorkerStarted(agent=name)


def completed(name: str) -> Event:
    """The event of a worker's end."""
    return WorkerCompleted(agent=name, details=WorkerFinishedDetails(status="completed", summary="done"))


async def plain(shape: Shape, journal: Journal | None) -> None:
    """A ready set in plain asyncio; with a journal, each start and end is on disk before what follows from it."""
    waits = {name: len(before) for name, before in shape.items()}
    after: dict[str, list[str]] = {name: [] for name in shape}
    for name, before in shape.items():
        for one in before:
            after[one].append(name)
    room = asyncio.Semaphore(PARALLEL)
    finished = asyncio.Event()
    left = len(shape)

    async def one(name: str) -> None:
        nonlocal left
        async with room:
            if journal is not None:
                await journal.record(started(name))
            await asyncio.sleep(0)
            if journal is not None:
                await journal.record(completed(name))
        left -= 1
        for other in after[name]:
            waits[other] -= 1
            if not waits[other]:
                running.add(asyncio.create_task(one(other)))
        if not left:
            finished.set()

    running = {asyncio.create_task(one(name)) for name, count in list(waits.items()) if not count}
    await finished.wait()
    await asyncio.gather(*running)


class Noop:
    """The work of the engine benchmark: nothing but the journal."""

    max_parallel = PARALLEL
    stopping = False

    def __init__(self, shape: Shape, journal: Journal) -> None:
        self._shape = shape
        self._journal = journal
        self._after: dict[str, list[str]] = {name: [] for name in shape}
        for name, before in shape.items():
            for one in before:
                self._after[one].append(name)

    def names(self) -> Sequence[str]:
        """All nodes."""
        return list(self._shape)

    def predecessors(self, name: str) -> Sequence[str]:
        """Those before."""
        return self._shape[name]

    def successors(self, name: str) -> Sequence[str]:
        """Those after."""
        return self._after[name]

    async def begin(self, names: Sequence[str]) -> Sequence[str]:
        """Record the starts."""
        return await self.finish((), names)

    async def perform(self, name: str) -> object:
        """Do nothing."""
        await asyncio.sleep(0)
        return name

    async def finish(self, results: Sequence[tuple[str, object]], ready: Sequence[str]) -> Sequence[str]:
        """Record ends and starts in one commit."""
        events = [completed(name) for name, _ in results] + [started(name) for name in ready]
        if events:
            await self._journal.record(*events)
        return ready


def on_journal(body: Callable[[Journal], object]) -> None:
    """Run something with a journal of its own on disk."""
    journal = Journal(folder() / "EVENTS.jsonl", Redactor({}), lambda _: None)
    body(journal)
    journal.close()


def run_plain(shape: Shape) -> None:
    """asyncio without a journal."""
    asyncio.run(plain(shape, None))


def run_plain_journal(shape: Shape) -> None:
    """asyncio with the same journal."""
    on_journal(lambda journal: asyncio.run(plain(shape, journal)))


def run_engine(shape: Shape) -> None:
    """The local engine with the journal."""
    on_journal(lambda journal: asyncio.run(LocalEngine().run(Noop(shape, journal))))


def run_whole(shape: Shape) -> None:
    """A whole session: plan, context, output, notes, JSON, snapshot, report."""
    from whole import run_session_of

    run_session_of(shape, PARALLEL)


def fsync_ms() -> float:
    """What one fsync costs here, in milliseconds."""
    with tempfile.NamedTemporaryFile() as file:
        begin = time.perf_counter()
        for _ in range(20):
            file.write(b"x" * 200)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - begin) / 20 * 1000


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shape", action="append", choices=list(SHAPES))
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    runners: dict[str, Callable[[Shape], None]] = {
        "asyncio": run_plain,
        "asyncio+journal": run_plain_journal,
        "engine": run_engine,
        "session": run_whole,
    }
    if options.peers:
        from peers import langgraph_memory, langgraph_sqlite

        runners |= {"langgraph": langgraph_memory, "langgraph+sqlite": langgraph_sqlite}
    print(f"{'shape':<16}{'runner':<18}{'wall ms':>10}{'min':>9}{'CPU us/worker':>15}{'x asyncio+journal':>19}")
    for name in options.shape or SHAPES:
        shape = SHAPES[name]
        wall: dict[str, list[float]] = {runner: [] for runner in runners}
        cpu: dict[str, list[float]] = {runner: [] for runner in runners}
        for _ in range(options.rounds):
            for runner, function in runners.items():
                if runner.startswith("langgraph") and len(shape) > 1_000:
                    continue
                begin, used = time.perf_counter(), time.process_time()
                function(shape)
                wall[runner].append((time.perf_counter() - begin) * 1000)
                cpu[runner].append((time.process_time() - used) * 1e6 / len(shape))
        base = statistics.median(wall["asyncio+journal"])
        for runner, times in wall.items():
            if times:
                middle = statistics.median(times)
                print(
                    f"{name:<16}{runner:<18}{middle:>10.1f}{min(times):>9.1f}{statistics.median(cpu[runner]):>15.0f}"
                    f"{middle / base:>19.2f}"
                )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\none fsync: {fsync_ms():.2f} ms; peak memory of this process: {peak:.0f} MiB; {os.cpu_count()} cores")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
