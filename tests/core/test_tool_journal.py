"""What tools that may write do is on record, and no call is done twice: not on resume, on a retry, nor in a new run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic_ai import Agent, ModelRetry, ToolFailed
from pydantic_ai.capabilities import HandleDeferredToolCalls
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import BinaryContent, ToolReturn
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.tools import DeferredToolResults, RunContext, Tool, ToolDefinition
from pydantic_ai.toolsets import ExternalToolset, FunctionToolset

from hivemind import Finding, WorkerOutput, WorkerSpec, hookimpl, reads
from hivemind.config import load_configuration
from hivemind.errors import SessionUnwritableError
from hivemind.explanation import explain
from hivemind.models import Task
from hivemind.orchestrator import run_session
from hivemind.planning import Request, make_plan
from hivemind.plugins import load_plugins
from hivemind.registry import Registry, WorkerEntry
from hivemind.report import render_report
from hivemind.resumption import to_resume, to_retry
from hivemind.session.folder import SessionFolder
from hivemind.testing import ScriptedModel, ToolCall

MODULE = "hivemind_tests_writing_code"
DONE = {"summary": "done"}
SECRET = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
Turns = list[Any]


@dataclass
class Bench:
    """Runs one worker in a session, stops it, and goes on with it, in this process."""

    root: Path
    code: types.ModuleType
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    models: list[ScriptedModel] = field(default_factory=list)
    session: SessionFolder | None = None
    plugins: list[object] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """The file that the tools of these tests append to."""
        return self.root / "effects.log"

    @property
    def effects(self) -> list[str]:
        return self.log.read_text().split() if self.log.exists() else []

    def append(self, line: str) -> str:
        """Append a line."""
        with self.log.open("a") as file:
            file.write(f"{line}\n")
        return f"appended {line}, which makes {len(self.effects)}"

    def tools(self, *functions: Any) -> None:
        self.code.make = lambda task: list(functions) or [self.append]  # type: ignore[attr-defined]

    def run(self, turns: Turns, *, new: bool = True, retry: bool = False, **options: Any) -> ScriptedModel:
        """Run the worker in a new session, or go on with the one that is there."""
        self.models.append(model := ScriptedModel(turns))
        fields = {name: options.pop(name) for name in ("retries", "agent", "toolsets") if name in options}
        asyncio.run(self._go(model, fields, options, new, retry))
        assert model.too_few is None, model.too_few
        return model

    def on(self, turns: Turns, **options: Any) -> ScriptedModel:
        """Go on with the session."""
        return self.run(turns, new=False, **options)

    async def _go(self, model: FunctionModel, fields: Any, options: Any, new: bool, retry: bool) -> None:
        class Models:
            prefix, description = "scripted", "a test's"

            def resolve(self, name: str) -> FunctionModel:
                return model

        class Plugin:
            @hookimpl
            def hivemind_models(self) -> list[Any]:
                return [Models()]

        self.stop = asyncio.Event()
        manager = load_plugins(entry_points=False)
        manager.register(Plugin(), "models")
        for number, plugin in enumerate(self.plugins):
            manager.register(plugin, f"extra{number}")
        settings = {"model": "scripted:script-1", "backoff_s": 0.0, "stop_grace_s": 0.0, "cache": False, **options}
        configuration = load_configuration(self.root, settings, {})
        spec = WorkerSpec(
            name="solo-worker", role="solo", description="d", **{"toolsets": (f"{MODULE}:make",), **fields}
        )
        registry = Registry()
        registry.add(WorkerEntry(spec, "maker", "tests"), {})
        if new:
            task = Task(text="do it", repo=str(self.root))
            self.session = SessionFolder.create(configuration.sessions_root, task)
        else:
            assert self.session is not None
            self.session = SessionFolder.open(self.session.path)
        plan, graph = make_plan(manager, registry, configuration, self.session.task, Request())
        chosen = None if new else (to_retry if retry else to_resume)(self.session.state, graph)
        running = asyncio.create_task(run_session(manager, configuration, self.session, plan, graph, chosen))
        stopped = asyncio.create_task(self.stop.wait())
        await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            running.cancel()
        stopped.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    async def hang(self, *_: Any) -> Any:
        """A turn, or the middle of a tool, at which the session is stopped."""
        self.stop.set()
        await asyncio.sleep(60)

    @property
    def state(self) -> Any:
        assert self.session is not None
        return SessionFolder.open(self.session.path).state.workers["solo-worker"]

    def events(self, kind: str) -> list[dict[str, Any]]:
        assert self.session is not None
        lines = self.session.layout.journal.read_text().splitlines()
        return [event["details"] for event in map(json.loads, lines) if event["type"] == kind]

    def told(self, model: ScriptedModel, request: int = -1) -> list[Any]:
        """What the tools of the last turn said, as the model was told it."""
        return [getattr(part, "content", None) for part in model.requests[request][-1].parts]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "config"))
    sys.modules[MODULE] = module = types.ModuleType(MODULE)
    (tmp_path / "repo").mkdir()
    made = Bench(tmp_path / "repo", module)
    made.tools()
    yield made
    del sys.modules[MODULE]


def call(line: str, tool: str = "append") -> ToolCall:
    return ToolCall(tool, {"line": line})


def test_a_call_is_on_record_before_and_after_it_runs(bench: Bench) -> None:
    seen: list[str] = []

    def append(line: str) -> str:
        """Append a line."""
        seen.extend(one["tool"] for one in bench.events("tool_started"))
        return bench.append(line)

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


def test_a_finished_call_is_answered_from_the_record_on_resume(bench: Bench) -> None:
    bench.run([call("a"), call("b"), bench.hang])
    assert bench.state.status == "cancelled"
    model = bench.on([DONE])
    assert bench.effects == ["a", "b"]
    assert bench.state.status == "completed"
    assert len(model.requests) == 1, "recorded answers were paid for again"
    assert bench.told(model) == ["appended b, which makes 2"]
    assert [one["tool"] for one in bench.events("tool_started")] == ["append", "append"]


def test_a_call_that_was_cut_off_is_not_made_again_and_the_model_is_told(bench: Bench) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        said = bench.append(line)
        if line == "b":
            await bench.hang()
        return said

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


def test_what_is_not_known_is_told_the_same_however_often_one_resumes(bench: Bench) -> None:
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
def test_a_model_is_told_the_same_now_and_from_the_record(bench: Bench, result: Any) -> None:
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
    assert SECRET not in str(bench.told(first)) + bench.session.layout.journal.read_text()  # type: ignore[union-attr]
    assert [len(model.requests) for model in (first, second, third)] == [2, 1, 1]
    assert bench.state.status == "completed"


def test_a_large_result_lies_in_a_file(bench: Bench) -> None:
    def write() -> str:
        """Write."""
        return "x" * 20_000

    bench.tools(write)
    bench.run([ToolCall("write"), bench.hang])
    (finished,) = bench.events("tool_finished")
    assert finished["result"] is None
    path = bench.session.path / finished["result_file"]  # type: ignore[union-attr]
    assert json.loads(path.read_text())["value"] == "x" * 20_000
    path.write_text("{")
    model = bench.on([DONE])
    assert bench.told(model) == ["write was run, but what it gave is not on record any more"]


def test_the_same_call_twice_in_one_answer_is_two_calls(bench: Bench) -> None:
    bench.run([[call("a"), call("a"), call("b")], bench.hang])
    model = bench.on([DONE])
    assert sorted(bench.effects) == ["a", "a", "b"]
    assert len(bench.told(model)) == 3
    assert bench.told(model) == bench.told(bench.models[0])


def test_of_calls_side_by_side_only_what_was_not_begun_or_ended_is_in_doubt(bench: Bench) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        if line == "slow":
            await asyncio.sleep(0.05)
            bench.append(line)
            await bench.hang()
        return bench.append(line)

    bench.tools(append)
    bench.run([[call("slow"), call("quick")]])
    model = bench.on([DONE])
    assert sorted(bench.effects) == ["quick", "slow"]
    assert "may have done" in bench.told(model)[0]
    assert bench.told(model)[1] == "appended quick, which makes 1"


def test_a_failure_of_a_tool_is_on_record(bench: Bench) -> None:
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


def test_a_retry_after_a_passing_failure_does_nothing_twice(bench: Bench) -> None:
    model = bench.run([call("a"), ModelHTTPError(503, "x"), call("b"), ModelHTTPError(503, "x"), DONE])
    assert bench.effects == ["a", "b"]
    assert bench.state.status == "completed"
    assert bench.told(model) == ["appended b, which makes 2"]


def test_a_model_that_is_asked_anew_and_comes_to_the_same_call_is_answered_from_the_record(bench: Bench) -> None:
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
    bench.code.build = lambda: agent  # type: ignore[attr-defined]
    turns = [call("a"), DONE, [call("a"), call("other")], DONE]
    model = bench.run(turns, agent=f"{MODULE}:build", retries=1)
    assert bench.state.status == "completed", bench.state.last.error
    assert bench.effects == ["a", "other"]
    assert bench.told(model)[0] == "appended a, which makes 1"


def test_retry_of_a_failed_worker_repeats_what_failed_and_nothing_that_was_done(bench: Bench) -> None:
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


def test_a_verification_round_goes_on_from_the_record(bench: Bench) -> None:
    bad = {"summary": "s", "files": [{"path": "app.py", "content": "def broken(:\n"}]}
    bench.run([call("a"), bad, call("a"), bench.hang])
    bench.on([DONE])
    assert bench.effects == ["a", "a"]
    assert bench.state.status == "completed"


def test_a_new_session_does_it_again(bench: Bench) -> None:
    bench.run([call("a"), DONE])
    bench.run([call("a"), DONE])
    assert bench.effects == ["a", "a"]


def test_two_agents_that_say_the_same_are_two(bench: Bench) -> None:
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


def test_nothing_is_begun_once_a_session_stops(bench: Bench) -> None:
    def turn(*_: Any) -> Any:
        bench.session.stopping = True  # type: ignore[union-attr]
        return call("a")

    bench.run([turn])
    assert (bench.effects, bench.events("tool_started")) == ([], [])
    bench.on([DONE])
    assert bench.effects == ["a"]


def test_a_call_that_runs_when_the_session_is_stopped_has_time_to_end(bench: Bench) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        bench.stop.set()
        await asyncio.sleep(0.2)
        return bench.append(line)

    bench.tools(append)
    first = bench.run([call("a")], stop_grace_s=10)
    assert (bench.state.status, len(first.requests)) == ("cancelled", 1)
    assert [one["outcome"] for one in bench.events("tool_finished")] == ["done"]
    model = bench.on([DONE])
    assert bench.effects == ["a"]
    assert bench.told(model) == ["appended a, which makes 1"]


def test_a_call_in_which_the_workers_time_is_up_is_in_doubt(bench: Bench) -> None:
    async def append(line: str) -> str:
        """Append a line."""
        said = bench.append(line)
        await asyncio.sleep(30 if line == "slow" else 0)
        return said

    bench.tools(append)
    bench.run([call("a"), call("slow")], timeout_s=0.5)
    assert bench.state.status == "failed"
    assert [one.doubt for one in bench.state.doubtful_calls(alive=False)]
    model = bench.on([DONE], retry=True)
    assert bench.effects == ["a", "slow"]
    assert "may have done" in bench.told(model)[0]


def test_a_result_that_can_not_be_told_is_a_failure(bench: Bench) -> None:
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


def test_a_disk_that_is_full_makes_no_call(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_arguments_that_the_session_does_not_keep_are_asked_for_again(bench: Bench) -> None:
    """Stopped between the model's answer and the call: what is left of the arguments is not what the model meant."""

    def turn(*_: Any) -> Any:
        bench.session.stopping = True  # type: ignore[union-attr]
        return call(SECRET)

    bench.run([turn])
    model = bench.on([call(SECRET), DONE])
    assert "its arguments held something secret" in model.texts[0]
    assert bench.effects == [SECRET]
    assert SECRET not in bench.session.layout.journal.read_text()  # type: ignore[union-attr]


