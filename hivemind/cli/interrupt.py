"""Ctrl-C and SIGTERM: the first asks the work to stop and be recorded, the second ends the process at once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, TypeVar

from hivemind.cli.output import tell
from hivemind.errors import ExitCode

ResultT = TypeVar("ResultT")
_NAMES = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
_LEFT_S = 2.0
"""How long what is left in the loop at the end may take to be cancelled."""
_SHOW_CURSOR = "\x1b[?25h"


def run_until_stopped(work: Coroutine[Any, Any, ResultT], stopping: Callable[[], None], then: str = "") -> ResultT:
    """Run a coroutine in an event loop; the only place that starts one.

    Args:
        work: What to run. The first signal cancels it; what it records before it ends is kept.
        stopping: Called when the first signal comes.
        then: What is said of going on where the second signal ends it at once.

    Returns:
        What the work returned.

    Raises:
        asyncio.CancelledError: It was stopped by a signal.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    task = loop.create_task(work)
    signals = _Signals(loop, task, stopping, then)
    signals.install()
    try:
        return loop.run_until_complete(task)
    finally:
        try:
            _close(loop)
        finally:
            signals.restore()


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """Close the loop without waiting for ever for a task that will not be cancelled, as `asyncio.Runner` does."""
    left = asyncio.all_tasks(loop)
    for one in left:
        one.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=_LEFT_S))
    if any(not one.done() for one in left):
        loop.set_exception_handler(lambda *_: None)  # that it is left behind is known: its worker is recorded
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    asyncio.set_event_loop(None)
    loop.close()


def tell_stopping(grace_s: float) -> None:
    """Say that the first signal came, and what happens now."""
    tell(
        f"stopping: what runs gets up to {grace_s:g} s to come to its next step, and all is recorded; "
        "Ctrl-C again ends it at once"
    )


class _Signals:
    """The handlers of one run."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any], stopping: Callable[[], None], then: str
    ) -> None:
        self._loop = loop
        self._then = then
        self._task = task
        self._stopping = stopping
        self._seen = False
        self._before: dict[int, Any] = {}

    def install(self) -> None:
        """Take the signals that the process does not ignore: `nohup` and a shell's background jobs set that."""
        if threading.current_thread() is not threading.main_thread():
            return
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is None or signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._before[number] = signal.signal(number, self._heard)

    def restore(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        if self._seen:
            self._end_at_once()
        self._seen = True
        # The loop may be in the middle of anything: it does the rest between two steps.
        self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        self._stopping()
        self._task.cancel()

    def _end_at_once(self) -> None:
        if sys.stderr.isatty():
            tell(_SHOW_CURSOR)
        tell(f"stopped at once: what was under way is not recorded{self._then}")
        os._exit(int(ExitCode.INTERRUPTED))
