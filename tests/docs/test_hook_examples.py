"""The example of every hook, run as an installed plugin; the examples in the specifications, run as written there."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HELLO = "Hello! The task is: Say hello"


@pytest.fixture
def installed(plugin_site, manual):
    """Installs the example of a hook, and others' beside it."""

    def install(*hooks: str) -> None:
        for hook in hooks:
            file = manual.root / "docs" / "examples" / f"{hook}.py"
            plugin_site.add(hook.removeprefix("hivemind_"), file.read_text(encoding="utf-8"))

    return install


@pytest.fixture
def say_hello(cli, installed):
    """Runs the greeter of `hivemind_workers` with another example beside it."""

    def run(*hooks: str, worker: str = "greeter", code: int = 0, options: tuple[str, ...] = ()) -> dict[str, Any]:
        installed(*hooks)
        done = cli("run", "Say hello", "--worker", worker, "--json", *options, check=code)
        return {**done.json, "err": done.err, "path": Path(done.json["path"])}

    return run


def output(run: dict[str, Any], worker: str = "greeter") -> dict[str, Any]:
    return json.loads((run["path"] / "workers" / "json" / f"{worker}.json").read_text(encoding="utf-8"))


def test_hivemind_workers(say_hello) -> None:
    assert output(say_hello("hivemind_workers"))["summary"] == HELLO


def test_hivemind_execute(say_hello) -> None:
    assert output(say_hello("hivemind_execute"))["summary"] == HELLO


def test_hivemind_engines(say_hello) -> None:
    run = say_hello("hivemind_workers", "hivemind_engines", options=("--engine", "one-by-one"))
    assert output(run)["summary"] == HELLO


def test_the_engine_of_the_example_keeps_the_order(hive) -> None:
    specs = [hive.spec("c", after=["b"]), hive.spec("b", after=["a"]), hive.spec("a")]
    module = ModuleType("engines_example")
    exec((Path(__file__).parents[2] / "docs/examples/hivemind_engines.py").read_text(encoding="utf-8"), vars(module))
    done = hive.run(hive.Workers(specs), module, engine="one-by-one")
    assert done.status == "completed"
    assert [event.agent for event in done.of_type("worker_completed")] == ["a", "b", "c"]


def test_hivemind_models(cli, installed) -> None:
    installed("hivemind_models")
    (cli.cwd / "asker.md").write_text("---\nname: asker\ndescription: Asks.\n---\nAnswer.\n", encoding="utf-8")
    run = cli("run", "Say hello", "--worker", "asker.md", "--model", "house:small", "--json", check=0).json
    assert [(one["status"], one["model"]) for one in run["workers"]] == [("completed", "house:small")]


def test_hivemind_commands(cli, installed) -> None:
    installed("hivemind_commands")
    assert cli("hello", check=0).out == "hello\n"
    assert "Say hello." in cli("--help", check=0).out


def test_hivemind_edges(cli, installed) -> None:
    installed("hivemind_edges")
    run = cli("run", "Look", "--worker", "architect", "--worker", "analyzer", "--json", check=0).json
    edges = cli("graph", "show", "--session", run["session_id"], "--json", check=0).json["edges"]
    assert [(one["before"], one["after"], one["reason"]) for one in edges] == [
        ("analyzer-worker", "architect-worker", "measure first")
    ]
    alone = cli("run", "Look", "--worker", "architect", "--json", check=0).json
    assert alone["status"] == "completed"


def test_hivemind_load_context(say_hello) -> None:
    run = say_hello("hivemind_workers", "hivemind_load_context")
    events = [json.loads(line) for line in (run["path"] / "EVENTS.jsonl").read_text(encoding="utf-8").splitlines()]
    (loaded,) = [one for one in events if one["type"] == "context_loaded"]
    assert any("house-rules" in fragment for fragment in loaded["details"]["fragments"])


