"""Runs a coroutine to its end in a thread with a loop of its own, for code that may or may not be inside one."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")
_FRAMES = 6
_MORE_S = 5.0
"""How long it may take to stop after the time is up, beside what the work itself allows."""


def run_to_end(
    make: Callable[[], Coroutine[Any, Any, ResultT]], timeout_s: float, grace_s: float, doing: Callable[[], str]
) -> ResultT:
    """Run a coroutine and wait for it.

    Args:
        make: Makes the coroutine, inside its loop.
        timeout_s: How long it may take.
        grace_s: How long it may take more, to stop.
        doing: Says what it is at, for who waited in vain.

    Raises:
        AssertionError: It was not done in time, or holds the loop and could not even be stopped.
    """
    outcome: list[ResultT] = []
    failure: list[BaseException] = []
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    async def main() -> None:
        task = asyncio.current_task()
        assert task is not None
        running.append((asyncio.get_running_loop(), task))
        outcome.append(await _in_time(make, timeout_s, doing))

    def body() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001  (raised again in the caller's thread)
            failure.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(body,), name="hivemind-kit", daemon=True)
    thread.start()
    try:
        thread.join(timeout_s + grace_s + _MORE_S)
    except KeyboardInterrupt:
        for loop, task in running:
            loop.call_soon_threadsafe(task.cancel)
        thread.join(grace_s + _MORE_S)
        raise
    if thread.is_alive():
        raise AssertionError(
            f"the session was not done after {timeout_s:g} s and can't be stopped, as something holds its event loop "
            f"(call what blocks in a plain def, or with asyncio.to_thread):\n{_where(thread)}"
        )
    if failure:
        raise failure[0]
    return outcome[0]


async def _in_time(
    make: Callable[[], Coroutine[Any, Any, ResultT]], timeout_s: float, doing: Callable[[], str]
) -> ResultT:
    started = time.monotonic()
    try:
        async with asyncio.timeout(timeout_s) as limit:
            result = await make()
    except TimeoutError:
        if not limit.expired():
            raise
        raise AssertionError(f"the session was not done after {timeout_s:g} s: {doing()}") from None
    if time.monotonic() - started > timeout_s:  # what held the loop let go of it after its time
        raise AssertionError(f"the session was done only after its {timeout_s:g} s: {doing()}")
    return result


def _where(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    return "".join(traceback.format_stack(frame)[-_FRAMES:]) if frame is not None else "it ended meanwhile"
