"""Plugins that the command line's tests install."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

GREETER = """
import asyncio
import os
import time
from pathlib import Path

from hivemind import Edge, Finding, WorkerError, WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="greeter-worker", role="greeter", description="Says hello.", priority="high")
    yield WorkerSpec(name="writer", role="writer", description="Writes it down.", after=("greeter",))


@hookimpl
def hivemind_execute(worker, task, context, runtime):
    if worker.name in ("greeter-worker", "writer"):
        return work(worker, task, runtime)


async def work(worker, task, runtime):
    print("a plugin that prints")
    os.system("echo a program that prints")
    await runtime.progress("reading the task")
    if "slow" in task.text and worker.name == "greeter-worker":
        Path(os.environ["SLOW_MARK"]).write_text("running")
        await asyncio.sleep(60)
    if "stubborn" in task.text and worker.name == "greeter-worker":
        Path(os.environ["SLOW_MARK"]).write_text("running")
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                pass
    if "wait" in task.text and worker.name == "greeter-worker":
        Path(os.environ["SLOW_MARK"]).write_text("running")
        while not Path(os.environ["SLOW_MARK"] + ".go").exists():
            await asyncio.sleep(0.02)
    if "fail" in task.text and worker.name == "greeter-worker":
        raise WorkerError("the greeting got lost", "say it again")
    finding = Finding(id="G-001", severity="low", title="a quiet hello")
    return WorkerOutput(summary=f"Hello from {worker.name}.", findings=(finding,))
"""


@pytest.fixture
def greeter(plugin_site, cli) -> Path:
    """A plugin with two workers that need no model; the shipped ones are blocked."""
    cli.env["HIVEMIND_BLOCK_PLUGINS"] = "analyzer,architect,backend,facts,frontend"
    cli.env["SLOW_MARK"] = str(cli.home / "mark")
    return plugin_site.add("greeter", GREETER, distribution="acme-greeter", version="2.1")


@pytest.fixture
def marked(cli) -> Callable[[subprocess.Popen], None]:
    """Waits until the slow worker of a process runs."""

    def wait(process: subprocess.Popen) -> None:
        end = time.monotonic() + 30
        while not (cli.home / "mark").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, "the slow worker never began"
            time.sleep(0.02)

    return wait


@pytest.fixture
def sessions(cli) -> Callable[[], list[Path]]:
    """Lists the session folders of the working folder."""
    return lambda: sorted((cli.cwd / "Docs" / "hive-mind" / "sessions").glob("*"))


@pytest.fixture
def journal() -> Callable[[Path], list[dict]]:
    """Reads a session's events as plain data."""
    return lambda folder: [json.loads(line) for line in (folder / "EVENTS.jsonl").read_text().splitlines()]
