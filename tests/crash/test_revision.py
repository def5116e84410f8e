"""The round that mends a contract, killed in its middle and resumed: asked once, paid once, the mended result stays."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

EXHAUSTIVE = os.environ.get("HIVEMIND_CRASH_SWEEP") == "all"


@pytest.fixture(scope="module")
def mended(rig: Any) -> tuple[dict[str, Any], dict[str, int], int]:
    """The outcome of a session that nobody killed, what it took, and the journal's line at which the round begins."""
    run = rig.new("sides")
    ended = run.start(count=True)
    assert ended.code == 0, ended.err
    events = run.events
    (begun,) = [event for event in events if event["type"] == "worker_progress" and "revision" in event["details"]]
    ends = [event for event in events if event["type"] == "worker_completed" and event["agent"] == "front"]
    assert [event["details"]["summary"] for event in ends] == ["first", "mended"]
    assert len(run.questions) == 4
    return run.outcome(), json.loads((run.folder / "counts").read_text(encoding="utf-8")), begun["seq"]


def kill_and_resume(rig: Any, mended: Any, hurt: dict[str, Any]) -> bool:
    """Kill one session and resume it; whether it was killed in the middle of the round."""
    run = rig.new("sides")
    killed = run.start(hurt=hurt)
    if not killed.killed:
        assert killed.code == 0, killed.err
        return False
    whole = (run.session / "EVENTS.jsonl").read_bytes().split(b"\n")[:-1]
    before = [json.loads(line) for line in whole]
    asked = any("revision" in event["details"] for event in before if event["type"] == "worker_progress")
    done = any(event["details"].get("revised") for event in before if event["type"] == "worker_completed")
    resumed = run.resume()
    assert resumed.code == 0, resumed.err + resumed.out
    events = run.events
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [line for line in run.acknowledged if line not in (run.session / "EVENTS.jsonl").read_bytes()] == []
    ends = [event["details"] for event in events if event["type"] == "worker_completed" and event["agent"] == "front"]
    assert [(one["summary"], bool(one["revised"])) for one in ends] == [("first", False), ("mended", True)]
    assert max(run.repeated().values(), default=0) <= 1
    assert len(run.questions) <= 5, "of four requests at most the one that was under way is made twice"
    assert run.outcome() == mended[0]
    assert [path.name for path in (run.session / "workers/files/front").iterdir()] == ["new.js"]
    return asked and not done


@pytest.mark.parametrize("kind", ["torn", "written", "synced"])
def test_at_every_write_from_the_round_on(rig: Any, mended: Any, pairs: Any, kind: str) -> None:
    writes = mended[1]["writes"]
    offset = ("torn", "written", "synced").index(kind)
    # Half of the first write is no session yet. The round is in the second half of the writes.
    numbers = range(2, writes + 3) if EXHAUSTIVE else range(writes // 2 + offset, writes + 1, 3)
    middle: list[int] = []

    def one(number: int) -> None:
        if kill_and_resume(rig, mended, {"kill": kind, "at": number}):
            middle.append(number)

    pairs(one, numbers)
    assert middle, "no kill came in the middle of the round"


@pytest.mark.parametrize("kind", ["renaming", "renamed"])
def test_at_renames_of_what_the_round_writes(rig: Any, mended: Any, pairs: Any, kind: str) -> None:
    """The transcript's new answers, and the files of the mended result in the place of the ones before."""
    renames = mended[1]["renames"]
    begin = 1 + 2 * (kind == "renamed")
    numbers = range(1, renames + 2) if EXHAUSTIVE else range(begin, renames + 1, 4)

    def one(number: int) -> None:
        kill_and_resume(rig, mended, {"kill": kind, "at": number})

    pairs(one, numbers)
