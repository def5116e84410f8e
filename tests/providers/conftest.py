"""Whole sessions against a provider on this machine."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hivemind.config import load_configuration
from hivemind.models import Task, WorkerSpec
from hivemind.orchestrator import run_session
from hivemind.planning import Request, make_plan
from hivemind.plugins import PluginManager, load_plugins
from hivemind.registry import Registry, WorkerEntry
from hivemind.session.folder import SessionFolder

KEYS = ("OPENAI_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY")
OPENAI_KEY = "sk-test-openai-0123456789abcdef"


def _load() -> ModuleType:
    name = "hivemind_tests_fake_provider"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("fake_provider.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def no_model_requests() -> None:
    """Here real clients ask a provider on this machine, in this process."""


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """The module of the provider: `fake.Answer`, `fake.Error`, `fake.result` and so on."""
    return _load()


@pytest.fixture
def provider(fake: ModuleType) -> Iterator[Any]:
    """A running provider."""
    with fake.FakeProvider() as running:
        yield running


@dataclass
class Ran:
    """A session that ran."""

    status: str
    session: SessionFolder

    @property
    def events(self) -> list[dict[str, Any]]:
        """The journal."""
        lines = self.session.layout.journal.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def of_type(self, kind: str, worker: str | None = None) -> list[dict[str, Any]]:
        """The details of the events of a type."""
        return [
            event["details"]
            for event in self.events
            if event["type"] == kind and (worker is None or event["agent"] == worker)
        ]

    def worker(self, name: str = "solo-worker") -> Any:
        """How a worker stands in the end."""
        return self.session.state.workers[name]

    def error(self, name: str = "solo-worker") -> str:
        """What a worker failed with."""
        return str(self.worker(name).last.error)

    def transcript(self, slug: str = "solo") -> list[dict[str, Any]]:
        """The exchanges on disk."""
        files = sorted(self.session.layout.transcripts(slug).glob("*.json"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in files]


@dataclass
class Sessions:
    """Runs whole sessions in a repository of its own."""

    repo: Path
    environment: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    manager: PluginManager = field(default_factory=lambda: load_plugins(entry_points=False))

    def run(self, *specs: WorkerSpec, task: str = "add orders", **options: Any) -> Ran:
        """Run a session of these workers; options are settings."""
        configuration = load_configuration(self.repo, {**self.settings, **options}, self.environment)
        registry = Registry()
        for spec in specs or (WorkerSpec(name="solo-worker", role="solo", description="Does it."),):
            registry.add(WorkerEntry(spec, "tests", f"tests:{spec.name}"), {})
        folder = SessionFolder.create(configuration.sessions_root, Task(text=task, repo=str(self.repo)))
        plan, graph = make_plan(self.manager, registry, configuration, folder.task, Request())
        status = asyncio.run(run_session(self.manager, configuration, folder, plan, graph))
        return Ran(status, SessionFolder.open(folder.path))


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Sessions]:
    """Makes a runner of sessions: `sessions(model, keys=..., addresses=...)`."""
    for name in (*KEYS, "OPENAI_BASE_URL", "HIVEMIND_MODEL", "HIVEMIND_BASE_URLS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "config"))
    repo = tmp_path / "repo"
    repo.mkdir()

    def make(model: str, keys: Mapping[str, str], addresses: Mapping[str, str], **settings: Any) -> Sessions:
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        environment = {"HIVEMIND_BASE_URLS": ",".join(f"{name}={url}" for name, url in addresses.items())}
        return Sessions(repo, environment, {"model": model, "backoff_s": 0.01, **settings})

    return make


@pytest.fixture
def openai(sessions: Callable[..., Sessions], provider: Any) -> Sessions:
    """Sessions that ask `openai-chat:gpt-5-mini` at the local provider."""
    return sessions("openai-chat:gpt-5-mini", {"OPENAI_API_KEY": OPENAI_KEY}, {"openai-chat": f"{provider.url}/v1"})
