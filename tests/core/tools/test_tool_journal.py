"""What tools that may write do is on record, and a call that is on record is answered from there on resume."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic_ai import Agent
from pydantic_ai.messages import BinaryContent, ToolReturn

from hivemind import Finding, WorkerOutput
from hivemind.errors import SessionUnwritableError
from hivemind.explanation import explain
from hivemind.report import render_report
from hivemind.session.folder import SessionFolder
from hivemind.testing import ToolCall

MODULE = "hivemind_tests_writing_code"
DONE = {"summary": "done"}
SECRET = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"


def call(line: str, tool: str = "append") -> ToolCall:
    return ToolCall(tool, {"line": line})


def test_a_call_is_on_record_before_and_after_it_runs(bench: Any) -> None:
    seen: list[str] = []

    def append(line: str) -> str:
        """Append a line."""
        seen.extend(one["tool"] for one in bench.events("tool_started"))
        return str(bench.append(line))

    def heard(*_: Any) -> Any:
        seen.extend(one["outcome"] for one in bench.events("tool_finished"))
        return DONE

    bench.tools(append)
    bench.run([call("a"), heard])
    assert seen == ["append", "done"]
    (started,), (finished,) = bench.events("tool_started"), bench.events("tool_finished")
    assert (started["call"], started["arguments"]) == (1, '{"line": "a"}')
    assert finished["result"] == {"value": "appended a, which makes 1"}
    assert bench.state.status == "completed"


def test_a_finished_call_is_answered_from_the_record_on_resume(bench: Any) -> None:
    bench.run([call("a"), call("b"), bench.hang])
    assert bench.state.status == "cancelled"
    model = bench.on([DONE])
    assert bench.effects == ["a", "b"]
    assert bench.state.status == "completed"
    assert len(model.requests) == 1, "recorded answers were paid for again"
    assert bench.told(model) == ["appended b, which makes 2"]
    assert [one["tool"] for one in bench.events("tool_started")] == ["append", "append"]


def test_a_call_that_was_cut_off_is_not_made_again_and_the_model_is_told(bench: Any) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        said = bench.append(line)
        if line == "b":
            await bench.hang()
        return str(said)

    bench.tools(append)
    bench.run([call("a"), call("b")])
    assert [one.number for one in bench.state.doubtful_calls(alive=False)] == [2]
    model = bench.on([DONE])
    assert bench.effects == ["a", "b"]
    assert "append was cut off while it ran: it may have done what it does, or not" in bench.told(model)[0]
    assert [one["outcome"] for one in bench.events("tool_finished")] == ["done", "unknown"]
    assert bench.session is not None
    told = "append may have been done: its process ended while it ran"
    opened = SessionFolder.open(bench.session.path)
    assert told in render_report(opened)
    assert any(told in reason for reason in explain(opened, opened.path.parent, ["solo-worker"])[0].reasons)
    again = SessionFolder.open(bench.session.path)
    assert again.state.workers["solo-worker"].tool_calls[2].outcome == "unknown"


def test_what_is_not_known_is_told_the_same_however_often_one_resumes(bench: Any) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        bench.append(line)
        await bench.hang()
        return ""

    bench.tools(append)
    bench.run([call("a")])
    first = bench.on([call("c", "other"), bench.hang])
    second = bench.on([DONE])
    assert bench.effects == ["a"]
    assert len(second.requests) == 1, "what the model was told differs, so that its answers were not used again"
    assert bench.told(first, 0)[0] in second.texts[0]


@pytest.mark.parametrize(
    "result",
    [
        f"the token is {SECRET}",
        {"token": SECRET, "n": 1, "list": [1.5, None, True]},
        ToolReturn(return_value={"a": f"x {SECRET}"}, content=["more", f"and {SECRET}"], metadata={"kept": "not"}),
        None,
        7,
        "lone \ud800 surrogate",
        "x" * 40_000 + f" {SECRET}",
        {"password": "hunter2hunter2", "nested": json.dumps({"api_key": "abcdefgh12345678"})},
        BinaryContent(data=b"\x89PNG\x00\xff", media_type="image/png"),
        Finding(id="F-1", severity="low", title=f"a {SECRET}"),
        datetime(2026, 11, 24, tzinfo=UTC),
        float("nan"),
    ],
)
def test_a_model_is_told_the_same_now_and_from_the_record(bench: Any, result: Any) -> None:
    calls: list[str] = []

    def write() -> Any:
        """Write."""
        calls.append("write")
        return result

    bench.tools(write)
    first = bench.run([ToolCall("write"), bench.hang])
    second = bench.on([bench.hang])
    third = bench.on([DONE])
    assert calls == ["write"]
    assert bench.told(first) == bench.told(second) == bench.told(third)
    assert SECRET not in str(bench.told(first)) + bench.session.layout.journal.read_text()
    assert [len(model.requests) for model in (first, second, third)] == [2, 1, 1]
    assert bench.state.status == "completed"


def test_a_large_result_lies_in_a_file(bench: Any) -> None:
    def write() -> str:
        """Write."""
        return "x" * 20_000

    bench.tools(write)
    bench.run([ToolCall("write"), bench.hang])
    (finished,) = bench.events("tool_finished")
    assert finished["result"] is None
    path = bench.session.path / finished["result_file"]
    assert json.loads(path.read_text())["value"] == "x" * 20_000
    path.write_text("{")
    model = bench.on([DONE])
    assert bench.told(model) == ["write was run, but what it gave is not on record any more"]


def test_the_same_call_twice_in_one_answer_is_two_calls(bench: Any) -> None:
    bench.run([[call("a"), call("a"), call("b")], bench.hang])
    model = bench.on([DONE])
    assert sorted(bench.effects) == ["a", "a", "b"]
    assert len(bench.told(model)) == 3
    assert bench.told(model) == bench.told(bench.models[0])


def test_a_model_that_is_asked_anew_and_comes_to_the_same_call_is_answered_from_the_record(bench: Any) -> None:
    """A worker that asks for retries: its plugin raised, so that its model's answers are not used again."""

    def build() -> Agent[Any, WorkerOutput]:
        agent = Agent(output_type=WorkerOutput)
        left = [ZeroDivisionError("no"), None]

        @agent.output_validator
        def check(output: WorkerOutput) -> WorkerOutput:
            if (error := left.pop(0)) is not None:
                raise error
            return output

        return agent

    agent = build()
    bench.code.build = lambda: agent
    turns = [call("a"), DONE, [call("a"), call("other")], DONE]
    model = bench.run(turns, agent=f"{MODULE}:build", retries=1)
    assert bench.state.status == "completed", bench.state.last.error
    assert bench.effects == ["a", "other"]
    assert bench.told(model)[0] == "appended a, which makes 1"


