"""SESSION.json as it is refreshed while a session runs, and as it is left at the end."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from hivemind.events import SessionFinished, SessionFinishedDetails
from hivemind.models import Task
from hivemind.session import folder as module
from hivemind.session.folder import SessionFolder


@pytest.mark.parametrize("held", [True, False], ids=["being written", "waiting for its turn"])
def test_an_older_snapshot_never_takes_the_last_ones_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """One that a thread writes as the session ends has what was before its end, and the machine may be slow."""
    session = SessionFolder.create(tmp_path, Task(text="Build it", repo=str(tmp_path)))
    write, begun, go_on = module.write_atomic, threading.Event(), threading.Event()

    def slow(path: Path | str, content: str | bytes, *, sync: bool = False) -> None:
        if threading.current_thread() is not threading.main_thread() and "SESSION.json" in str(path):
            begun.set()
            assert go_on.wait(10)
        write(path, content, sync=sync)

    monkeypatch.setattr(module, "write_atomic", slow)

    async def run() -> None:
        await session.record(session.started(1))
        session._snapshot_due = 0.0 if held else float("inf")
        session.refresh_snapshot()
        if held:
            assert await asyncio.to_thread(begun.wait, 10)
        await session.record(SessionFinished(details=SessionFinishedDetails(status="completed")))
        asyncio.get_running_loop().call_later(0.2, go_on.set)
        async with asyncio.timeout(10):
            await session.settle()
        go_on.set()  # a thread that nobody waited for ends with the loop

    asyncio.run(run())
    session.close()
    told: dict[str, Any] = json.loads((session.path / "SESSION.json").read_text(encoding="utf-8"))
    assert told["status"] == "completed"
    assert begun.is_set() is held
