"""The process that `step_persistence.py` kills: one small agent whose steps are kept in one of several ways.

python benchmarks/step_agent.py WAY FOLDER [--usage]
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from pydantic_ai import Agent, RunContext
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from hivemind import WorkerOutput, WorkerSpec, hookimpl

TURNS = int(os.environ.get("STEP_TURNS", "6"))
KILL = os.environ.get("STEP_KILL", "")
ROOT = Path(sys.argv[2]) if len(sys.argv) > 2 else Path()
STORE = ROOT / "store"
_syncs = 0


def note(kind: str, step: int) -> None:
    """Put a step on the list that survives the kill."""
    with (ROOT / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps({"kind": kind, "step": step, "time": time.perf_counter()}) + "\n")


def may_die(step: str) -> None:
    """Kill this process if it was told to die at this step."""
    if step == KILL:
        os.kill(os.getpid(), signal.SIGKILL)


def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """The model: one tool after the other, then the result."""
    step = sum(isinstance(part, ToolReturnPart) for message in messages for part in message.parts)
    note("request", step)
    may_die(f"request {step}")
    note("answer", step)
    if step < TURNS:
        return ModelResponse(parts=[ToolCallPart("look", {"step": step}, tool_call_id=f"call-{step}")])
    return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, {"summary": "looked at all"})])


async def look(_: RunContext[Any], step: int) -> str:
    """Look at something; takes time and finds a key."""
    note("tool", step)
    may_die(f"tool {step}")
    return f"found {step}: " + "x = 1  # as a file of the repository would say it\n" * 40 + os.environ["STEP_SECRET"]


def make_agent() -> Agent[Any, WorkerOutput]:
    """The agent that all ways run."""
    from hivemind.tool_marks import reads

    agent: Agent[Any, WorkerOutput] = Agent(output_type=WorkerOutput, instructions="Look at every step.", name="looker")
    agent.tool(reads(look) if "only reads" in sys.argv[1] else look)

    @agent.output_validator
    def at_the_end(output: WorkerOutput) -> WorkerOutput:
        may_die("end")
        return output

    return agent


class Family:
    """Gives the model to hivemind."""

    prefix = "steps"
    description = "asks for one tool after the other"

    def resolve(self, name: str) -> FunctionModel:
        """The model."""
        return FunctionModel(answer, model_name=name)


class Plugin:
    """Registers it."""

    @hookimpl
    def hivemind_models(self) -> list[Family]:
        """The model family."""
        return [Family()]


async def with_hivemind() -> None:
    """Run the agent as a worker of a session, or go on with the session that is there."""
    from hivemind.config import load_configuration
    from hivemind.models import Task
    from hivemind.orchestrator import run_session
    from hivemind.planning import Request, make_plan
    from hivemind.plugins import load_plugins
    from hivemind.registry import Registry, WorkerEntry
    from hivemind.resumption import to_resume
    from hivemind.session.folder import SessionFolder

    repo = ROOT / "repo"
    repo.mkdir(exist_ok=True)
    manager = load_plugins(entry_points=False)
    manager.register(Plugin(), "steps")
    settings = {"sessions_root": str(STORE), "model": "steps:steps", "cache": False}
    configuration = load_configuration(repo, settings, {})
    spec = WorkerSpec(name="looker", role="looker", description="Looks.", agent="step_agent:make_agent")
    registry = Registry()
    registry.add(WorkerEntry(spec, "steps", "steps"), {})
    found = sorted(STORE.glob("*/EVENTS.jsonl")) if STORE.exists() else []
    if found:
        session = SessionFolder.open(found[0].parent)
    else:
        session = SessionFolder.create(STORE, Task(text="look at all", repo=str(repo)))
    plan, graph = make_plan(manager, registry, configuration, session.task, Request())
    todo = to_resume(session.state, graph) if found else None
    status = await run_session(manager, configuration, session, session.state.plan or plan, graph, todo)
    if status != "completed":
        raise SystemExit(f"the session is {status}: {session.state.workers['looker'].last.error}")


def harness_store(way: str) -> Any:
    """The store of a way."""
    from pydantic_ai_harness.step_persistence import FileStepStore, SqliteStepStore

    STORE.mkdir(exist_ok=True)
    return SqliteStepStore(database=str(STORE / "steps.db")) if "SQLite" in way else FileStepStore(STORE)


async def with_harness(way: str) -> None:
    """Run the agent with step persistence, or go on from the newest snapshot."""
    from pydantic_ai_harness.step_persistence import StepPersistence, continue_run

    store, frontier = harness_store(way), "frontier" in way
    run = 0
    history: list[ModelMessage] | None = None
    while await store.get_run(run_id=f"run-{run}") is not None:
        with contextlib.suppress(LookupError):  # killed before anything could be kept
            history = await continue_run(store, run_id=f"run-{run}", include_interrupted=frontier)
        run += 1
    kept = StepPersistence[Any](store=store, run_id=f"run-{run}", capture_frontier=frontier)
    prompt = "look at all" if history is None else None
    await make_agent().run(prompt, message_history=history, model=FunctionModel(answer), capabilities=[kept])


async def usage(way: str) -> int:
    """How many answers' usage can be read from what is on disk."""
    if way == "nothing kept":
        return 0
    if way.startswith("hivemind"):
        from hivemind.session.folder import SessionFolder

        found = sorted(STORE.glob("*/EVENTS.jsonl"))
        return SessionFolder.open(found[0].parent).state.usage.requests if found else 0
    store = harness_store(way)
    snapshot = await store.latest_snapshot(run_id="run-0", include_interrupted=True)
    messages = snapshot.messages if snapshot is not None else []
    return sum(isinstance(message, ModelResponse) and message.usage.has_values() for message in messages)


def count_syncs() -> None:
    """Count how often something is forced to disk."""
    real = os.fsync

    def counting(descriptor: Any) -> None:
        global _syncs
        _syncs += 1
        real(descriptor)

    os.fsync = counting


def main() -> None:
    """Run, or say what is known."""
    way = sys.argv[1]
    if "--usage" in sys.argv:
        print(asyncio.run(usage(way)))
        return
    count_syncs()
    if way.startswith("hivemind"):
        asyncio.run(with_hivemind())
    elif way == "nothing kept":
        asyncio.run(make_agent().run("look at all", model=FunctionModel(answer)))
    else:
        asyncio.run(with_harness(way))
    note("syncs", _syncs)


if __name__ == "__main__":
    main()
