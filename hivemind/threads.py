"""Runs plain functions of plugins in daemon threads, so that one that hangs holds neither the loop nor the exit."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

ResultT = TypeVar("ResultT")


async def in_thread(function: Callable[[], ResultT], name: str) -> ResultT:
    """Run a function in a daemon thread of its own and await its result.

    Cancelling the wait leaves the thread behind: Python can't stop it, but it ends with the process.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[ResultT] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: ResultT | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # a result of None is one where ResultT admits it

    def body() -> None:
        result: ResultT | None = None
        failure: BaseException | None = None
        try:
            result = context.run(function)
        except StopIteration as error:  # can't be set on a future
            failure = RuntimeError(f"StopIteration: {error}")
        except BaseException as error:  # noqa: BLE001  (handed to the one who awaits)
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=body, name=f"hivemind-{name}", daemon=True).start()
    return await future


def within(function: Callable[[], ResultT], timeout_s: float, name: str) -> ResultT:
    """Run a function in a daemon thread and wait for it at most so long; for code that runs no event loop.

    Raises:
        TimeoutError: It did not come back in time.
    """
    box: list[ResultT] = []
    failure: list[BaseException] = []

    def body() -> None:
        try:
            box.append(function())
        except BaseException as error:  # noqa: BLE001  (raised again in the caller's thread)
            failure.append(error)

    thread = threading.Thread(target=body, name=f"hivemind-{name}", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if thread.is_alive():
        raise TimeoutError(f"did not answer within {timeout_s:g} s")
    if failure:
        raise failure[0]
    return box[0]
