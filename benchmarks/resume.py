"""How soon a killed session of 1,000 workers goes on: `hivemind resume` in a new process, until a new worker runs.

    python benchmarks/resume.py [--rounds 5] [--size 1000] [--done 900]

A session is run by a real process until so many workers have completed, and killed. Each round resumes a copy of its
folder. `total` is from the start of the process to the first new worker's execution; `start` is what `hivemind
--version` takes in the same minute, the share of Python and the imports that every command pays.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from folders import folder

PLUGIN = """
import os, signal, time
from hivemind import WorkerOutput, WorkerSpec, hookimpl

SIZE, WIDTH = int(os.environ["SIZE"]), 50
begun = 0


@hookimpl
def hivemind_workers():
    for number in range(SIZE):
        after = [f"w{number - WIDTH + step}" for step in range(3) if number >= WIDTH and number - WIDTH + step < number]
        yield WorkerSpec(name=f"w{number}", role=f"w{number}", description="Does nothing.", after=after)


@hookimpl
def hivemind_execute(worker):
    return work(worker.name)


async def work(name):
    global begun
    begun += 1
    if "MARK" in os.environ:
        with open(os.environ["MARK"], "w") as mark:
            mark.write(repr(time.time()))
        os.kill(os.getpid(), signal.SIGKILL)
    if begun > int(os.environ["DONE"]):
        os.kill(os.getpid(), signal.SIGKILL)
    return WorkerOutput(summary=f"{name} did nothing.")
"""


def prepare(root: Path, size: int, done: int) -> dict[str, str]:
    """Install the plugin and run the session until it is killed."""
    site = root / "site"
    info = site / "many-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: many\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[hivemind.plugins]\nmany = many_plugin\n", encoding="utf-8")
    (site / "many_plugin.py").write_text(PLUGIN, encoding="utf-8")
    environment = os.environ | {
        "HIVEMIND_CONFIG_DIR": str(root / "config"),
        "HIVEMIND_CACHE_DIR": str(root / "cache"),
        "HIVEMIND_BLOCK_PLUGINS": "analyzer,architect,backend,facts,frontend",
        "HIVEMIND_MODEL": "embedded",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH")))),
        "SIZE": str(size),
        "DONE": str(done),
    }
    work = root / "work"
    work.mkdir()
    words = ["run", "do nothing", "--quiet", "--yes", "--max-parallel", "50"]
    ended = subprocess.run([sys.executable, "-m", "hivemind", *words], cwd=work, env=environment, check=False)
    if ended.returncode != -signal.SIGKILL:
        raise SystemExit(f"the session was not killed but ended with {ended.returncode}")
    return environment


def seconds(words: list[str], work: Path, environment: dict[str, str], mark: Path | None = None) -> float:
    """Run a command; how long it took, or how long until the mark was made."""
    begin = time.time()
    if mark is not None:
        environment = environment | {"MARK": str(mark)}
    subprocess.run(
        [sys.executable, "-m", "hivemind", *words],
        cwd=work,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return (float(mark.read_text(encoding="utf-8")) if mark is not None else time.time()) - begin


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--done", type=int, default=900)
    options = parser.parse_args()
    root = folder()
    environment = prepare(root, options.size, options.done)
    totals, starts = [], []
    for number in range(options.rounds):
        again = root / f"work-{number}"
        shutil.copytree(root / "work", again)
        session = next((again / "Docs" / "hive-mind" / "sessions").iterdir())
        totals.append(seconds(["resume", str(session), "--quiet"], again, environment, root / f"mark-{number}"))
        starts.append(seconds(["--version"], again, environment))
    print(f"{options.size} workers, {options.done} done before the kill; {options.rounds} rounds; seconds")
    print(f"total  median {statistics.median(totals):.2f}  min {min(totals):.2f}  max {max(totals):.2f}")
    print(f"start  median {statistics.median(starts):.2f}  min {min(starts):.2f}  max {max(starts):.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
