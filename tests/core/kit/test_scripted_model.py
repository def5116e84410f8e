"""The scripted model: a real model of pydantic-ai, through the real runtime."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import ModelResponse, TextPart
from pydantic_ai.models import Model
from pydantic_ai.models.test import TestModel

from hivemind import Finding, TransientError, WorkerOutput, WorkerSpec, hookimpl
from hivemind.errors import ModelError, UsageError
from hivemind.testing import ScriptedModel, TooFewTurnsError, ToolCall, assert_event, assert_order

WRITER = WorkerSpec(name="writer", role="writer", description="Writes.", instructions="Write it well.")
OTHER = WorkerSpec(name="other", role="other", description="Also.", after=("writer",))
NOTHING = object()


@pytest.fixture
def ask(hive_project, scripted_model):
    """Runs the writer with a script: `ask(turns, **options)` gives the run and the model."""

    def run(turns: Any, *, plugins: Any = (NOTHING,), **options: Any) -> Any:
        model = scripted_model(turns)
        return hive_project.run("Tell all", workers=[WRITER], plugins=plugins, model=model, **options), model

    return run


def test_it_is_a_model_of_pydantic_ai_and_has_a_name(scripted_model) -> None:
    first, second = scripted_model([]), scripted_model([])
    assert isinstance(first, Model)
    assert isinstance(first, ScriptedModel)
    assert (first.name, second.name) == ("scripted:script-1", "scripted:script-2")


def test_tools_outputs_transcript_events_and_usage_take_part(ask, hive_project) -> None:
    hive_project.write("app.py", "ROUTES = ['/orders']\n")
    run, model = ask([ToolCall("read_file", {"path": "app.py"}), {"summary": "one route"}])
    assert run.status == "completed"
    assert run.output("writer")["summary"] == "one route"
    assert run.output("writer")["provenance"]["statement"] == "Made with the model scripted:script-1."
    assert len(model.requests) == len(run.transcript("writer")) == 2
    assert "Write it well." in model.texts[0]
    assert "Tell all" in model.texts[0]
    assert "ROUTES" not in model.texts[0]
    assert "ROUTES = ['/orders']" in model.texts[1]
    assert {"read_file", "final_result"} <= set(model.offered[0])
    assert_event(run.events, "model_responded", "writer", tools=["read_file"], model=model.name)
    assert_order(run.events, "worker_started", "model_responded", "model_responded", "worker_completed")
    assert run.usage_of("writer").requests == 2
    assert run.usage.input_tokens > 0
    assert model.unused == 0


def test_several_calls_and_a_text_in_one_turn(ask, hive_project) -> None:
    for name in ("a", "b"):
        hive_project.write(f"{name}.txt", f"text of {name}\n")
    calls = ["I look at both.", ToolCall("read_file", {"path": "a.txt"}), ToolCall("read_file", {"path": "b.txt"})]
    run, model = ask([calls, {"summary": "both"}])
    assert run.status == "completed"
    assert all(f"text of {name}" in model.texts[1] for name in ("a", "b"))
    assert_event(run.events, "model_responded", tools=("read_file", "read_file"))


def test_an_output_may_be_a_model_or_a_call_or_a_response_or_come_from_a_function(ask, hive_project) -> None:
    async def slowly(messages: Any, info: Any) -> ModelResponse:
        await asyncio.sleep(0)
        return ModelResponse(parts=[TextPart(f"{len(messages)} messages, {len(info.output_tools)} output tool")])

    for turns, summary in (
        ([WorkerOutput(summary="a model", findings=(Finding(id="F-1", severity="low", title="t"),))], "a model"),
        ([ToolCall("final_result", {"summary": "a call"})], "a call"),
        ([lambda messages, info: {"summary": f"{len(messages)} message"}], "1 message"),
        ([slowly, {"summary": "after a text"}], "after a text"),
    ):
        run, model = ask(turns, settings={"cache": False})
        assert run.output("writer")["summary"] == summary, run.error_of("writer")
        if turns[0] is slowly:
            assert "1 messages, 1 output tool" in model.texts[1]


def test_a_wrong_output_goes_back_and_a_verified_one_too(ask) -> None:
    bad = {"summary": "s", "files": [{"path": "app.py", "content": "def broken(:\n"}]}
    run, model = ask([{"summary": ""}, bad, {"summary": "mended"}])
    assert run.status == "completed"
    assert "at least 1 character" in model.texts[1]
    assert "does not parse as python" in model.texts[2]
    assert_event(run.events, "worker_progress", "writer", verification_retry=1)


def test_errors_pass_through_the_real_path(ask) -> None:
    run, model = ask([ModelHTTPError(503, "x"), {"summary": "later"}])
    assert run.status == "completed"
    assert_event(run.events, "worker_retrying", "writer", attempt=2)
    assert len(model.requests) == 2
    run, _ = ask([TransientError("not now"), {"summary": "later"}])
    assert run.status == "completed"
    run, _ = ask([ModelError("no credit left", "top it up")])
    assert (run.status, run.error_of("writer")) == ("failed", "no credit left")
    run, _ = ask([KeyError])
    assert "KeyError" in run.error_of("writer")


def test_budgets_and_limits_take_part(ask, scripted_model, hive_project) -> None:
    run, model = ask(itertools.repeat(ToolCall("list_directory")), settings={"max_requests": 3})
    assert run.status in ("failed", "paused")
    assert len(model.requests) == 3
    model = scripted_model(itertools.repeat(ToolCall("list_directory")))
    prices = {model.name: {"input": 100.0, "output": 100.0}}
    limits = {"budget_usd": 3.0, "prices": prices, "max_output_tokens": 100}
    run = hive_project.run("x", workers=[WRITER], plugins=[NOTHING], model=model, settings=limits)
    assert run.status == "paused"
    assert 0 < run.usage.cost_usd < 3


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        ([], r"the scripted model has 0 turns and was asked 1 times"),
        (["hello"], r"has 1 turn and was asked 2 times; its last turn was a text, .* typed output: give a dict"),
        ([{"summary": ""}], r"has 1 turn .* told last: final_result: .*at least 1 character"),
        ([ToolCall("read_file", {"path": "none"})], r"has 1 turn .* told last: read_file: "),
        ([ToolCall("no_such_tool")], r"told last: .*no_such_tool"),
    ],
)
def test_too_few_turns_fail_the_test_with_a_sentence(ask, hive_project, turns: list[Any], said: str) -> None:
    with pytest.raises(TooFewTurnsError, match=said) as caught:
        ask(turns)
    assert "give scripted_model(...) a turn for every request" in str(caught.value)
    (run,) = hive_project.runs()
    assert run.status == "failed"
    assert "the scripted model has" in run.error_of("writer")


def test_turns_that_are_left_are_counted(ask) -> None:
    _, model = ask([{"summary": "a"}, {"summary": "b"}, {"summary": "c"}])
    assert model.unused == 2


@pytest.mark.parametrize("turn", [5, None, [], [5], [{"summary": "x"}], object()])
def test_what_is_no_turn_is_refused_at_once(scripted_model, turn: object) -> None:
    with pytest.raises(UsageError, match=r"turn 2 of the scripted model is .*a turn is a text, a dict"):
        scripted_model(["text", turn])


def test_what_a_function_or_an_iterator_gives_is_checked_when_it_comes(ask) -> None:
    run, _ = ask([lambda messages, info: 5])
    assert "turn 1 of the scripted model is int: 5" in run.error_of("writer")
    run, _ = ask(iter([{1, 2}]))
    assert "turn 1 of the scripted model is set" in run.error_of("writer")
    run, _ = ask([lambda messages, info: print])
    assert "is a function that gave another" in run.error_of("writer")


def test_each_worker_may_have_a_model_of_its_own(hive_project, scripted_model) -> None:
    mine, yours = scripted_model([{"summary": "mine"}]), scripted_model([{"summary": "yours"}])
    run = hive_project.run("x", workers=[WRITER, OTHER], plugins=[NOTHING], model={"writer": mine, "other": yours})
    assert (run.output("writer")["summary"], run.output("other")["summary"]) == ("mine", "yours")
    assert "mine" in yours.texts[0]
    run = hive_project.run("x", workers=[WRITER, OTHER], plugins=[NOTHING], model={"writer": scripted_model(["x"] * 9)})
    assert run.status_of("other") == "blocked", "a worker without a model and without rules can't run"


def test_an_unchanged_result_is_taken_as_in_life_and_another_script_is_another_model(
    hive_project, scripted_model
) -> None:
    hive_project.write("agents/writer.md", "---\nname: writer\ndescription: Writes.\n---\nWrite it.\n")
    model = scripted_model([{"summary": "once"}])
    for status in ("completed", "cached"):
        run = hive_project.run("x", workers=["agents/writer.md"], plugins=[NOTHING], model=model)
        assert run.status_of("writer") == status
    other = scripted_model([{"summary": "anew"}])
    run = hive_project.run("x", workers=["agents/writer.md"], plugins=[NOTHING], model=other)
    assert run.output("writer")["summary"] == "anew"


def test_any_model_of_pydantic_ai_will_do(hive_project) -> None:
    for model in (TestModel(call_tools=[]), "test"):
        run = hive_project.run("x", workers=[WRITER], plugins=[NOTHING], model=model, settings={"cache": False})
        assert run.status == "completed"


def test_two_models_of_one_name_are_kept_apart(hive_project) -> None:
    first, second = ScriptedModel([{"summary": "one"}]), ScriptedModel([{"summary": "two"}])
    run = hive_project.run("x", workers=[WRITER, OTHER], plugins=[NOTHING], model={"writer": first, "other": second})
    assert (run.output("writer")["summary"], run.output("other")["summary"]) == ("one", "two")


class Both(WorkerOutput):
    """An output with a field of its own."""

    count: int


class Asks:
    """A plugin that executes by itself, with an agent of two possible outputs."""

    @hookimpl
    def hivemind_workers(self) -> Any:
        yield WRITER

    @hookimpl
    def hivemind_execute(self, worker: Any, task: Any, context: Any, runtime: Any) -> Any:
        return runtime.run(Agent(output_type=[WorkerOutput, Both]), "Go.") if worker.name == "writer" else None


def test_of_several_output_tools_the_one_that_has_the_fields(hive_project, scripted_model) -> None:
    model = scripted_model([{"summary": "two", "count": 2}])
    run = hive_project.run("x", workers=["writer"], plugins=[Asks()], model=model)
    assert run.output("writer")["count"] == 2, run.error_of("writer")


class Point(BaseModel):
    """An output of an agent that knows nothing of hivemind."""

    x: int


async def two_answers(model: Model) -> list[Any]:
    """What two agents of one's own say."""
    text = await Agent(model, output_type=str).run("one")
    return [text.output, (await Agent(model, output_type=Point).run("two")).output]


def test_an_agent_of_ones_own_may_ask_it_without_a_session(scripted_model) -> None:
    assert asyncio.run(two_answers(scripted_model(["said", {"x": 3}]))) == ["said", Point(x=3)]


def test_an_agent_that_takes_text_as_json(scripted_model) -> None:
    from pydantic_ai import NativeOutput

    agent = Agent(scripted_model([{"x": 4}]), output_type=NativeOutput(Point))
    assert asyncio.run(agent.run("one")).output == Point(x=4)