def test_hivemind_verify(cli, installed, plugin_site) -> None:
    installed("hivemind_verify")
    source = """
    from hivemind import WorkerOutput, WorkerSpec, hookimpl

    @hookimpl
    def hivemind_workers():
        yield WorkerSpec(name="filler", role="filler", description="Fills.", rules="filler_plugin:fill")

    def fill(task, context):
        return WorkerOutput(summary="lorem ipsum")
    """
    plugin_site.add("filler", source)
    (worker,) = cli("run", "Say", "--worker", "filler", "--json", check=1).json["workers"]
    assert worker["status"] == "unverified"
    assert "the summary is filler text" in worker["error"]


def test_hivemind_publish(say_hello) -> None:
    run = say_hello("hivemind_workers", "hivemind_publish")
    assert (run["path"] / "workers/files/greeter/summary.txt").read_text(encoding="utf-8") == HELLO


def test_hivemind_event(say_hello) -> None:
    heard = str(say_hello("hivemind_workers", "hivemind_event")["err"])
    assert "worker_started" in heard
    assert "worker_completed" in heard


def test_hivemind_fact_readers(cli, installed) -> None:
    installed("hivemind_fact_readers")
    (cli.cwd / "app.py").write_text('app.add_route("/quotes", Quotes())\n', encoding="utf-8")
    found = cli("facts", "--json", check=0).json["endpoints"]
    assert [(one["path"], one["file"], one["framework"]) for one in found] == [("/quotes", "app.py", "falcon")]


# -- the examples in the specifications --------------------------------------------------------------------------------

NAMES = """
import click
from hivemind import *
from hivemind import Artifact, ContextFragment, Edge, Finding, WorkerOutput, WorkerSpec, hookimpl
from hivemind_facts.models import Endpoint

async def greet(task):
    return WorkerOutput(summary=f"Hello! The task is: {task.text}")
"""


def test_the_examples_in_the_specifications_register_and_answer(manual, hooks, hive) -> None:
    from hivemind.plugins import load_plugins

    for specifier, hook, spec in hooks:
        text = inspect.cleandoc(getattr(spec, hook).__doc__)
        assert "\nExample:\n" in text, f"{hook} has no example in its specification"
        module = ModuleType(f"example_of_{hook}")
        for other in ("hivemind_engines", "hivemind_models"):
            exec((manual.root / "docs" / "examples" / f"{other}.py").read_text(encoding="utf-8"), vars(module))
        for name in [name for name in vars(module) if name.startswith("hivemind_")]:
            delattr(module, name)
        exec(NAMES + textwrap.dedent(text.split("\nExample:\n")[1]), vars(module))
        manager = load_plugins(entry_points=bool(specifier))
        info = manager.register(module, "example")
        assert (info.status, info.hooks) == ("loaded", (hook,)), f"{hook}: {info.problem}"
        if not re.search(r"def hivemind_\w+\(\)", text):
            continue
        given = dict(manager.collect_now(hook))
        assert len(given["example"]) == 1, hook
        assert not manager.broken


def test_the_work_hooks_of_the_specifications_run(manual, hooks, hive) -> None:
    bodies = {}
    for _, hook, spec in hooks:
        text = inspect.cleandoc(getattr(spec, hook).__doc__).split("\nExample:\n")[1]
        bodies[hook] = textwrap.dedent(text)
    order = ("hivemind_execute", "hivemind_load_context", "hivemind_verify", "hivemind_publish", "hivemind_event")
    plugins = []
    for hook in order:
        module = ModuleType(f"work_{hook}")
        exec(NAMES + bodies[hook], vars(module))
        plugins.append(module)

    class Greeter:
        from hivemind import hookimpl

        @hookimpl
        def hivemind_workers(self):
            yield hive.spec("greeter")

    done = hive.run(*plugins, Greeter())
    assert done.statuses == {"greeter": "completed"}
    assert (done.session.path / "workers/files/greeter/summary.txt").read_text() == "Hello! The task is: Do the thing"
    assert not done.of_type("listener_muted")
    assert not done.of_type("publish_failed")
