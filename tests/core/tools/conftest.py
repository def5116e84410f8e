"""A worker whose tools write: run, stopped and gone on with, in this process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic_ai.models.function import FunctionModel

from hivemind import WorkerSpec, hookimpl
from hivemind.config import load_configuration
from hivemind.models import Task
from hivemind.orchestrator import run_session
from hivemind.planning import Request, make_plan
from hivemind.plugins import load_plugins
from hivemind.registry import Registry, WorkerEntry
from hivemind.resumption import to_resume, to_retry
from hivemind.session.folder import SessionFolder
from hivemind.testing import ScriptedModel

MODULE = "hivemind_tests_writing_code"
Turns = list[Any]


@dataclass
class Bench:
    """Runs one worker in a session, stops it, and goes on with it, in this process."""

    root: Path
    code: types.ModuleType
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    models: list[ScriptedModel] = field(default_factory=list)
    session: SessionFolder | None = None
    plugins: list[object] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """The file that the tools of these tests append to."""
        return self.root / "effects.log"

    @property
    def effects(self) -> list[str]:
        return self.log.read_text().split() if self.log.exists() else []

    def append(self, line: str) -> str:
        """Append a line."""
        with self.log.open("a") as file:
            file.write(f"{line}\n")
        return f"appended {line}, which makes {len(self.effects)}"

    def tools(self, *functions: Any) -> None:
        self.code.make = lambda task: list(functions) or [self.append]  # type: ignore[attr-defined]

    def run(self, turns: Turns, *, new: bool = True, retry: bool = False, **options: Any) -> ScriptedModel:
        """Run the worker in a new session, or go on with the one that is there."""
        self.models.append(model := ScriptedModel(turns))
        fields = {name: options.pop(name) for name in ("retries", "agent", "toolsets") if name in options}
        asyncio.run(self._go(model, fields, options, new, retry))
        assert model.too_few is None, model.too_few
        return model

    def on(self, turns: Turns, **options: Any) -> ScriptedModel:
        """Go on with the session."""
        return self.run(turns, new=False, **options)

    async def _go(self, model: FunctionModel, fields: Any, options: Any, new: bool, retry: bool) -> None:
        class Models:
            prefix, description = "scripted", "a test's"

            def resolve(self, name: str) -> FunctionModel:
                return model

        class Plugin:
            @hookimpl
            def hivemind_models(self) -> list[Any]:
                return [Models()]

        self.stop = asyncio.Event()
        manager = load_plugins(entry_points=False)
        manager.register(Plugin(), "models")
        for number, plugin in enumerate(self.plugins):
            manager.register(plugin, f"extra{number}")
        settings = {"model": "scripted:script-1", "backoff_s": 0.0, "stop_grace_s": 0.0, "cache": False, **options}
        configuration = load_configuration(self.root, settings, {})
        spec = WorkerSpec(
            name="solo-worker", role="solo", description="d", **{"toolsets": (f"{MODULE}:make",), **fields}
        )
        registry = Registry()
        registry.add(WorkerEntry(spec, "maker", "tests"), {})
        if new:
            task = Task(text="do it", repo=str(self.root))
            self.session = SessionFolder.create(configuration.sessions_root, task)
        else:
            assert self.session is not None
            self.session = SessionFolder.open(self.session.path)
        plan, graph = make_plan(manager, registry, configuration, self.session.task, Request())
        chosen = None if new else (to_retry if retry else to_resume)(self.session.state, graph)
        running = asyncio.create_task(run_session(manager, configuration, self.session, plan, graph, chosen))
        stopped = asyncio.create_task(self.stop.wait())
        await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            running.cancel()
        stopped.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    async def hang(self, *_: Any) -> Any:
        """A turn, or the middle of a tool, at which the session is stopped."""
        self.stop.set()
        await asyncio.sleep(60)

    @property
    def state(self) -> Any:
        assert self.session is not None
        return SessionFolder.open(self.session.path).state.workers["solo-worker"]

    def events(self, kind: str) -> list[dict[str, Any]]:
        assert self.session is not None
        lines = self.session.layout.journal.read_text().splitlines()
        return [event["details"] for event in map(json.loads, lines) if event["type"] == kind]

    def told(self, model: ScriptedModel, request: int = -1) -> list[Any]:
        """What the tools of the last turn said, as the model was told it."""
        return [getattr(part, "content", None) for part in model.requests[request][-1].parts]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "config"))
    sys.modules[MODULE] = module = types.ModuleType(MODULE)
    (tmp_path / "repo").mkdir()
    made = Bench(tmp_path / "repo", module)
    made.tools()
    yield made
    del sys.modules[MODULE]
