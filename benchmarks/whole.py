"""A whole session of no-op workers: everything that a real one does but the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable

from folders import folder
from shapes import Shape

from hivemind import WorkerOutput, WorkerSpec, hookimpl
from hivemind.config import load_configuration
from hivemind.models import Task
from hivemind.orchestrator import run_session
from hivemind.planning import Request, make_plan
from hivemind.plugins import load_plugins
from hivemind.registry import build_registry
from hivemind.session.folder import SessionFolder


class NoopWorkers:
    """A plugin whose workers do nothing."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    @hookimpl
    def hivemind_workers(self) -> Iterable[WorkerSpec]:
        """One worker for each node."""
        for name, before in self._shape.items():
            yield WorkerSpec(name=name, role=name, description="Does nothing.", after=tuple(before))

    @hookimpl
    def hivemind_execute(self, worker: WorkerSpec) -> Awaitable[WorkerOutput]:
        """Give an output at once."""
        return self._work(worker.name)

    async def _work(self, name: str) -> WorkerOutput:
        return WorkerOutput(summary=f"{name} did nothing.")


def run_session_of(shape: Shape, parallel: int) -> None:
    """Run one session over the shape in a folder of its own."""
    repo = folder()
    configuration = load_configuration(repo, {"max_parallel": parallel}, {})
    manager = load_plugins(entry_points=False)
    manager.register(NoopWorkers(shape), "noop")
    session = SessionFolder.create(configuration.sessions_root, Task(text="do nothing", repo=str(repo)))
    plan, graph = make_plan(manager, build_registry(manager, repo), configuration, session.task, Request())
    status = asyncio.run(run_session(manager, configuration, session, plan, graph))
    if status != "completed":
        raise SystemExit(f"the session ended {status}")
