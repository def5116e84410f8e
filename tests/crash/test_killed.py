"""Killed at every write and rename in turn, then resumed: the same outputs, nothing run or paid twice, no event lost."""

from __future__ import annotations

import os
from typing import Any

import pytest

EXHAUSTIVE = os.environ.get("HIVEMIND_CRASH_SWEEP") == "all"


def kill_and_resume(rig: Any, check: Any, hurt: dict[str, Any], *more: str) -> bool:
    run = rig.new()
    killed = run.start(*more, hurt=hurt)
    if not killed.killed:  # it had fewer writes than the run that was counted
        assert killed.code == 0, killed.err
        return False
    asked_before = len(run.questions)
    finished = _finished(run)
    resumed = run.resume(*more)
    if resumed.code == 3:  # nothing was on disk yet
        assert hurt["at"] == 1
        assert "start the session again" in resumed.err
        return True
    assert resumed.code == 0, resumed.err + resumed.out
    check(run)
    assert max(run.repeated().values(), default=0) <= 1
    again = {question.worker for question in run.questions[asked_before:]}
    assert not again & finished, "a finished worker asked again"
    return True


def _finished(run: Any) -> set[str]:
    try:
        lines = (run.session / "EVENTS.jsonl").read_bytes().split(b"\n")[:-1]
    except (OSError, ValueError):
        return set()
    import json

    return {event["agent"] for event in map(json.loads, lines) if event["type"] == "worker_completed"}


@pytest.mark.parametrize("kind", ["torn", "written", "synced"])
def test_at_every_write_of_the_journal(rig: Any, unhurt: Any, check: Any, pairs: Any, kind: str) -> None:
    writes = unhurt[1]["writes"]
    kinds = ("torn", "written", "synced")
    numbers = [n for n in range(1, writes + 4) if EXHAUSTIVE or n % 3 == kinds.index(kind)]
    killed: list[int] = []

    def one(number: int) -> None:
        if kill_and_resume(rig, check, {"kill": kind, "at": number}):
            killed.append(number)

    pairs(one, numbers)
    assert len(killed) >= len([n for n in numbers if n < writes - 4])
