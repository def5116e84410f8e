"""Plugins that the command line's tests install."""

from __future__ import annotations

import importlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hivemind.cli.main import main

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


@dataclass(frozen=True)
class Inside:
    """What a call in this process left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@pytest.fixture
def inside(cli, plugin_site, monkeypatch, capfd):
    """Runs the command line in this process, with the environment of `cli`: for the many calls that would each cost a
    start of Python and would find nothing more."""

    def run(*arguments, input=None, env=None, cwd=None, check=None):  # noqa: A002
        for name in set(os.environ) - set(cli.environment(env)):
            monkeypatch.delenv(name)
        for name, value in cli.environment(env).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(cwd or cli.cwd)
        if str(plugin_site.path) not in sys.path:
            monkeypatch.syspath_prepend(str(plugin_site.path))
        data = input.encode() if isinstance(input, str) else input or b""
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        importlib.invalidate_caches()
        capfd.readouterr()
        code = main(arguments)
        out, err = capfd.readouterr()
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(str(plugin_site.path)):
                del sys.modules[name]
        if check is not None:
            assert code == check, f"exit {code}, not {check}\n{out}\n{err}"
        return Inside(code, out, err)

    return run
