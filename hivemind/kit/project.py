"""A repository for a test, in which sessions run apart from everything else on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hivemind.budget_settings import refuse_unpriced
from hivemind.config import Configuration, load_configuration
from hivemind.errors import UsageError
from hivemind.kit.choice import GivenModel, GivenWorkers, ModelChoice, choose_models, load, refuse_broken
from hivemind.kit.command_line import Cli, CliResult
from hivemind.kit.isolation import environment, isolated, nobody
from hivemind.kit.no_requests import model_requests
from hivemind.kit.plugin_site import PluginSite
from hivemind.kit.run import HiveRun
from hivemind.kit.running import run_to_end
from hivemind.model_access import check_model
from hivemind.models import EMBEDDED, Task, WorkerSpec
from hivemind.orchestrator import Orchestrator
from hivemind.paths import check_relative
from hivemind.planning import Request, make_plan
from hivemind.registry import build_registry, engine
from hivemind.session.folder import SessionFolder

_QUICK = {"backoff_s": 0.01, "stop_grace_s": 1.0}
"""Settings of a test's session: nobody waits for a provider that is on this machine."""
_GIT = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")


@dataclass
class HiveProject:
    """A repository of its own, with settings, cache, state and keys of nobody.

    Args:
        path: The repository.
        home: Where settings, cache and state are.
        site: Plugins that the command line finds besides the installed ones.
    """

    path: Path
    home: Path
    site: PluginSite
    _cli: Cli = field(init=False)
    _sessions: list[SessionFolder] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        self._cli = Cli(self.path, self.home, self.site.path, nobody(self.home))
        _make_repository(self.path)

    def write(self, relative: str, text: str) -> Path:
        """Write a file of the repository.

        Args:
            relative: Its path in the repository, with forward slashes.
            text: Its content.

        Raises:
            UsageError: The path is absolute or leaves the repository.
        """
        try:
            target = self.path / check_relative(relative)
        except ValueError as error:
            raise UsageError(str(error)) from None
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        return target

    def session(self, task: str = "Do the thing") -> SessionFolder:
        """Make a session in which nothing has run: what a hook is given as `session`, for tests that call it."""
        with environment(isolated(os.environ, self.home)):
            root = load_configuration(self.path).sessions_root
            made = SessionFolder.create(root, Task(text=task, repo=str(self.path)))
        self._sessions.append(made)
        return made

    def run(
        self,
        task: str,
        *,
        workers: Sequence[str | WorkerSpec] = (),
        plugins: Sequence[object] = (),
        model: GivenModel | Mapping[str, GivenModel] = EMBEDDED,
        settings: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float = 60,
    ) -> HiveRun:
        """Run a real session to its end, in this process; also from a test that is `async def`.

        Args:
            task: What is asked for.
            workers: Names, roles, worker files of the repository, or specs; empty: all that the plugins bring.
            plugins: Plugin objects, modules, or names of installed ones, beside the core's defaults; empty: all that
                are installed.
            model: A name, `scripted_model([...])`, `fake_provider`, any pydantic-ai model, or a mapping of workers to
                these.
            settings: Settings as options give them.
            env: Variables that the session sees besides; keys of providers reach it only so.
            timeout_s: Seconds that it may take.

        Raises:
            AssertionError: It took longer, or a scripted model had too few turns.
            HivemindError: The session could not begin, as `hivemind run` would say it.
        """
        __tracebackhide__ = True
        chosen = choose_models(model)
        with (
            environment(isolated(os.environ, self.home) | nobody(self.home) | chosen.env | dict(env or {})),
            model_requests(allowed=chosen.asks),
        ):
            options = {"model": chosen.name, **_QUICK, **(settings or {})}
            configuration = load_configuration(self.path, options)
            ready = self._prepared(configuration, task, workers, plugins, chosen)
            run_to_end(ready.run, timeout_s, configuration.settings.stop_grace_s, lambda: _doing(ready))
        for given in chosen.given.models.values():
            check = getattr(given, "check_enough", None)
            if check is not None:
                check()
        return HiveRun(ready.session.path)

    def _prepared(
        self,
        configuration: Configuration,
        task: str,
        workers: Sequence[str | WorkerSpec],
        plugins: Sequence[object],
        chosen: ModelChoice,
    ) -> Orchestrator:
        """A session that is ready to run, made as the command line makes one."""
        if isinstance(workers, str):
            raise UsageError(f"workers is a text: {workers!r}", f"give a list: workers=[{workers!r}]")
        specs = [worker for worker in workers if isinstance(worker, WorkerSpec)]
        more: dict[str, object] = {"models-of-the-test": chosen.given}
        if specs:
            more["workers-of-the-test"] = GivenWorkers(specs)
        manager = load(configuration, plugins, more)
        settings = configuration.settings
        registry = build_registry(manager, configuration.repo, settings.prefer, user_agents=settings.user_agents)
        if plugins:
            refuse_broken(manager, manager.plugins)
        names = [self._named(worker) for worker in workers]
        asked = Task(text=task, repo=str(configuration.repo))
        plan, graph = make_plan(manager, registry, configuration, asked, Request(names, chosen.per_worker))
        engine(manager, settings.engine)
        models = dict.fromkeys(planned.model for planned in plan.workers)
        for name in models:
            check_model(name, manager, settings)
        refuse_unpriced(models, settings)
        session = SessionFolder.create(configuration.sessions_root, asked, plan)
        assert session.state.plan is not None
        return Orchestrator(manager, configuration, session, session.state.plan, graph)

    def _named(self, worker: str | WorkerSpec) -> str:
        if isinstance(worker, WorkerSpec):
            return worker.name
        return str(self.path / worker) if worker.lower().endswith(".md") else worker

    def runs(self) -> list[HiveRun]:
        """All sessions of this project, oldest first, those of the command line among them."""
        root = load_configuration(self.path, environment={}).sessions_root
        return [HiveRun(path) for path in sorted(root.iterdir()) if path.is_dir()] if root.is_dir() else []

    def cli(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        input: str | None = None,  # noqa: A002  (subprocess's own name)
        timeout: float = 120,
        check: int | None = None,
    ) -> CliResult:
        """Run `hivemind ARGUMENTS` in a process of its own, in this repository.

        Args:
            arguments: The words.
            env: Variables that it sees besides; keys of providers reach it only so.
            input: What it reads from standard input.
            timeout: Seconds that it may take.
            check: The exit code that is expected; None for any.

        Raises:
            AssertionError: It ended with another code.
            subprocess.TimeoutExpired: It took longer.
        """
        __tracebackhide__ = True
        return self._cli(*arguments, input=input, env=env, timeout=timeout, check=check)

    def close(self) -> None:
        """Stop what still runs, and close what is open."""
        self._cli.stop_all()
        for session in self._sessions:
            session.close()


def _doing(ready: Orchestrator) -> str:
    """Say which workers were not done."""
    left = {name: status for name, status in ready.statuses.items() if status in ("pending", "running", "cancelled")}
    return ", ".join(f"{name} was {status}" for name, status in left.items()) or "its workers were done"


def _make_repository(path: Path) -> None:
    """Make a git repository with an initial commit, where git is installed."""
    git = shutil.which("git")
    if git is None or (path / ".git").exists():
        return
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for name in [name for name in env if name.startswith(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX"))]:
        del env[name]
    for words in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "Initial commit"]):
        done = subprocess.run([git, *_GIT, *words], cwd=path, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UsageError(f"git {words[0]} failed in {path}: {done.stderr.strip()}")
