"""Calls one implementation of a work hook as the core does, and hands back what it raised."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import Any

from hivemind.threads import in_thread


async def call_hook(call: Any, arguments: dict[str, object], patience_s: float = 10.0) -> Any:
    """Call it: `async def` in the loop, plain `def` in a thread.

    Returns:
        Its result, a generator as a list; or the exception that it raised.
    """
    try:
        async with asyncio.timeout(patience_s):
            if call.is_async:
                return await call(arguments)

            def plain() -> Any:
                result = call(arguments)
                return list(result) if inspect.isgenerator(result) else result

            result = await in_thread(plain, call.plugin)
            return await result if inspect.isawaitable(result) else result
    except TimeoutError as error:
        return TimeoutError(str(error) or f"it did not answer within {patience_s:g} s")
    except Exception as error:  # noqa: BLE001  (handed back: it is the plugin's)
        return error


def wait_for_next_second() -> None:
    """Wait until clocks that tell seconds tell another one: what takes the time into itself is not the same then."""
    time.sleep(1.01 - time.time() % 1)
