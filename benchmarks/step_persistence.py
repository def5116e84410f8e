"""What is left of an agent's run after a kill: this project's runtime beside pydantic-ai-harness's step persistence.

    python benchmarks/step_persistence.py [--turns 6] [--long 30] [--rounds 5]

One small agent: a model that asks for one tool after the other and then gives its result. Each way of keeping its steps
is killed (SIGKILL, a real process) at every step in turn: while a request is under way, while a tool runs, and between
the last answer and the end of the run. A new process goes on from what is on disk. `requests again` are those made more
often than once, `lost` those of them whose answer had arrived and was paid for; `tools again` likewise.

`torn` cuts each file that a kill left to half its length, one at a time: in how many cases the run still comes to its
end. `secret` counts the files that hold a key which a tool had found. `known` is the share of the answered requests
whose usage can be read from what a kill left.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from folders import folder

SECRET = "sk-proj-0123456789abcdefghijklmnopqrstuv"
WAYS = {
    "hivemind": "hivemind; its tool may write",
    "hivemind, tool only reads": "hivemind; its tool is marked as one that only reads",
    "harness, files": "harness, files, its defaults",
    "harness, files, frontier": "harness, files, capture_frontier and include_interrupted",
    "harness, SQLite, frontier": "harness, SQLite, capture_frontier and include_interrupted",
    "nothing kept": "the same agent with nothing kept",
}


@dataclass
class Run:
    """One process of the agent, as it was killed or came to its end."""

    code: int
    stderr: str


@dataclass
class Outcome:
    """What one kill and one resume came to."""

    again: int
    lost: int
    tools_again: int
    known: float
    secret: int
    finished: bool


@dataclass
class Row:
    """One way's line."""

    outcomes: list[Outcome] = field(default_factory=list)
    torn: list[bool] = field(default_factory=list)
    step_ms: float = 0.0
    syncs: float = 0.0
    size: dict[int, tuple[int, int]] = field(default_factory=dict)


