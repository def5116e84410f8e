"""The kit for authors of plugins, as a pytest plugin that one asks for: `pytest_plugins = "hivemind.testing"`.

Fixtures: `hive_project`, `hive_session`, `scripted_model`, `fake_provider`, `journal`; assertions as plain functions.
While a test runs, pydantic-ai refuses real requests.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import pytest
except ImportError as missing:
    raise ImportError(
        "hivemind.testing is a pytest plugin, and pytest is not installed: install it with 'pip install pytest'",
        name=missing.name,
    ) from missing

from hivemind.kit.assertions import assert_event, assert_no_event, assert_no_secret, assert_order
from hivemind.kit.command_line import CliResult
from hivemind.kit.isolation import environment, folders, isolated, without_secrets
from hivemind.kit.journal import JournalReader, Session
from hivemind.kit.no_requests import model_requests
from hivemind.kit.plugin_site import PluginSite
from hivemind.kit.project import HiveProject
from hivemind.kit.provider import FakeProvider
from hivemind.kit.replies import Answer, Cut, Error, Hang, Raw
from hivemind.kit.run import HiveRun
from hivemind.kit.turns import TooFewTurnsError, ToolCall, Turn
from hivemind.session.folder import SessionFolder

if TYPE_CHECKING:
    from hivemind.kit.scripted import ScriptedModel as ScriptedModel

__all__ = [
    "Answer",
    "CliResult",
    "Cut",
    "Error",
    "FakeProvider",
    "Hang",
    "HiveProject",
    "HiveRun",
    "JournalReader",
    "Raw",
    "TooFewTurnsError",
    "ToolCall",
    "assert_conforms",
    "assert_event",
    "assert_no_event",
    "assert_no_secret",
    "assert_order",
    "fake_provider",
    "hive_project",
    "hive_session",
    "journal",
    "no_model_requests",
    "scripted_model",
]


@pytest.fixture(autouse=True)
def no_model_requests() -> Iterator[None]:
    """While a test runs, pydantic-ai refuses to ask a real model; a fixture of the same name overrides this one."""
    with model_requests(allowed=False):
        yield


@pytest.fixture
def hive_project(tmp_path: Path) -> Iterator[HiveProject]:
    """A git repository in which sessions run, without settings, cache, state and keys of the machine's user."""
    home = tmp_path / "hive-home"
    with environment(isolated(without_secrets(os.environ), home) | folders(home)):
        project = HiveProject(tmp_path / "hive-project", home, PluginSite(tmp_path / "hive-site"))
        yield project
        project.close()


@pytest.fixture
def hive_session(hive_project: HiveProject) -> SessionFolder:
    """A session of `hive_project` in which nothing has run, for tests that call a hook by themselves."""
    return hive_project.session()


@pytest.fixture
def scripted_model() -> Callable[[Iterable[Turn]], ScriptedModel]:
    """Makes a model that says what it is told: `scripted_model([ToolCall("x", {...}), {"summary": "done"}])`."""
    made: list[ScriptedModel] = []

    def make(turns: Iterable[Turn]) -> ScriptedModel:
        from hivemind.kit.scripted import ScriptedModel

        made.append(ScriptedModel(turns, f"script-{len(made) + 1}"))
        return made[-1]

    return make


@pytest.fixture
def fake_provider() -> Iterator[FakeProvider]:
    """A server on this machine that speaks the wire format of OpenAI's chat (and three others)."""
    with FakeProvider() as running:
        yield running


@pytest.fixture
def journal() -> Callable[[Session], JournalReader]:
    """Makes a reader of a session's events: `journal(session_folder)`."""
    return JournalReader


def assert_conforms(target: object, *, timeout_s: float = 60) -> None:
    """Make sure that a plugin keeps every rule of the contract.

    Args:
        target: The plugin's object or module, the name of its distribution, or its path.
        timeout_s: Seconds that a rule may take.

    Raises:
        AssertionError: It does not; names each rule that failed, with what to do.
    """
    __tracebackhide__ = True
    from hivemind.conformance import check

    report = check(target, timeout_s=timeout_s)
    if not report.results:
        raise AssertionError(f"no rule was checked for {target!r}")
    failed = [result for result in report.results if result.status == "failed"]
    if failed:
        lines = [f"  {one.rule}: {one.detail or one.title}\n    -> {one.remedy}" for one in failed]
        rules = f"{len(failed)} of {len(report.results)} rules"
        raise AssertionError("\n".join([f"the plugin does not conform: {rules} failed", *lines]))


def __getattr__(name: str) -> object:
    """Load what needs pydantic-ai on first use."""
    if name == "ScriptedModel":
        from hivemind.kit.scripted import ScriptedModel

        return ScriptedModel
    raise AttributeError(f"module 'hivemind.testing' has no attribute {name!r}")
