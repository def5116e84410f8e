"""A session that is stopped while its worker asks a model: what arrives in the time it gets is kept and counted."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from hivemind.config import load_configuration
from hivemind.models import Task, WorkerSpec
from hivemind.orchestrator import run_session
from hivemind.planning import Request, make_plan
from hivemind.registry import Registry, WorkerEntry
from hivemind.resumption import to_resume
from hivemind.session.folder import SessionFolder

SPEC = WorkerSpec(name="solo-worker", role="solo", description="Does it.")


def test_an_answer_that_comes_while_it_stops_is_counted_and_used_again(openai: Any, provider: Any, fake: Any) -> None:
    def answer(question: Any) -> Any:
        number = len(provider.questions)
        if number == 2:
            time.sleep(0.6)
        return fake.result() if number == 3 else fake.call("list_directory", path=".")

    provider.otherwise = answer
    configuration = load_configuration(openai.repo, {**openai.settings, "stop_grace_s": 10.0}, openai.environment)
    registry = Registry()
    registry.add(WorkerEntry(SPEC, "tests", "tests"), {})
    folder = SessionFolder.create(configuration.sessions_root, Task(text="add orders", repo=str(openai.repo)))
    plan, graph = make_plan(openai.manager, registry, configuration, folder.task, Request())

    async def stopped() -> None:
        running = asyncio.create_task(run_session(openai.manager, configuration, folder, plan, graph))
        while len(provider.questions) < 2:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(stopped())
    session = SessionFolder.open(folder.path)
    worker = session.state.workers["solo-worker"]
    assert (session.state.status, worker.status) == ("cancelled", "cancelled")
    assert worker.usage.requests == session.state.usage.requests == worker.last.usage.requests == 2
    assert session.state.models["openai-chat:gpt-5-mini"].requests == 2
    todo = to_resume(session.state, graph)
    assert asyncio.run(run_session(openai.manager, configuration, session, plan, graph, todo)) == "completed"
    assert len(provider.questions) == 3, "no request that was answered is made again"
    assert SessionFolder.open(folder.path).state.usage.requests == 3
