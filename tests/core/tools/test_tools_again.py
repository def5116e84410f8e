"""No call is done twice: not when a worker is tried again, nor when it runs anew in the same session."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic_ai import Agent, ModelRetry, ToolFailed
from pydantic_ai.exceptions import ModelHTTPError

from hivemind import WorkerOutput, hookimpl
from hivemind.testing import ToolCall

MODULE = "hivemind_tests_writing_code"
DONE = {"summary": "done"}
SECRET = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"


def call(line: str, tool: str = "append") -> ToolCall:
    return ToolCall(tool, {"line": line})


def test_of_calls_side_by_side_only_what_was_not_begun_or_ended_is_in_doubt(bench: Any) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        if line == "slow":
            await asyncio.sleep(0.05)
            bench.append(line)
            await bench.hang()
        return str(bench.append(line))

    bench.tools(append)
    bench.run([[call("slow"), call("quick")]])
    model = bench.on([DONE])
    assert sorted(bench.effects) == ["quick", "slow"]
    assert "may have done" in bench.told(model)[0]
    assert bench.told(model)[1] == "appended quick, which makes 1"


def test_a_failure_of_a_tool_is_on_record(bench: Any) -> None:
    def fails(line: str) -> str:
        """Fail."""
        bench.append(line)
        if line == "raise":
            raise KeyError(f"no {SECRET}")
        if line == "failed":
            raise ToolFailed("it is so")
        raise ModelRetry("say another line")

    bench.tools(fails)
    first = bench.run([call("raise", "fails"), call("failed", "fails"), call("retry", "fails"), bench.hang])
    second = bench.on([DONE])
    assert bench.effects == ["raise", "failed", "retry"]
    assert [one["outcome"] for one in bench.events("tool_finished")] == ["failed", "failed", "retry"]
    assert len(second.requests) == 1
    assert first.texts[-1] == second.texts[-1]
    assert "fails failed: KeyError: 'no [redacted]'" in second.texts[-1]
    assert "say another line" in second.texts[-1]


def test_a_retry_after_a_passing_failure_does_nothing_twice(bench: Any) -> None:
    model = bench.run([call("a"), ModelHTTPError(503, "x"), call("b"), ModelHTTPError(503, "x"), DONE])
    assert bench.effects == ["a", "b"]
    assert bench.state.status == "completed"
    assert bench.told(model) == ["appended b, which makes 2"]


def test_retry_of_a_failed_worker_repeats_what_failed_and_nothing_that_was_done(bench: Any) -> None:
    broken = [True]

    def deploy(line: str) -> str:
        """Deploy."""
        bench.append(line)
        if broken:
            raise OSError("no route")
        return "deployed"

    bench.tools(bench.append, deploy)
    bad = {"summary": "s", "files": [{"path": "app.py", "content": "def broken(:\n"}]}
    bench.run([[call("a"), call("x", "deploy")], bad, bad, bad])
    assert bench.state.status == "unverified"
    broken.clear()
    model = bench.on([[call("a"), call("x", "deploy")], DONE], retry=True)
    assert sorted(bench.effects) == ["a", "x", "x"]
    assert bench.told(model) == [bench.told(bench.models[0], 1)[0], "deployed"]


def test_a_verification_round_goes_on_from_the_record(bench: Any) -> None:
    bad = {"summary": "s", "files": [{"path": "app.py", "content": "def broken(:\n"}]}
    bench.run([call("a"), bad, call("a"), bench.hang])
    bench.on([DONE])
    assert bench.effects == ["a", "a"]
    assert bench.state.status == "completed"


def test_a_new_session_does_it_again(bench: Any) -> None:
    bench.run([call("a"), DONE])
    bench.run([call("a"), DONE])
    assert bench.effects == ["a", "a"]


def test_two_agents_that_say_the_same_are_two(bench: Any) -> None:
    class Twice:
        @hookimpl
        def hivemind_execute(self, runtime: Any) -> Any:
            return self.go(runtime)

        async def go(self, runtime: Any) -> WorkerOutput:
            for _ in range(2):
                output: WorkerOutput = await runtime.run(Agent(output_type=WorkerOutput, tools=[bench.append]), "go")
            return output

    bench.plugins.append(Twice())
    bench.run([call("a"), DONE, call("a"), bench.hang], toolsets=())
    bench.on([DONE], toolsets=())
    assert bench.effects == ["a", "a"]


def test_a_call_in_which_the_workers_time_is_up_is_in_doubt(bench: Any) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        said = bench.append(line)
        await asyncio.sleep(30 if line == "slow" else 0)
        return str(said)

    bench.tools(append)
    bench.run([call("a"), call("slow")], timeout_s=0.5)
    assert bench.state.status == "failed"
    assert [one.doubt for one in bench.state.doubtful_calls(alive=False)]
    model = bench.on([DONE], retry=True)
    assert bench.effects == ["a", "slow"]
    assert "may have done" in bench.told(model)[0]
