"""Whole sessions in one process, with plugins that are plain objects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hivemind import Context, Runtime, Task, WorkerOutput, WorkerSpec, hookimpl
from hivemind.config import load_configuration
from hivemind.events import Event
from hivemind.models import SessionStatus
from hivemind.orchestrator import Orchestrator
from hivemind.planning import Request, make_plan
from hivemind.plugins import PluginManager, load_plugins
from hivemind.registry import build_registry
from hivemind.session.folder import SessionFolder
from hivemind.session.journal import read_journal

Behaviour = Callable[[Context, Runtime], Awaitable[WorkerOutput]]


def spec(name: str, **more: object) -> WorkerSpec:
    """A worker that needs no more than its name."""
    return WorkerSpec.model_validate({"name": name, "role": name, "description": name, **more})


async def say_done(context: Context, runtime: Runtime) -> WorkerOutput:
    """The least that a worker can do."""
    return WorkerOutput(summary=f"{runtime.worker} is done")


@dataclass(eq=False)
class Workers:
    """A plugin with these workers; each does what its behaviour says, or the least."""

    specs: Iterable[WorkerSpec]
    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)

    @hookimpl
    def hivemind_workers(self) -> Iterable[WorkerSpec]:
        yield from self.specs

    @hookimpl
    def hivemind_execute(
        self, worker: WorkerSpec, task: Task, context: Context, runtime: Runtime
    ) -> Awaitable[WorkerOutput] | None:
        if worker not in tuple(self.specs):
            return None
        return self.behaviours.get(worker.name, say_done)(context, runtime)


@dataclass
class Outcome:
    """What a session left."""

    status: SessionStatus | None
    session: SessionFolder
    manager: PluginManager
    error: BaseException | None = None

    @property
    def events(self) -> list[Event]:
        """The journal as it is on disk."""
        return read_journal(self.session.layout.journal).events

    def of_type(self, kind: str) -> list[Any]:
        """The events of one type."""
        return [event for event in self.events if event.type == kind]

    @property
    def statuses(self) -> dict[str, str]:
        """How each worker and check ended, as the folder says."""
        return {name: one.status for name, one in SessionFolder.open(self.session.path).state.workers.items()}

    def error_of(self, worker: str) -> str:
        """What a worker's end says went wrong."""
        return self.session.state.workers[worker].last.error or ""


class Hive:
    """Makes and runs sessions below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.spec = spec
        self.Workers = Workers

    def manager(self, *plugins: object) -> PluginManager:
        """A manager with the core's defaults and these plugins, named p1, p2, ..."""
        manager = load_plugins(entry_points=False)
        for number, plugin in enumerate(plugins, 1):
            manager.register(plugin, f"p{number}", version="1.0")
        return manager

    def orchestrator(self, *plugins: object, workers: Iterable[str] = (), **options: object) -> Orchestrator:
        """A session that is ready to run."""
        manager = self.manager(*plugins)
        settings = {"model": "embedded", "backoff_s": 0.01, **options}
        configuration = load_configuration(self.root, settings, {})
        task = Task(text="Do the thing", repo=str(self.root))
        session = SessionFolder.create(self.root / "sessions", task)
        registry = build_registry(manager)
        plan, graph = make_plan(manager, registry, configuration, session.task, Request(tuple(workers)))
        return Orchestrator(manager, configuration, session, plan, graph)

    def run(self, *plugins: object, workers: Iterable[str] = (), **options: object) -> Outcome:
        """Run a session to its end."""
        ready = self.orchestrator(*plugins, workers=workers, **options)
        try:
            status = asyncio.run(asyncio.wait_for(ready.run(), 60))
        except BaseException as error:
            return Outcome(None, ready.session, ready.manager, error)
        return Outcome(status, ready.session, ready.manager)


@pytest.fixture
def hive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hive:
    """Makes and runs sessions in a folder of their own."""
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "config"))
    root = tmp_path / "repo"
    root.mkdir()
    return Hive(root)