def test_nothing_is_begun_once_a_session_stops(bench: Any) -> None:
    def turn(*_: Any) -> Any:
        bench.session.stopping = True
        return call("a")

    bench.run([turn])
    assert (bench.effects, bench.events("tool_started")) == ([], [])
    bench.on([DONE])
    assert bench.effects == ["a"]


def test_a_call_that_runs_when_the_session_is_stopped_has_time_to_end(bench: Any) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        bench.stop.set()
        await asyncio.sleep(0.2)
        return str(bench.append(line))

    bench.tools(append)
    first = bench.run([call("a")], stop_grace_s=10)
    assert (bench.state.status, len(first.requests)) == ("cancelled", 1)
    assert [one["outcome"] for one in bench.events("tool_finished")] == ["done"]
    model = bench.on([DONE])
    assert bench.effects == ["a"]
    assert bench.told(model) == ["appended a, which makes 1"]


def test_a_result_that_can_not_be_told_is_a_failure(bench: Any) -> None:
    def write() -> object:
        """Write."""
        bench.append("a")
        return object()

    bench.tools(write)
    first = bench.run([ToolCall("write"), bench.hang])
    second = bench.on([DONE])
    assert bench.effects == ["a"]
    assert "write ran, but what it gave can't be kept or told" in bench.told(first)[0]
    assert bench.told(first) == bench.told(second)


def test_a_disk_that_is_full_makes_no_call(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be put on record is not done."""
    record = SessionFolder.record

    async def full(self: SessionFolder, *events: Any) -> Any:
        if any(event.type == "tool_started" for event in events):
            raise SessionUnwritableError("no space left")
        return await record(self, *events)

    with monkeypatch.context() as patched:
        patched.setattr(SessionFolder, "record", full)
        with pytest.raises(SessionUnwritableError):
            bench.run([call("a")])
    assert bench.effects == []


def test_arguments_that_the_session_does_not_keep_are_asked_for_again(bench: Any) -> None:
    """Stopped between the model's answer and the call: what is left of the arguments is not what the model meant."""

    def turn(*_: Any) -> Any:
        bench.session.stopping = True
        return call(SECRET)

    bench.run([turn])
    model = bench.on([call(SECRET), DONE])
    assert "its arguments held something secret" in model.texts[0]
    assert bench.effects == [SECRET]
    assert SECRET not in bench.session.layout.journal.read_text()


def test_a_call_with_a_secret_that_was_made_is_known_again(bench: Any) -> None:
    bench.run([call(SECRET), bench.hang])
    bench.on([DONE])
    assert bench.effects == [SECRET]
