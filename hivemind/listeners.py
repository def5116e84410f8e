"""Tells plugins of events, isolated: a listener that fails or hangs is muted, and can't change the run."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from hivemind.events import Event, Trouble, TroubleDetails
from hivemind.plugins import PluginManager
from hivemind.session.folder import SessionFolder

HOOK = "hivemind_event"
PATIENCE_S = 10.0


class Listeners:
    """The `hivemind_event` hooks of one session; events reach each plugin in order, after they are on disk."""

    def __init__(self, manager: PluginManager, session: SessionFolder) -> None:
        self._manager = manager
        self._session = session
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._muted: set[str] = set()
        self._patience_s = PATIENCE_S

    def start(self) -> None:
        """Begin to listen, if any plugin does."""
        if self._manager.implements(HOOK):
            self._session.listeners.append(self._heard)
            self._task = asyncio.create_task(self._tell())

    def _heard(self, events: Sequence[Event]) -> None:
        for event in events:
            self._queue.put_nowait(event)

    async def _tell(self) -> None:
        while True:
            event = await self._queue.get()
            try:
                for plugin, _ in self._manager.implementations(HOOK):
                    if plugin not in self._muted:
                        await self._tell_one(plugin, event)
            finally:
                self._queue.task_done()

    async def _tell_one(self, plugin: str, event: Event) -> None:
        others = {name for name, _ in self._manager.implementations(HOOK)} - {plugin}
        try:
            async with asyncio.timeout(self._patience_s):
                errors = await self._manager.notify(HOOK, skip=others, event=event)
            reason = errors[0].message if errors else None
        except TimeoutError:
            reason = f"plugin {plugin!r} did not return from {HOOK} within {self._patience_s:g} s"
        if reason is None:
            return
        self._muted.add(plugin)
        trouble = Trouble(type="listener_muted", details=TroubleDetails(error=reason, plugin=plugin))
        await self._session.record(trouble)

    async def drain(self) -> None:
        """Wait until every event so far is told."""
        if self._task is not None and not self._task.done():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s * 2):
                    await self._queue.join()

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._session.listeners.remove(self._heard)
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
