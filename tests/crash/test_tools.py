"""Killed at every write of the journal around tools that write, then resumed: no call is made twice."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

EXHAUSTIVE = os.environ.get("HIVEMIND_CRASH_SWEEP") == "all"
PLUGIN = """
from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="writer", role="writer", description="Writes.", toolsets=("writer_tools:make",))
"""
TOOLS = '''
import asyncio
import os
from pathlib import Path


def make(task):
    log = Path(task.repo) / "effects.log"

    def line_of(text):
        with log.open("a") as file:
            file.write(text + "\\n")
        return {"written": text, "token": "ghp_0123456789abcdefghijklmnopqrstuvwxyz"}

    def append(line: str) -> dict:
        """Append a line, in a thread."""
        return line_of(line)

    async def publish(line: str) -> str:
        """Append a line, in the loop; much is said about it."""
        await asyncio.sleep(0)
        line_of(line)
        return line + " " + "published " * 3000

    return [append, publish]
'''
WANTED = Counter({"one": 2, "two": 1, "three": 1})


def answer(fake: Any, question: Any) -> Any:
    """By nothing but the request: the same call twice and another, then one more, then what was heard."""
    messages = question.body["messages"]
    heard = [message["content"] for message in messages if message["role"] == "tool"]
    if not heard:
        same = ("append", {"line": "one"})
        return fake.Answer(calls=(same, same, ("publish", {"line": "two"})))
    if len(heard) == 3:
        return fake.Answer(calls=(("append", {"line": "three"}), ("read_file", {"path": "1.txt"})))
    said = hashlib.sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()[:12]
    return fake.result(f"heard {said}")


@pytest.fixture(scope="module")
def writers(rig: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Makes sessions of one worker whose tools write, to be killed."""
    fake = sys.modules[type(rig.provider).__module__]
    root = tmp_path_factory.mktemp("writers")
    info = root / "site" / "hivemind_writers-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hivemind-writers\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[hivemind.plugins]\nwriters = writer_plugin\n", encoding="utf-8")
    (root / "site" / "writer_plugin.py").write_text(PLUGIN, encoding="utf-8")
    (root / "site" / "writer_tools.py").write_text(TOOLS, encoding="utf-8")
    before = os.environ.get("PYTHONPATH")
    environment = {
        **rig._environment,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(root / "site"), before))),
        "HIVEMIND_CACHE_DIR": str(root / "cache"),
        "HIVEMIND_CACHE": "false",
    }
    with type(rig.provider)() as provider:
        provider.otherwise = lambda question: answer(fake, question)
        made = type(rig)(root, provider, environment)
        yield made
        made.close()
        for zygote in made._zygotes:
            zygote._process.stdout.close()


@pytest.fixture(scope="module")
def whole(writers: Any) -> tuple[dict[str, Any], dict[str, int]]:
    """The outcome of a session that nobody killed, and how many writes it took."""
    run = writers.new()
    ended = run.start(count=True)
    assert ended.code == 0, ended.err
    assert effects(run) == WANTED
    assert len([event for event in run.events if event["type"] == "tool_finished"]) == 4
    return run.outcome(), json.loads((run.folder / "counts").read_text(encoding="utf-8"))


def effects(run: Any) -> Counter[str]:
    log = run.work / "effects.log"
    return Counter(log.read_text(encoding="utf-8").split()) if log.exists() else Counter()


def killed_and_resumed(writers: Any, whole: Any, *hurts: dict[str, Any]) -> bool:
    """Kill a session, and its resumption as often as told; in the end nothing was done twice."""
    run = writers.new()
    ended, kills = run.start(hurt=hurts[0]), 0
    for hurt in (*hurts[1:], None):
        if not ended.killed:
            break
        kills += 1
        ended = run.resume(hurt=hurt)
    if not kills:
        return False
    if ended.code == 3 and "was cut off before" in ended.err:
        assert not effects(run)
        return True
    assert ended.code == 0, ended.err + ended.out
    done = effects(run)
    assert not done - WANTED, f"done twice: {done - WANTED}"
    doubtful = [
        event for event in run.events if event["type"] == "tool_finished" and event["details"]["outcome"] != "done"
    ]
    assert {event["details"]["outcome"] for event in doubtful} <= {"unknown"}
    report = (run.session / "REPORT.md").read_text(encoding="utf-8")
    if doubtful:
        assert len(doubtful) >= sum((WANTED - done).values())
        assert report.count("may have been done: its process ended while it ran") == len(doubtful)
    else:
        assert done == WANTED
        assert run.outcome()["files"] == whole[0]["files"], "its model was told something else"
        assert "may have been done" not in report
    started = Counter(event["details"]["call"] for event in run.events if event["type"] == "tool_started")
    assert set(started) == {1, 2, 3, 4}
    assert set(started.values()) == {1}
    assert sum(run.repeated().values()) <= kills
    assert "0123456789abcdefghijklmnopqrstuvwxyz" not in (run.session / "EVENTS.jsonl").read_text(encoding="utf-8")
    return True


@pytest.mark.parametrize("kind", ["torn", "written", "synced"])
def test_at_every_write_of_the_journal(writers: Any, whole: Any, pairs: Any, kind: str) -> None:
    writes = whole[1]["writes"]
    # A line that was written and one that was synced differ only where the machine goes down with the process.
    numbers = range(1, writes + 2, 1 if EXHAUSTIVE or kind != "written" else 5)
    killed: list[int] = []

    def one(number: int) -> None:
        if killed_and_resumed(writers, whole, {"kill": kind, "at": number}):
            killed.append(number)

    pairs(one, numbers)
    assert len(killed) >= len(numbers) - 3


def test_at_renames_of_transcripts_and_large_results(writers: Any, whole: Any, pairs: Any) -> None:
    def one(number: int) -> None:
        killed_and_resumed(writers, whole, {"kill": ("renaming", "renamed")[number % 2], "at": number // 2 + 1})

    pairs(one, range(2 * whole[1]["renames"] if EXHAUSTIVE else 8))


def test_again_and_again(writers: Any, whole: Any, pairs: Any) -> None:
    """Each resumption is killed as well, a little later."""

    def one(number: int) -> None:
        hurts = [{"kill": ("synced", "torn")[(number + step) % 2], "at": number + 2 * step} for step in range(3)]
        killed_and_resumed(writers, whole, *hurts)

    pairs(one, range(2, 20 if EXHAUSTIVE else 6))