class Bench:
    """Runs the child processes of one way.

    Args:
        root: Where everything is.
        way: Which way.
        turns: Tool calls before the result.
    """

    def __init__(self, root: Path, way: str, turns: int) -> None:
        self.root, self.way, self.turns = root, way, turns
        root.mkdir(parents=True)

    @property
    def store(self) -> Path:
        """What the way keeps."""
        return self.root / "store"

    def run(self, kill: str = "") -> Run:
        """Run a process; `kill` is the step at which it kills itself."""
        words = [sys.executable, str(Path(__file__).with_name("step_agent.py")), self.way, str(self.root)]
        environment = os.environ | {
            "STEP_TURNS": str(self.turns),
            "STEP_KILL": kill,
            "STEP_SECRET": SECRET,
            "HIVEMIND_CONFIG_DIR": str(self.root / "config"),
            "HIVEMIND_CACHE_DIR": str(self.root / "cache"),
            "HIVEMIND_STATE_DIR": str(self.root / "state"),
        }
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=120)
        return Run(done.returncode, done.stderr)

    def log(self) -> list[dict[str, object]]:
        """What all processes did: requests asked and answered, tools begun."""
        path = self.root / "log.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def counted(self, kind: str) -> list[int]:
        """The steps of a kind, in the order in which they happened."""
        return [int(str(one["step"])) for one in self.log() if one["kind"] == kind]

    def files(self) -> list[Path]:
        """The files that hold what the way keeps of the agent's steps."""
        names = ("EVENTS.jsonl", "transcripts") if self.way.startswith("hivemind") else ("",)
        found = (path for path in self.store.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
        return sorted(path for path in found if any(name in str(path) for name in names))

    def usage(self) -> int:
        """How many answers' usage can be read from the store."""
        words = [sys.executable, str(Path(__file__).with_name("step_agent.py")), self.way, str(self.root), "--usage"]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
        return int(done.stdout)


def kills(turns: int) -> list[str]:
    """Every step at which a process can be killed."""
    steps = [f"{kind} {step}" for step in range(turns) for kind in ("request", "tool")]
    return [*steps, f"request {turns}", "end"]


def one_kill(bench: Bench, kill: str) -> Outcome:
    """Kill a run at a step, and go on."""
    killed = bench.run(kill)
    if killed.code != -signal.SIGKILL:
        raise SystemExit(
            f"{bench.way} at {kill!r} was not killed but ended with {killed.code}: {killed.stderr[-2000:]}"
        )
    answered = len(set(bench.counted("answer")))
    known = bench.usage() / answered if answered else 1.0
    secret = sum(SECRET.encode() in path.read_bytes() for path in bench.store.rglob("*") if path.is_file())
    resumed = bench.run()
    asked, tools = bench.counted("request"), bench.counted("tool")
    answers = bench.counted("answer")
    return Outcome(
        len(asked) - len(set(asked)),
        len(answers) - len(set(answers)),
        len(tools) - len(set(tools)),
        known,
        secret,
        resumed.code == 0,
    )


def torn(bench: Bench, place: Path) -> list[bool]:
    """Cut each file of a killed run to half, one at a time, and go on."""
    bench.run(f"tool {bench.turns - 2}")
    results = []
    for number, path in enumerate(bench.files()):
        copy = place / str(number)
        shutil.copytree(bench.root, copy)
        damaged = copy / path.relative_to(bench.root)
        data = damaged.read_bytes()
        damaged.write_bytes(data[: len(data) // 2])
        other = Bench.__new__(Bench)
        other.root, other.way, other.turns = copy, bench.way, bench.turns
        results.append(other.run().code == 0)
    return results


def kill_all(root: Path, way: str, turns: int) -> Row:
    """Kill one way at every step, and cut its files."""
    row = Row()
    for number, kill in enumerate(kills(turns)):
        row.outcomes.append(one_kill(Bench(root / f"kill-{number}", way, turns), kill))
    if way != "nothing kept":
        row.torn = torn(Bench(root / "torn", way, turns), root / "cut")
    return row


def time_all(root: Path, rows: dict[str, Row], lengths: tuple[int, int], rounds: int) -> None:
    """Run each way to its end, in turn so that all have the same neighbours; what it leaves and what a step takes."""
    steps: dict[str, list[float]] = {way: [] for way in rows}
    for number in range(rounds):
        for index, (way, row) in enumerate(rows.items()):
            for length in lengths:
                whole = Bench(root / f"whole-{index}-{length}-{number}", way, length)
                ended = whole.run()
                if ended.code:
                    raise SystemExit(f"{way} failed: {ended.stderr[-2000:]}")
                kept = whole.files() if whole.store.exists() else []
                row.size[length] = (len(kept), sum(path.stat().st_size for path in kept))
            log = whole.log()  # of the long one
            times = [float(str(one["time"])) for one in log if one["kind"] == "request"]
            steps[way].append(1000 * statistics.median(b - a for a, b in pairwise(times)))
            row.syncs = next(float(str(one["step"])) for one in log if one["kind"] == "syncs") / (lengths[1] + 1)
    for way, row in rows.items():
        row.step_ms = statistics.median(steps[way])


def line(way: str, row: Row, turns: int, long: int) -> str:
    """One line of the table."""
    outcomes = row.outcomes
    known = statistics.mean(one.known for one in outcomes)
    cells = [
        f"{sum(one.again for one in outcomes)} ({max(one.again for one in outcomes)})",
        str(sum(one.lost for one in outcomes)),
        f"{sum(one.tools_again for one in outcomes)} ({max(one.tools_again for one in outcomes)})",
        f"{100 * known:.0f} %",
        str(max(one.secret for one in outcomes)),
        f"{sum(row.torn)} of {len(row.torn)}" if row.torn else "-",
        *(f"{files}, {size / 1000:.0f} kB" for files, size in (row.size[turns], row.size[long])),
        f"{row.step_ms:.1f}",
        "its own" if "SQLite" in way else f"{row.syncs:.1f}",
    ]
    unfinished = sum(not one.finished for one in outcomes)
    told = f" ({unfinished} not finished)" if unfinished else ""
    return f"| {way}{told} | " + " | ".join(cells) + " |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=6)
    parser.add_argument("--long", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=list(WAYS), action="append")
    options = parser.parse_args()
    root = folder()
    number = len(kills(options.turns))
    print(f"{options.turns} tool calls and a result; {number} kills each; {time.strftime('%Y-%m-%d')}\n")
    print(
        "| | requests again, all (most) | lost | tools again, all (most) | known | secret | torn "
        f"| {options.turns} turns on disk | {options.long} turns on disk | ms a step | syncs a step |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    ways = options.way or list(WAYS)
    rows = {way: kill_all(root / f"way-{index}", way, options.turns) for index, way in enumerate(ways)}
    time_all(root, rows, (options.turns, options.long), options.rounds)
    for way, row in rows.items():
        print(line(way, row, options.turns, options.long))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
