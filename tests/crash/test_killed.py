"""Killed at every write and rename in turn, then resumed: same outputs, nothing run or paid twice, no event lost."""

from __future__ import annotations

import json
import os
import random
import time
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
    if hurt == {"kill": "torn", "at": 1}:  # of the first write, half was on disk: not even the task is known
        assert resumed.code == 3
        assert "was cut off before" in resumed.err
        assert "with 'hivemind run'" in resumed.err
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
    return {event["agent"] for event in map(json.loads, lines) if event["type"] == "worker_completed"}


@pytest.mark.parametrize("kind", ["torn", "written", "synced"])
def test_at_every_write_of_the_journal(rig: Any, unhurt: Any, check: Any, pairs: Any, kind: str) -> None:
    writes = unhurt[1]["writes"]
    begin = ("torn", "written", "synced").index(kind) + 1
    numbers = range(1, writes + 4) if EXHAUSTIVE else [*range(begin, writes - 3, 9), writes - begin]
    killed: list[int] = []

    def one(number: int) -> None:
        if kill_and_resume(rig, check, {"kill": kind, "at": number}):
            killed.append(number)

    pairs(one, numbers)
    assert len(killed) >= len([n for n in numbers if n < writes - 4])


@pytest.mark.parametrize("kind", ["renaming", "renamed"])
def test_at_renames_of_what_follows_from_the_journal(rig: Any, unhurt: Any, check: Any, pairs: Any, kind: str) -> None:
    """Transcripts, notes, JSON, generated files, the snapshot and the report are written beside and renamed."""
    renames = unhurt[1]["renames"]
    begin = ("renaming", "renamed").index(kind) * 7 + 1
    numbers = range(1, renames + 4) if EXHAUSTIVE else [*range(begin, renames - 8, 15), renames - 1]
    killed: list[int] = []

    def one(number: int) -> None:
        if kill_and_resume(rig, check, {"kill": kind, "at": number}):
            killed.append(number)

    pairs(one, numbers)
    assert len(killed) >= len([n for n in numbers if n < renames - 8])


def test_again_and_again_at_random_under_load(rig: Any, check: Any, pairs: Any) -> None:
    """Each session is killed up to five times, wherever it is, with as many workers at once as there are."""

    def one(seed: int) -> None:
        chance = random.Random(seed)
        run = rig.new()
        hurt = {"kill": "random", "seed": seed, "after": chance.randint(2, 12)}
        ended = run.start("--max-parallel", "12", hurt=hurt)
        kills = 0
        while ended.killed and kills < 5:
            kills += 1
            hurt = {"kill": "random", "seed": seed + kills, "after": chance.randint(2, 8)}
            ended = run.resume("--max-parallel", "12", hurt=hurt if kills < 5 else None)
        assert ended.code == 0, ended.err
        check(run)
        assert max(run.repeated().values(), default=0) <= kills

    pairs(one, range(40 if EXHAUSTIVE else 4))


def test_a_process_of_its_own_from_the_very_beginning(rig: Any, check: Any) -> None:
    """Not forked, not hurt from inside: killed from outside while workers wait for their answers."""
    run = rig.new()
    process = rig.command(run, "run", "Build it", "--quiet")
    end = time.monotonic() + 60
    while len(run.questions) < 9:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    process.kill()
    process.communicate()
    resumed = rig.command(run, "resume", "last", "--json")
    out, err = resumed.communicate(timeout=60)
    assert resumed.returncode == 0, err
    assert {worker["status"] for worker in json.loads(out)["workers"]} == {"completed"}
    check(run)
    assert max(run.repeated().values(), default=0) <= 1
