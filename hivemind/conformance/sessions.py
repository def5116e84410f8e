"""Real sessions of the target's workers: plans, contexts, and runs through the real orchestrator."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hivemind.conformance.bench import Bench
from hivemind.conformance.hive import Hive
from hivemind.conformance.sample import TASK

if TYPE_CHECKING:
    from hivemind.config import Configuration
    from hivemind.graph import WorkerGraph
    from hivemind.models import Plan, Task
    from hivemind.session.folder import SessionFolder
    from hivemind.session.state import WorkerState

ResultT = TypeVar("ResultT")
WORKER_S = 8.0
"""What a worker may take on the sample repository, which is small."""


def configuration_of(bench: Bench) -> Configuration:
    """Settings for a check: nothing is retried, cached or asked, and sessions lie outside the repository."""
    from hivemind.config import load_configuration

    options: dict[str, object] = {
        "model": "embedded",
        "sessions_root": str(Path(bench.job.root) / "sessions"),
        "timeout_s": WORKER_S,
        "retries": 0,
        "backoff_s": 0.01,
        "stop_grace_s": 0.5,
        "verify_retries": 0,
        "revision_rounds": 0,
        "cache": False,
    }
    return load_configuration(bench.repo, options, {})


def plan_of(
    bench: Bench, hive: Hive, workers: Sequence[str], model: str = "embedded", task: Task | None = None
) -> tuple[Plan, WorkerGraph]:
    """Plan a session of these workers and of what they require."""
    from hivemind.models import Task
    from hivemind.planning import Request, make_plan

    configuration = configuration_of(bench)
    chosen = Request(tuple(workers), dict.fromkeys(workers, model))
    planned_task = task or Task(text=TASK, repo=str(bench.repo))
    return make_plan(hive.manager, hive.registry, configuration, planned_task, chosen)


def new_session(bench: Bench, text: str = TASK) -> SessionFolder:
    """Make a session about the sample repository."""
    from hivemind.models import Task
    from hivemind.session.folder import SessionFolder

    return SessionFolder.create(Path(bench.job.root) / "sessions", Task(text=text, repo=str(bench.repo)))


@dataclass(frozen=True)
class Outcome:
    """What a session left."""

    session: SessionFolder
    plan: Plan | None
    error: str = ""

    def worker(self, name: str) -> WorkerState | None:
        """How a worker stands."""
        return self.session.state.workers.get(name)


def run_workers(bench: Bench, hive: Hive, workers: Sequence[str], model: str, text: str = TASK) -> Outcome:
    """Run a session to its end."""
    from hivemind.conformance.process import place_of
    from hivemind.orchestrator import run_session

    session = new_session(bench, text)
    plan: Plan | None = None
    try:
        plan, graph = plan_of(bench, hive, workers, model, session.task)
        run(run_session(hive.manager, configuration_of(bench), session, plan, graph))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (what ends a session, SystemExit included, is told of its workers)
        return Outcome(session, plan, f"{type(error).__name__}: {error}{place_of(error)}")
    return Outcome(session, plan)


def run(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run a coroutine in a loop of its own, and leave behind what does not end with it: the process ends anyway."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(work)
    finally:
        asyncio.set_event_loop(None)
        if not asyncio.all_tasks(loop):  # what does not end keeps its loop
            loop.close()
