"""Tools that are marked as reading, and calls that others answer or give leave for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic_ai import Agent, ModelRetry, ToolFailed
from pydantic_ai.capabilities import HandleDeferredToolCalls
from pydantic_ai.tools import DeferredToolResults, RunContext, Tool, ToolDefinition
from pydantic_ai.toolsets import ExternalToolset, FunctionToolset

from hivemind import WorkerOutput, hookimpl, reads
from hivemind.testing import ToolCall

MODULE = "hivemind_tests_writing_code"
DONE = {"summary": "done"}
SECRET = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"


def call(line: str, tool: str = "append") -> ToolCall:
    return ToolCall(tool, {"line": line})


@pytest.mark.parametrize("way", ["function", "tool", "toolset", "metadata"])
def test_tools_that_only_read_are_not_put_on_record(bench: Any, way: str) -> None:
    def look() -> str:
        """Look."""
        return "seen"

    made: dict[str, Callable[[], Any]] = {
        "function": lambda: [reads(look)],
        "tool": lambda: [reads(Tool(look))],
        "toolset": lambda: reads(FunctionToolset([look])).prefixed("p").renamed({"look": "p_look"}),
        "metadata": lambda: [Tool(look, metadata={"hivemind": "reads"})],
    }
    bench.code.make = lambda task: made[way]()
    model = bench.run([[ToolCall("look"), ToolCall("list_directory")], DONE])
    assert bench.told(model)[0] == "seen"
    assert bench.events("tool_started") == []


def test_an_agents_tools_are_marked_above_or_below_its_own_decorator(bench: Any) -> None:
    def build() -> Agent[Any, WorkerOutput]:
        agent = Agent(output_type=WorkerOutput)

        @agent.tool_plain
        @reads
        def below() -> str:
            """Look."""
            return "seen"

        @reads
        @agent.tool
        async def above(ctx: RunContext[Any]) -> str:
            """Look."""
            return f"seen by {ctx.tool_name}"

        @agent.tool_plain
        def neither() -> str:
            """Write."""
            return "written"

        return agent

    bench.code.build = build
    calls = [ToolCall(name) for name in ("below", "above", "neither")]
    model = bench.run([calls, DONE], agent=f"{MODULE}:build", toolsets=())
    assert bench.told(model) == ["seen", "seen by above", "written"]
    assert [one["tool"] for one in bench.events("tool_started")] == ["neither"]


def test_an_agent_behind_a_reading_tool_keeps_its_own_record(bench: Any) -> None:
    """A tool that only runs another agent may run again: what that agent asked and did is not done again."""

    class Own:
        @hookimpl
        def hivemind_execute(self, runtime: Any) -> Any:
            @reads
            async def delegate() -> str:
                """Ask another agent."""
                inner = await runtime.run(Agent(output_type=WorkerOutput, tools=[bench.append]), "inner")
                return str(inner.summary)

            return runtime.run(Agent(output_type=WorkerOutput, tools=[delegate]), "outer")

    bench.plugins.append(Own())
    bench.run([ToolCall("delegate"), call("a"), bench.hang], toolsets=())
    model = bench.on([{"summary": "from inside"}, DONE], toolsets=())
    assert bench.effects == ["a"]
    assert bench.told(model) == ["from inside"]
    assert len(model.requests) == 2
    assert bench.state.status == "completed"


def test_what_can_not_be_marked_says_so() -> None:
    with pytest.raises(TypeError, match="wrap it in a function"):
        reads(len)


@pytest.mark.parametrize("gives", ["value", "failed", "retry", "nothing"])
def test_what_is_done_outside_for_a_call_is_on_record(bench: Any, gives: str) -> None:
    def handle(_: RunContext[Any], requests: Any) -> DeferredToolResults | None:
        results = DeferredToolResults()
        if gives == "nothing":
            return None
        for one in requests.calls:
            bench.append(one.args["line"])
            results.calls[one.tool_call_id] = {
                "value": {"sent": SECRET},
                "failed": ToolFailed("it is so"),
                "retry": ModelRetry("another"),
            }[gives]
        return results

    schema = {"type": "object", "properties": {"line": {"type": "string"}}, "required": ["line"]}

    def build() -> Agent[Any, WorkerOutput]:
        outside = ExternalToolset([ToolDefinition(name="send", parameters_json_schema=schema)])
        return Agent(
            output_type=WorkerOutput, toolsets=[outside], capabilities=[HandleDeferredToolCalls(handler=handle)]
        )

    bench.code.build = build
    first = bench.run([call("a", "send"), bench.hang], agent=f"{MODULE}:build")
    outcome = {"value": "done", "failed": "failed", "retry": "retry", "nothing": "not_run"}[gives]
    assert [one["outcome"] for one in bench.events("tool_finished")] == [outcome]
    if gives == "nothing":
        assert bench.state.status == "failed"
        return
    second = bench.on([DONE], agent=f"{MODULE}:build")
    assert bench.effects == ["a"]
    assert bench.told(first) == bench.told(second)
    assert SECRET not in str(bench.told(first))


def test_a_call_that_had_leave_does_not_ask_for_it_again(bench: Any) -> None:
    asked: list[str] = []

    def handle(_: RunContext[Any], requests: Any) -> DeferredToolResults:
        asked.extend(one.tool_name for one in requests.approvals)
        return DeferredToolResults(approvals={one.tool_call_id: True for one in requests.approvals})

    def build() -> Agent[Any, WorkerOutput]:
        tool = Tool(bench.append, requires_approval=True)
        return Agent(output_type=WorkerOutput, tools=[tool], capabilities=[HandleDeferredToolCalls(handler=handle)])

    bench.code.build = build
    bench.run([call("a"), bench.hang], agent=f"{MODULE}:build", toolsets=())
    bench.on([DONE], agent=f"{MODULE}:build", toolsets=())
    assert (bench.effects, asked) == (["a"], ["append"])
    assert bench.state.status == "completed"


@pytest.mark.parametrize("reading", [False, True])
def test_a_tool_that_wants_to_end_the_process_has_failed(bench: Any, reading: bool) -> None:
    def leave(line: str) -> str:
        """End it all."""
        raise SystemExit(f"enough of {line}")

    bench.tools(reads(leave) if reading else leave)
    model = bench.run([ToolCall("leave", {"line": "one"}), {"summary": "went on"}])
    assert "sys.exit()" in str(model.requests[1])
    assert bench.state.status == "completed"