def test_a_call_with_a_secret_that_was_made_is_known_again(bench: Bench) -> None:
    bench.run([call(SECRET), bench.hang])
    bench.on([DONE])
    assert bench.effects == [SECRET]


@pytest.mark.parametrize("way", ["function", "tool", "toolset", "metadata"])
def test_tools_that_only_read_are_not_put_on_record(bench: Bench, way: str) -> None:
    def look() -> str:
        """Look."""
        return "seen"

    made: dict[str, Callable[[], Any]] = {
        "function": lambda: [reads(look)],
        "tool": lambda: [reads(Tool(look))],
        "toolset": lambda: reads(FunctionToolset([look])).prefixed("p").renamed({"look": "p_look"}),
        "metadata": lambda: [Tool(look, metadata={"hivemind": "reads"})],
    }
    bench.code.make = lambda task: made[way]()  # type: ignore[attr-defined]
    model = bench.run([[ToolCall("look"), ToolCall("list_directory")], DONE])
    assert bench.told(model)[0] == "seen"
    assert bench.events("tool_started") == []


def test_an_agents_tools_are_marked_above_or_below_its_own_decorator(bench: Bench) -> None:
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

    bench.code.build = build  # type: ignore[attr-defined]
    calls = [ToolCall(name) for name in ("below", "above", "neither")]
    model = bench.run([calls, DONE], agent=f"{MODULE}:build", toolsets=())
    assert bench.told(model) == ["seen", "seen by above", "written"]
    assert [one["tool"] for one in bench.events("tool_started")] == ["neither"]


def test_an_agent_behind_a_reading_tool_keeps_its_own_record(bench: Bench) -> None:
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
def test_what_is_done_outside_for_a_call_is_on_record(bench: Bench, gives: str) -> None:
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

    bench.code.build = build  # type: ignore[attr-defined]
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


def test_a_call_that_had_leave_does_not_ask_for_it_again(bench: Bench) -> None:
    asked: list[str] = []

    def handle(_: RunContext[Any], requests: Any) -> DeferredToolResults:
        asked.extend(one.tool_name for one in requests.approvals)
        return DeferredToolResults(approvals={one.tool_call_id: True for one in requests.approvals})

    def build() -> Agent[Any, WorkerOutput]:
        tool = Tool(bench.append, requires_approval=True)
        return Agent(output_type=WorkerOutput, tools=[tool], capabilities=[HandleDeferredToolCalls(handler=handle)])

    bench.code.build = build  # type: ignore[attr-defined]
    bench.run([call("a"), bench.hang], agent=f"{MODULE}:build", toolsets=())
    bench.on([DONE], agent=f"{MODULE}:build", toolsets=())
    assert (bench.effects, asked) == (["a"], ["append"])
    assert bench.state.status == "completed"
