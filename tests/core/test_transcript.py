"""A process killed in the middle of a worker: what had been answered is on disk and is not asked for again."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SCRIPT = """
    import asyncio, os, sys
    from pathlib import Path
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelResponse, ToolCallPart
    from pydantic_ai.models.function import FunctionModel
    from hivemind.config import Settings
    from hivemind.hookspecs import hookimpl
    from hivemind.models import PlannedWorker, Task, WorkerOutput, WorkerSpec
    from hivemind.plugins import load_plugins
    from hivemind.runtime import WorkerRuntime
    from hivemind.session.folder import SessionFolder

    repo, kill_at, resume = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    log = open(repo.parent / "asked.log", "a")

    def model(messages, info):
        number = sum(isinstance(message, ModelResponse) for message in messages) + 1
        log.write(f"{number}\\n")
        log.flush()
        if number == kill_at:
            os._exit(9)
        if number < 4:
            return ModelResponse(parts=[ToolCallPart("read_file", {"path": f"{number}.txt"})])
        return ModelResponse(parts=[ToolCallPart("final_result", {"summary": "read three files"})])

    class Family:
        prefix, description = "function", "a test's"

        def resolve(self, name):
            return FunctionModel(model, model_name=name)

    class Plugin:
        @hookimpl
        def hivemind_models(self):
            return [Family()]

    manager = load_plugins(entry_points=False)
    manager.register(Plugin(), "functions")
    root = repo / "sessions"
    task = Task(text="read", repo=str(repo))
    session = SessionFolder.open(Path(resume[0])) if resume else SessionFolder.create(root, task)
    print(session.path, flush=True)
    spec = WorkerSpec(name="solo-worker", role="solo", description="Reads.")
    planned = PlannedWorker(spec=spec, plugin="t", source="t", model="function:f", model_origin="t", reason="t")
    runtime = WorkerRuntime(manager, session, planned, Settings())
    runtime.resume = bool(resume)
    output = asyncio.run(runtime.run(Agent(output_type=WorkerOutput), "read them all"))
    print(output.summary, runtime.usage.requests)
"""


@pytest.mark.parametrize("kill_at", [1, 2, 4])
def test_at_most_the_request_in_flight_is_repeated(tmp_path: Path, kill_at: int) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    for number in (1, 2, 3):
        (repo / f"{number}.txt").write_text(f"file {number} with sk-live-abcdefghijklmnop123456789{number}\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(repo), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    killed = run(str(kill_at))
    assert killed.returncode == 9, killed.stderr
    session = killed.stdout.split()[0]
    folder = Path(session) / "workers" / "transcripts" / "solo"
    assert len(list(folder.glob("*.json"))) == kill_at - 1
    resumed = run("0", session)
    assert resumed.stdout.splitlines()[-1] == "read three files 4", resumed.stderr
    asked = (tmp_path / "asked.log").read_text().split()
    assert asked == [*map(str, range(1, kill_at + 1)), *map(str, range(kill_at, 5))]
    numbers = [json.loads(path.read_text())["number"] for path in folder.glob("*.json")]
    assert sorted(numbers) == [1, 2, 3, 4]
