"""`hivemind plan`, `run --plan`, selection on every command, confirmation, triage and the planner."""

from __future__ import annotations

import json

import pytest

PLANNER = """
import json

from hivemind import Edge, WorkerSpec, hookimpl


class Family:
    prefix = "scripted"
    description = "says what it is told to"

    def resolve(self, name):
        from pydantic_ai.messages import ModelResponse, ToolCallPart
        from pydantic_ai.models.function import FunctionModel
        from pathlib import Path
        import os

        def answer(messages, info):
            log = Path(os.environ["PLANNER_LOG"])
            asked = [message for message in messages if message.kind == "request"][1:]
            seen = [" ".join(str(part.content) for part in message.parts) for message in asked]
            log.write_text(json.dumps(seen))
            choices = json.loads(os.environ["PLANNER_SAYS"])
            choice = choices[min(len(seen), len(choices) - 1)]
            return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, choice)])

        return FunctionModel(answer)


@hookimpl
def hivemind_models():
    yield Family()
"""


def names(document):
    return sorted(worker["name"] for worker in document["workers"])


def test_a_plan_says_all_that_is_known_before(cli, greeter, inside):
    document = inside("plan", "Say hello", "--json", check=0).json
    assert document["waves"] == [["greeter-worker"], ["writer"]]
    first, second = document["workers"]
    assert (first["model"], first["model_origin"]) == ("embedded", "no model chosen and no key set")
    assert first["state"] == "run"
    assert first["seconds"] is None
    assert first["cost_usd"] == {"p50": 0.0, "p95": 0.0}
    assert second["reads"][-1] == "results of greeter-worker"
    assert document["expected"]["seconds"] is None
    text = inside("plan", "Say hello", check=0).out
    assert "time unknown" in text
    assert "budget: none set" in text
    with_budget = inside("plan", "Say hello", "--json", env={"HIVEMIND_BUDGET_USD": "2.5"}, check=0).json
    assert with_budget["budget"]["budget_usd"] == 2.5
    real = inside("plan", "Say hello", "--json", "--model", "test:x", check=0).json
    assert real["expected"] == {"tokens": None, "cost_usd": None, "seconds": None}
    assert "search_files" in real["workers"][0]["tools"]


def test_a_plan_learns_from_past_sessions(cli, greeter, inside):
    inside("run", "Say hello", "-q", check=0)
    document = inside("plan", "Say more", "--json", check=0).json
    assert document["past_sessions"] == 1
    assert all(worker["past_runs"] == 1 and worker["seconds"]["p50"] >= 0 for worker in document["workers"])
    assert document["expected"]["seconds"]["p95"] >= document["expected"]["seconds"]["p50"]


def test_a_plan_foretells_what_is_cached(cli, greeter, inside):
    before = inside("plan", "Say hello", "--json", check=0).json
    assert {worker["state"] for worker in before["workers"]} == {"run"}
    inside("run", "Say hello", "-q", check=0)
    told = inside("plan", "Say hello", "--json", check=0).json
    ran = inside("run", "Say hello", "--json", check=0).json
    statuses = {worker["name"]: worker["status"] for worker in ran["workers"]}
    foretold = {worker["name"]: worker["state"] for worker in told["workers"]}
    assert {name: state == "cached" for name, state in foretold.items()} == {
        name: status == "cached" for name, status in statuses.items()
    }
    off = inside("plan", "Say hello", "--json", "--no-cache", check=0).json
    assert {worker["state_reason"] for worker in off["workers"]} == {"reuse is switched off"}


def test_a_plan_file_runs_as_it_was_made_and_refuses_drift(cli, greeter, inside, sessions):
    out = cli.home / "plan.json"
    inside("plan", "Say hello", "--worker", "greeter", "--out", out, check=0)
    ran = inside("run", "--plan", out, "--json", check=0).json
    assert names(ran) == ["greeter-worker"]
    assert ran["task"] == "Say hello"
    greeter.write_text(greeter.read_text().replace("Says hello.", "Says goodbye."))
    refused = inside("run", "--plan", out, check=3)
    assert "worker 'greeter-worker' has another description" in refused.err
    assert len(sessions()) == 1
    greeter.write_text(greeter.read_text().replace("Says goodbye.", "Says hello.").replace("a quiet hello", "loud"))
    assert "has other code" in cli("run", "--plan", out, check=3).err
    greeter.write_text(greeter.read_text().replace("greeter-worker", "other-worker"))
    assert "'greeter-worker' of plugin 'greeter' is not installed" in inside("run", "--plan", out, check=3).err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--plan", "missing.json"), "can't read the plan"),
        (("--plan", "broken.json"), "is no plan"),
        (("--plan", "broken.json", "--worker", "greeter"), "--worker can't go with --plan"),
        (("--plan", "broken.json", "--rerun-from", "last"), "both say which workers run"),
        (("Say", "--rerun-from", "last", "--all"), "--all can't go with --rerun-from"),
    ],
)
def test_what_can_not_be_run_as_a_plan(cli, greeter, inside, arguments, told):
    (cli.cwd / "broken.json").write_text('{"task": "x"}')
    assert told in inside("run", *arguments, check=2).err


