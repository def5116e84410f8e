"""The kit as authors have it: a pytest plugin that is asked for, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CONFTEST = 'pytest_plugins = "hivemind.testing"\n'
PLUGIN = """
from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="greeter", role="greeter", description="Says hello.", rules=f"{__name__}:greet")


def greet(task, context):
    return WorkerOutput(summary=f"hello {task.text}")
"""
TESTS = """
import os
import sys

import greeter_plugin
import pytest
from hivemind.testing import HiveProject, ToolCall, assert_event


def test_rules(hive_project):
    assert hive_project.run("all", plugins=[greeter_plugin]).output("greeter")["summary"] == "hello all"
    assert "pydantic_ai" not in sys.modules, "nothing needed it"


def test_that_sets_a_key(hive_project):
    assert "GOOGLE_API_KEY" not in os.environ
    os.environ["GOOGLE_API_KEY"] = "leaks"


def test_that_must_not_see_it(hive_project):
    assert "GOOGLE_API_KEY" not in os.environ


@pytest.mark.anyio
async def test_async(hive_project, scripted_model):
    model = scripted_model([{"summary": "asked"}])
    run = hive_project.run("all", plugins=[greeter_plugin], model=model)
    assert_event(run.events, "worker_completed", "greeter", summary="asked")


def test_refused():
    import pydantic_ai.models

    assert pydantic_ai.models.ALLOW_MODEL_REQUESTS is False


def test_that_fails(hive_project):
    run = hive_project.run("all", plugins=[greeter_plugin])
    assert_event(run.events, "worker_failed", "greeter")


def test_with_too_few_turns(hive_project, scripted_model):
    hive_project.run("all", plugins=[greeter_plugin], model=scripted_model([]))


@pytest.fixture
def anyio_backend():
    return "asyncio"
"""


@pytest.fixture
def author(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs pytest in the folder of an author."""
    folder = tmp_path / "author"
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "greeter_plugin.py").write_text(PLUGIN)

    def run(tests: str, *options: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        import os

        (folder / "test_it.py").write_text(tests)
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        merged = {**os.environ, **(env or {})}
        return subprocess.run(words, cwd=folder, env=merged, capture_output=True, text=True, timeout=120)

    return run


def test_an_authors_tests(author) -> None:
    done = author(TESTS, env={"GOOGLE_API_KEY": "the-users"})
    assert "2 failed, 5 passed" in done.stdout, done.stdout
    failures = done.stdout
    assert "AssertionError: worker_failed of 'greeter' did not happen" in failures
    assert "worker_completed greeter: hello all" in failures, "the journal is shown"
    assert "TooFewTurnsError: the scripted model has 0 turns and was asked 1 times" in failures
    assert "hivemind/kit/" not in failures.split("short test summary")[0].split("test_with_too_few_turns")[0], (
        "a failing assertion is shown at the author's line"
    )


def test_side_by_side(author) -> None:
    pytest.importorskip("xdist")
    test = "import greeter_plugin\nimport pytest\n\n\n@pytest.mark.parametrize('n', range(2))\n"
    test += "def test_it(hive_project, n):\n"
    test += (
        "    assert hive_project.run(str(n), plugins=[greeter_plugin]).output('greeter')['summary'] == f'hello {n}'\n"
    )
    assert "2 passed" in author(test, "-n", "2").stdout


def test_it_is_opt_in(author, tmp_path: Path) -> None:
    (tmp_path / "author" / "conftest.py").write_text("")
    done = author("def test_it(hive_project):\n    pass\n")
    assert "fixture 'hive_project' not found" in done.stdout
    assert (
        "1 passed"
        in author("def test_it(hive_project):\n    pass\n", "-p", "hivemind.testing", "-p", "no:xdist").stdout
    )


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (
            "pytest",
            "hivemind.testing is a pytest plugin, and pytest is not installed: install it with 'pip install pytest'",
        ),
        ("xdist", ""),
    ],
)
def test_what_it_needs(missing: str, said: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; import hivemind.testing; print('pydantic_ai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    if said:
        assert done.returncode == 1
        assert done.stderr.strip().splitlines()[-1] == f"ImportError: {said}"
    else:
        assert (done.stdout, done.stderr) == ("False\n", "")


def test_the_parts_need_no_pytest() -> None:
    code = (
        "import sys, pkgutil, importlib, hivemind.kit; sys.modules['pytest'] = None\n"
        "for one in pkgutil.iter_modules(hivemind.kit.__path__): importlib.import_module(f'hivemind.kit.{one.name}')\n"
        "print('ok')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("ok\n", "")


def test_every_name_that_is_promised_is_there() -> None:
    import hivemind.testing as kit

    assert all(hasattr(kit, name) for name in kit.__all__)
    assert kit.ScriptedModel.__name__ == "ScriptedModel"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = kit.nothing
