"""The local engine: asyncio, a ready set, never level barriers.

A node begins as soon as what it waits for is finished and a place is free. Results that are ready together are put on
record in one commit together with the starts that follow from them, so a chain costs one fsync per worker and a fan
costs two in all.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence

from hivemind.protocols import Work

STOP_S = 10.0
"""How long a node that was cancelled may take to end; one that will not is left behind."""


class LocalEngine:
    """Runs workers as tasks of one event loop."""

    name = "local"

    async def run(self, work: Work) -> None:
        """Run the whole graph; on cancellation stop what runs and return when it has stopped."""
        await _Run(work).run()


class _Run:
    def __init__(self, work: Work) -> None:
        self.work = work
        names = work.names()
        self.rank = {name: rank for rank, name in enumerate(names)}
        self.names = names
        self.waits = {name: len(list(work.predecessors(name))) for name in names}
        self.ready: list[int] = [self.rank[name] for name in names if not self.waits[name]]
        heapq.heapify(self.ready)
        self.running: dict[str, asyncio.Task[None]] = {}
        self.done: list[tuple[str, object]] = []
        self.wake = asyncio.Event()
        self.crash: BaseException | None = None

    async def run(self) -> None:
        try:
            taken = self._take()
            self._perform(taken, await self.work.begin(taken))
            while self.running or self.done:
                if not self.done:
                    self.wake.clear()
                    await self.wake.wait()
                if self.crash is not None:
                    raise self.crash
                finished, self.done = self.done, []
                self._release(finished)
                taken = self._take()
                results = [(name, result) for name, result in finished if result is not None]
                self._perform(taken, await self.work.finish(results, taken))
        finally:
            await self._stop()

    def _take(self) -> Sequence[str]:
        """Take from the ready what there is room for, most urgent first."""
        if self.work.stopping:
            return []
        room = self.work.max_parallel - len(self.running)
        taken: list[str] = []
        while self.ready and len(taken) < room:
            taken.append(self.names[heapq.heappop(self.ready)])
        return taken

    def _release(self, finished: Sequence[tuple[str, object]]) -> None:
        for name, _ in finished:
            for after in self.work.successors(name):
                self.waits[after] -= 1
                if not self.waits[after]:
                    heapq.heappush(self.ready, self.rank[after])

    def _perform(self, taken: Sequence[str], names: Sequence[str]) -> None:
        performing = set(names)
        for name in taken:
            if name in performing:
                self.running[name] = asyncio.create_task(self._one(name), name=name)
            else:  # on record without a run (blocked): what waits for it goes on
                self.done.append((name, None))

    async def _one(self, name: str) -> None:
        try:
            result = await self.work.perform(name)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  (a broken core, not a failed worker: ends the run)
            self.crash = error
        else:
            self.done.append((name, result))
        finally:
            self.running.pop(name, None)
            self.wake.set()

    async def _stop(self) -> None:
        tasks = list(self.running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S)