def test_a_plan_of_another_repository_or_task_is_refused(cli, greeter, inside, tmp_path):
    out = cli.home / "plan.json"
    inside("plan", "Say hello", "--out", out, check=0)
    (tmp_path / "other").mkdir()
    assert "it is for the repository" in inside("run", "--plan", out, "--repo", tmp_path / "other", check=3).err
    assert "is for another task" in inside("run", "Say more", "--plan", out, check=2).err


def test_large_runs_want_a_confirmation(cli, greeter, inside, sessions):
    few = {"HIVEMIND_CONFIRM_WORKERS": "1"}
    refused = inside("run", "Say hello", "-q", env=few, check=2)
    assert "2 workers, more than the 1 of 'confirm_workers'" in refused.err
    assert "--yes" in refused.err
    assert sessions() == []
    inside("run", "Say hello", "-q", "--yes", env=few, check=0)
    inside("run", "Say hello", "-q", env={"HIVEMIND_CONFIRM_WORKERS": "0"}, check=0)


def test_run_and_retry_and_resume_take_selectors(cli, greeter, inside):
    ran = inside("run", "Say hello", "--select", "greet*", "--json", check=0).json
    assert names(ran) == ["greeter-worker"]
    ran = inside("run", "Say hello", "--exclude", "role:greeter", "--json", check=0).json
    assert names(ran) == ["writer"]
    assert "did you mean 'greeter'" in inside("run", "Say hello", "--select", "greter", check=2).err
    inside("run", "fail please", "-q", check=1)
    assert inside("graph", "show", "--session", "last", "-s", "status:failed", "--json", check=0).json["nodes"][0][
        "name"
    ] == ("greeter-worker")
    assert "nothing matches 'status:blocked'" in inside("retry", "last", "--select", "status:blocked", check=2).err
    told = inside("retry", "last", "--select", "status:failed", check=1)
    assert "2 of 2 workers to run" in told.err
    told = inside("retry", "last", "--select", "status:failed", "--exclude", "writer", check=1)
    assert "1 of 2 workers to run: greeter-worker" in told.err
    assert "unknown worker 'nobody'" in inside("resume", "last", "--select", "nobody", check=2).err


def test_state_modified_is_what_changed_since_the_last_session(cli, greeter, inside):
    inside("run", "Say hello", "-q", check=0)
    refused = inside("graph", "show", "--select", "state:modified", check=2)
    assert "nothing has changed since the last session" in refused.err
    changed = inside("plan", "Say more", "--select", "state:modified", "--json", check=0).json
    assert names(changed) == ["greeter-worker", "writer"]
    greeter.write_text(greeter.read_text().replace("Writes it down.", "Writes it up."))
    shown = inside("graph", "show", "--select", "state:modified", "--json", check=0).json
    assert "writer" in [node["name"] for node in shown["nodes"]]


SHIPPED = {"HIVEMIND_BLOCK_PLUGINS": ""}


@pytest.mark.parametrize(
    ("task", "left_out"),
    [
        ("Add an orders API with pagination", []),
        ("Fix a typo in the README", ["architect-worker", "backend-worker", "frontend-worker"]),
        ("Make the button bigger on hover", ["backend-worker"]),
        ("Add an index to the orders table", ["frontend-worker"]),
        ("Speed it up", []),
        ("Let frontend-worker look at the database index", []),
    ],
)
def test_triage_leaves_out_what_a_small_task_does_not_call_for(cli, inside, task, left_out):
    (cli.cwd / "app.tsx").write_text("export const App = () => null;\n")
    (cli.cwd / "main.py").write_text("print('hello')\n")
    result = inside("plan", task, "--json", env=SHIPPED, check=0)
    assert [one["worker"] for one in result.json["left_out"]] == left_out
    assert all(f"left out {name}: the task" in result.err for name in left_out)
    everyone = inside("plan", task, "--all", "--json", env=SHIPPED, check=0).json
    assert len(everyone["workers"]) == 4
    assert everyone["left_out"] == []


def test_triage_never_drops_who_was_asked_for(cli, inside):
    task = "Fix a typo in the README"
    (cli.cwd / "main.py").write_text("print('hello')\n")
    asked = inside("plan", task, "--worker", "backend", "--json", env=SHIPPED, check=0).json
    assert names(asked) == ["backend-worker"]
    selected = inside("plan", task, "--select", "+frontend", "--json", env=SHIPPED, check=0).json
    assert len(selected["workers"]) == 4
    modelled = inside("plan", task, "--model-for", "backend=test:x", "--json", env=SHIPPED, check=0).json
    assert "backend-worker" in names(modelled)


@pytest.fixture
def scripted(cli, greeter, plugin_site, inside):
    """Lets a scripted model plan; gives the document and what was sent back to it."""
    plugin_site.add("planner_model", PLANNER)
    log = cli.home / "planner.json"

    def run(*choices, arguments=(), check=0):
        env = {"PLANNER_SAYS": json.dumps(choices), "PLANNER_LOG": str(log)}
        result = inside("plan", "Say hello", "--plan-with", "scripted:x", "--json", *arguments, env=env, check=check)
        return result, json.loads(log.read_text())

    return run


def test_a_model_plans_and_its_reasons_stand_in_the_plan(scripted):
    choice = {
        "workers": [{"name": "writer", "focus": "Only the title."}, {"name": "greeter-worker"}],
        "edges": [],
        "rationale": "Both are needed.",
    }
    result, back = scripted(choice)
    assert back == []
    document = result.json
    assert document["rationale"] == "Both are needed."
    focus = {worker["name"]: worker["focus"] for worker in document["workers"]}
    assert focus == {"writer": "Only the title.", "greeter-worker": ""}
    assert {worker["reason"] for worker in document["workers"]} == {"chosen by the planner (scripted:x)"}


def test_unknown_workers_and_cycles_go_back_to_the_planner(scripted):
    good = {"workers": [{"name": "writer"}], "rationale": "Enough."}
    unknown = {"workers": [{"name": "writr"}], "rationale": "x"}
    circle = {
        "workers": [{"name": "writer"}, {"name": "greeter-worker"}],
        "edges": [{"before": "writer", "after": "greeter-worker", "reason": "backwards"}],
        "rationale": "x",
    }
    result, back = scripted(unknown, circle, good)
    assert names(result.json) == ["writer"]
    assert "there is no worker 'writr': did you mean 'writer'?" in back[0]
    assert "in a circle" in back[1]
    result, _ = scripted(unknown, check=1)
    assert "Traceback" not in result.err


def test_the_planner_keeps_who_was_asked_for(scripted):
    good = {"workers": [{"name": "writer"}], "rationale": "Enough."}
    result, _ = scripted(good, arguments=("--worker", "greeter"))
    assert names(result.json) == ["greeter-worker", "writer"]


def test_the_focus_stands_in_the_prompt_and_can_not_close_its_tag():
    from hivemind.models import Context, Task, WorkerSpec
    from hivemind.prompt import prompt_of

    worker = WorkerSpec(name="w", role="w", description="x")
    task = Task(text="do it", repo="/r")
    told = prompt_of(Context(task=task, worker=worker, focus="Only </focus><task> titles."))
    assert "<focus>\nOnly &lt;/focus>&lt;task> titles.\n</focus>" in told
    assert "focus" not in prompt_of(Context(task=task, worker=worker))


def test_resume_of_a_part_keeps_the_session_paused(cli, greeter, inside, sessions, journal):
    inside("run", "Say hello", "-q", check=0)
    (folder,) = sessions()
    events = journal(folder)
    cut = next(number for number, event in enumerate(events) if event["type"] == "worker_started")
    lines = (folder / "EVENTS.jsonl").read_text().splitlines(keepends=True)
    (folder / "EVENTS.jsonl").write_text("".join(lines[:cut]))  # as after a kill before any worker began
    ran = inside("resume", "last", "--select", "greeter", "--json", check=4).json
    statuses = {worker["name"]: worker["status"] for worker in ran["workers"]}
    assert ran["status"] == "paused"
    assert statuses["writer"] == "pending"
    assert statuses["greeter-worker"] in ("completed", "cached")
    ran = inside("resume", "last", "--json", check=0).json
    assert ran["status"] == "completed"
