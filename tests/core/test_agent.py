"""The default executor with models that are functions: no request leaves the process."""

from __future__ import annotations

import asyncio
import json
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydantic_ai.models
import pytest
from pydantic import Field
from pydantic_ai import Agent, ModelRetry, RunContext
from pydantic_ai.exceptions import ModelHTTPError, ModelServerError
from pydantic_ai.messages import BinaryContent, ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.toolsets import FunctionToolset

from hivemind.config import load_configuration
from hivemind.errors import SessionUnwritableError
from hivemind.hookspecs import hookimpl
from hivemind.models import Context, Task, WorkerOutput, WorkerSpec
from hivemind.orchestrator import run_session
from hivemind.planning import Request, make_plan
from hivemind.plugins import load_plugins
from hivemind.registry import Registry, WorkerEntry
from hivemind.session.folder import SessionFolder
from hivemind.transcript import Transcript

Turn = Callable[[list[ModelMessage], AgentInfo], ModelResponse]
MODULE = "hivemind_tests_worker_code"


@pytest.fixture(autouse=True)
def no_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every request that is not a function's."""
    monkeypatch.setattr(pydantic_ai.models, "ALLOW_MODEL_REQUESTS", False)


@pytest.fixture
def code() -> Iterator[types.ModuleType]:
    """A module that specs can name code in."""
    module = types.ModuleType(MODULE)
    sys.modules[MODULE] = module
    yield module
    del sys.modules[MODULE]


def final(**fields: Any) -> ModelResponse:
    """The answer that ends a run."""
    return ModelResponse(parts=[ToolCallPart("final_result", {"summary": "done", **fields})])


def turns(*answers: ModelResponse | Exception) -> Turn:
    """A model that gives these answers, one after the other."""
    left = list(answers)

    def model(_: list[ModelMessage], __: AgentInfo) -> ModelResponse:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return model


@dataclass
class Hive:
    """Runs one worker whose model is a function."""

    repo: Path
    seen: list[tuple[list[ModelMessage], AgentInfo]] = field(default_factory=list)
    plugins: list[object] = field(default_factory=list)

    def run(self, turn: Turn, spec: WorkerSpec | None = None, **settings: Any) -> SessionFolder:
        hive = self

        class Family:
            prefix = "function"
            description = "a test's function"

            def resolve(self, name: str) -> FunctionModel:
                def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
                    hive.seen.append((list(messages), info))
                    return turn(messages, info)

                return FunctionModel(model, model_name=name)

        class Plugin:
            @hookimpl
            def hivemind_models(self) -> list[Any]:
                return [Family()]

        manager = load_plugins(entry_points=False)
        manager.register(Plugin(), "functions")
        for number, plugin in enumerate(self.plugins):
            manager.register(plugin, f"extra{number}")
        configuration = load_configuration(self.repo, {"model": "function:f", "backoff_s": 0.0, **settings}, {})
        registry = Registry()
        worker = spec or WorkerSpec(name="solo-worker", role="solo", description="Does it.")
        registry.add(WorkerEntry(worker, "maker", "tests"), {})
        session = SessionFolder.create(configuration.sessions_root, Task(text="do it", repo=str(self.repo)))
        plan, graph = make_plan(manager, registry, configuration, session.task, Request())
        asyncio.run(run_session(manager, configuration, session, plan, graph))
        return SessionFolder.open(session.path)

    def told(self, request: int = 0) -> str:
        """All that the model was told in a request."""
        messages, info = self.seen[request]
        said = [str(getattr(part, "content", "")) for message in messages for part in message.parts]
        return "\n".join([info.instructions or "", *said])


@pytest.fixture
def hive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hive:
    """One worker in a repository of its own."""
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "config"))
    (tmp_path / "repo").mkdir()
    return Hive(tmp_path / "repo")


def state(session: SessionFolder) -> Any:
    """How the worker stands."""
    return session.state.workers["solo-worker"]


def spec(**fields: Any) -> WorkerSpec:
    """The worker with what a test is about."""
    return WorkerSpec(name="solo-worker", role="solo", description="Does it.", **fields)


class Counted(WorkerOutput):
    """An output of a worker's own."""

    tables: int = Field(ge=1)


def test_the_output_type_of_the_spec_is_asked_for(hive: Hive, code: types.ModuleType) -> None:
    code.Counted = Counted  # type: ignore[attr-defined]
    ran = hive.run(turns(final(tables=0), final(tables=3)), spec(output_type=f"{MODULE}:Counted"))
    assert ran.output("solo-worker")["tables"] == 3  # type: ignore[index]
    assert "greater than or equal to 1" in hive.told(1)
    assert "tables" in hive.seen[0][1].output_tools[0].parameters_json_schema["properties"]


def test_an_agent_of_the_specs_factory_runs_with_the_context_as_deps(hive: Hive, code: types.ModuleType) -> None:
    def build() -> Agent[Context, WorkerOutput]:
        agent = Agent(output_type=WorkerOutput, instructions="Be the factory's.", deps_type=Context)

        @agent.tool
        def whose_task(ctx: RunContext[Context]) -> str:
            return f"the task is {ctx.deps.task.text}"

        return agent

    code.build = build  # type: ignore[attr-defined]
    ran = hive.run(turns(ModelResponse(parts=[ToolCallPart("whose_task", {})]), final()), spec(agent=f"{MODULE}:build"))
    assert state(ran).status == "completed"
    assert "Be the factory's." in hive.told()
    assert "You are solo-worker" in hive.told()
    assert "the task is do it" in hive.told(1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"output_type": f"{MODULE}:NotThere"}, "output_type of worker 'solo-worker' can't be imported"),
        ({"output_type": "json:JSONDecoder"}, "output_type of worker 'solo-worker' is no WorkerOutput"),
        ({"agent": "json:loads_it"}, "agent of worker 'solo-worker' can't be imported"),
        ({"agent": "json:dumps"}, "agent 'json:dumps' of worker 'solo-worker' can't be made: TypeError"),
        ({"agent": "collections:Counter"}, "agent 'collections:Counter' of worker 'solo-worker' gave Counter"),
        ({"toolsets": ("json:nothing",)}, "toolset of worker 'solo-worker' can't be imported"),
        ({"toolsets": ("builtins:id",)}, "toolset 'builtins:id' of worker 'solo-worker' gave int"),
        ({"toolsets": ("math:sqrt",)}, "toolset 'math:sqrt' of worker 'solo-worker' failed: TypeError"),
    ],
)
def test_code_that_is_not_there_is_said_and_nothing_is_asked(
    hive: Hive, code: types.ModuleType, fields: dict[str, Any], sentence: str
) -> None:
    ran = hive.run(turns(final()), spec(**fields))
    assert state(ran).status == "failed"
    assert str(state(ran).last.error).startswith(sentence)
    assert hive.seen == []


@pytest.mark.parametrize("as_toolset", [True, False])
def test_toolsets_of_the_spec_are_offered(hive: Hive, code: types.ModuleType, as_toolset: bool) -> None:
    def make(task: Task) -> object:
        def who_calls(name: str) -> str:
            """Say who calls a function."""
            return f"main calls {name} for {task.text}"

        return FunctionToolset([who_calls]) if as_toolset else [who_calls]

    code.make = make  # type: ignore[attr-defined]
    ask = ModelResponse(parts=[ToolCallPart("who_calls", {"name": "f"})])
    ran = hive.run(turns(ask, final()), spec(toolsets=(f"{MODULE}:make",), tools=("who_calls",)))
    assert state(ran).status == "completed"
    assert [tool.name for tool in hive.seen[0][1].function_tools] == ["who_calls"]
    assert "main calls f for do it" in hive.told(1)


def test_a_failing_tool_is_told_and_does_not_end_the_run(hive: Hive, code: types.ModuleType) -> None:
    def make(_: Task) -> list[Any]:
        def broken() -> str:
            """Break."""
            raise KeyError("sk-live-abcdefghijklmnop1234567890")

        async def slow() -> str:
            """Time out."""
            raise TimeoutError("too slow")

        return [broken, slow]

    code.make = make  # type: ignore[attr-defined]
    ask = ModelResponse(parts=[ToolCallPart("broken", {}), ToolCallPart("slow", {})])
    ran = hive.run(turns(*[ask] * 8, final()), spec(toolsets=(f"{MODULE}:make",)))
    assert state(ran).status == "completed"
    assert "broken failed: KeyError" in hive.told(1)
    assert "slow failed: TimeoutError: too slow" in hive.told(1)
    assert "abcdefghijklmnop" not in hive.told(8)


def test_denied_files_may_be_asked_for_as_often_as_one_likes(hive: Hive) -> None:
    (hive.repo / ".env").write_text("KEY=hidden-value\n")
    ask = ModelResponse(parts=[ToolCallPart("read_file", {"path": ".env"})])
    ran = hive.run(turns(*[ask] * 12, final()))
    assert state(ran).status == "completed"
    assert "hidden-value" not in hive.told(12)
    assert "may not be read" in hive.told(12)


def test_a_search_is_bounded_and_redacted_and_its_failures_are_told(hive: Hive) -> None:
    (hive.repo / "settings.py").write_text("TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'\n")

    def ask(**arguments: str) -> ModelResponse:
        return ModelResponse(parts=[ToolCallPart("search_files", arguments)])

    ran = hive.run(turns(ask(pattern="TOKEN"), ask(pattern="("), ask(pattern="x", path="../x"), final()))
    assert state(ran).status == "completed"
    assert "settings.py:1:TOKEN = '[redacted]'" in hive.told(1)
    assert "search_files failed: the regular expression is not valid" in hive.told(2)
    assert "search_files failed: " in hive.told(3)
    assert "abcdefghijklmnopqrstuvwxyz" not in hive.told(3)


def test_a_picture_is_left_out(hive: Hive, code: types.ModuleType) -> None:
    (hive.repo / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 40)
    ran = hive.run(turns(ModelResponse(parts=[ToolCallPart("read_file", {"path": "dot.png"})]), final()))
    assert state(ran).status == "completed"
    assert "[not text, left out]" in hive.told(1)
    assert not any(isinstance(part, BinaryContent) for message in hive.seen[1][0] for part in message.parts)


def test_an_agents_own_tool_takes_the_place_of_ours(hive: Hive, code: types.ModuleType) -> None:
    def build() -> Agent[None, WorkerOutput]:
        def read_file(path: str) -> str:
            """Read its own way."""
            return f"own reading of {path}"

        return Agent(output_type=WorkerOutput, tools=[read_file])

    code.build = build  # type: ignore[attr-defined]
    ask = ModelResponse(parts=[ToolCallPart("read_file", {"path": "x"})])
    ran = hive.run(turns(ask, final()), spec(agent=f"{MODULE}:build"))
    assert state(ran).status == "completed"
    assert "own reading of x" in hive.told(1)


def test_an_agents_own_code_that_raises_names_the_plugin(hive: Hive, code: types.ModuleType) -> None:
    def build() -> Agent[None, WorkerOutput]:
        agent = Agent(output_type=WorkerOutput)

        @agent.output_validator
        def check(output: WorkerOutput) -> WorkerOutput:
            raise ZeroDivisionError(output.summary)

        return agent

    code.build = build  # type: ignore[attr-defined]
    ran = hive.run(turns(final()), spec(agent=f"{MODULE}:build"))
    assert state(ran).last.error == "plugin 'maker' failed in its agent: ZeroDivisionError: done"
    assert state(ran).usage.requests == 1


def test_an_output_validator_sends_the_result_back(hive: Hive, code: types.ModuleType) -> None:
    def build() -> Agent[None, WorkerOutput]:
        agent = Agent(output_type=WorkerOutput)

        @agent.output_validator
        def check(output: WorkerOutput) -> WorkerOutput:
            if not output.next_actions:
                raise ModelRetry("say what comes next")
            return output

        return agent

    code.build = build  # type: ignore[attr-defined]
    ran = hive.run(turns(final(), final(next_actions=["test"])), spec(agent=f"{MODULE}:build"))
    assert state(ran).status == "completed"
    assert "say what comes next" in hive.told(1)


def test_two_same_questions_in_one_run_are_two_requests(hive: Hive) -> None:
    """A plugin that asks the same twice to compare the answers gets two answers; a second attempt gets both again."""
    failed: list[bool] = []

    class Voting:
        @hookimpl
        def hivemind_execute(self, worker: WorkerSpec, task: Task, context: Context, runtime: Any) -> Any:
            return vote(runtime)

    async def vote(runtime: Any) -> WorkerOutput:
        agent = Agent(output_type=WorkerOutput)
        said = [(await runtime.run(agent, "which?")).summary for _ in range(2)]
        if not failed:
            failed.append(True)
            raise ConnectionError("the line is down")
        return WorkerOutput(summary=" and ".join(said))

    hive.plugins.append(Voting())
    ran = hive.run(turns(final(summary="one"), final(summary="two")))
    assert state(ran).attempts == 2
    assert ran.output("solo-worker")["summary"] == "one and two"  # type: ignore[index]
    assert len(hive.seen) == 2
    assert state(ran).usage.requests == 2


def test_an_attempt_after_a_plugins_own_failure_asks_anew(hive: Hive) -> None:
    """What the plugin could not use would be the same answer again."""

    class Picky:
        @hookimpl
        def hivemind_execute(self, worker: WorkerSpec, task: Task, context: Context, runtime: Any) -> Any:
            return ask(runtime)

    async def ask(runtime: Any) -> WorkerOutput:
        output: WorkerOutput = await runtime.run(Agent(output_type=WorkerOutput), "which?")
        if output.summary == "unusable":
            raise ValueError("can't use that")
        return output

    hive.plugins.append(Picky())
    ran = hive.run(turns(final(summary="unusable"), final(summary="usable")), spec(retries=1))
    assert ran.output("solo-worker")["summary"] == "usable"  # type: ignore[index]
    assert state(ran).usage.requests == 2


def test_agents_side_by_side_share_the_workers_limit(hive: Hive) -> None:
    class Many:
        @hookimpl
        def hivemind_execute(self, worker: WorkerSpec, task: Task, context: Context, runtime: Any) -> Any:
            return ask(runtime)

    async def ask(runtime: Any) -> WorkerOutput:
        runs = [runtime.run(Agent(output_type=WorkerOutput), f"part {number}") for number in range(6)]
        said = await asyncio.gather(*runs, return_exceptions=True)
        refused = [str(one) for one in said if isinstance(one, Exception)]
        assert all("used up its 4 model requests" in one for one in refused)
        return WorkerOutput(summary=f"{len(refused)} refused")

    hive.plugins.append(Many())
    ran = hive.run(lambda *_: final(), max_requests=4)
    assert ran.output("solo-worker")["summary"] == "2 refused"  # type: ignore[index]
    assert len(hive.seen) == 4


def test_a_second_attempt_asks_anew_where_the_repository_changed(hive: Hive) -> None:
    (hive.repo / "a.txt").write_text("first\n")
    read = ModelResponse(parts=[ToolCallPart("read_file", {"path": "a.txt"})])
    error = ModelHTTPError.for_category(ModelServerError, status_code=500, model_name="f")

    def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        number = len(hive.seen)
        if number == 2:
            (hive.repo / "a.txt").write_text("second\n")
            raise error
        return read if number == 1 else final(summary="second" if "second" in hive.told(-1) else "first")

    ran = hive.run(model)
    assert ran.output("solo-worker")["summary"] == "second"  # type: ignore[index]
    assert len(hive.seen) == 3


def test_a_killed_run_is_answered_from_its_transcript(hive: Hive) -> None:
    """What is on disk answers the same requests of a later run, and of no other."""
    (hive.repo / "a.txt").write_text("sk-live-abcdefghijklmnop1234567890\n")
    read = ModelResponse(parts=[ToolCallPart("read_file", {"path": "a.txt"})])
    session = hive.run(turns(read, final()))
    files = sorted(session.layout.transcripts("solo").glob("*.json"))
    records = [json.loads(path.read_text()) for path in files]
    assert [(record["number"], record["run"]) for record in records] == [(1, 1), (2, 1)]

    fresh = Transcript(session, "solo")
    assert (fresh.run, fresh.exchanges) == (2, [])
    resumed = Transcript(session, "solo", resume=True)
    assert resumed.run == 1
    assert [one.digest for one in resumed.exchanges] == [record["digest"] for record in records]
    assert not any(one.counted for one in resumed.exchanges)
    files[1].write_text(files[1].read_text()[:100])
    assert len(Transcript(session, "solo", resume=True).exchanges) == 1


def test_a_resumed_run_repeats_no_request_that_was_answered(hive: Hive, monkeypatch: pytest.MonkeyPatch) -> None:
    from hivemind import runtime

    (hive.repo / "a.txt").write_text("sk-live-abcdefghijklmnop1234567890\n")
    read = ModelResponse(parts=[ToolCallPart("read_file", {"path": "a.txt"})])
    first = hive.run(turns(read, final(summary="saw it")), cache=False)
    (hive.repo / "a.txt").write_text("sk-live-abcdefghijklmnop1234567890\n")
    asked = len(hive.seen)

    def resuming(self: Any) -> Transcript:
        if self._transcript is None:
            self._transcript = Transcript(first, "solo", resume=True)
        return self._transcript  # type: ignore[no-any-return]

    monkeypatch.setattr(runtime.WorkerRuntime, "transcript", property(resuming))
    second = hive.run(turns(), cache=False)
    assert second.output("solo-worker")["summary"] == "saw it"  # type: ignore[index]
    assert len(hive.seen) == asked, "a request was made although its answer was on disk"
    assert state(second).usage == state(first).usage


def test_an_answer_that_can_not_be_kept_ends_the_worker_and_is_counted(hive: Hive) -> None:
    def model(_: list[ModelMessage], __: AgentInfo) -> ModelResponse:
        (session,) = (hive.repo / "Docs/hive-mind/sessions").iterdir()
        (session / "workers").mkdir()
        (session / "workers" / "transcripts").write_text("in the way")
        return ModelResponse(parts=[ToolCallPart("list_directory", {})])

    try:
        ran = hive.run(model)
    except SessionUnwritableError as error:
        said = error.message
    else:
        said = state(ran).last.error
        assert state(ran).usage.requests == 1
    assert said.startswith("can't write ")
    assert "0001.json" in said
    assert len(hive.seen) == 1


def test_the_test_model_needs_nobody(hive: Hive) -> None:
    ran = hive.run(turns(), model="test:")
    assert state(ran).status == "completed"
    assert state(ran).model == "test:test"


def test_embedded_runs_do_not_import_pydantic_ai(tmp_path: Path) -> None:
    import subprocess
    import textwrap

    script = """
        import asyncio, sys
        from pathlib import Path
        from hivemind.config import load_configuration
        from hivemind.models import Task, WorkerOutput, WorkerSpec
        from hivemind.orchestrator import run_session
        from hivemind.planning import Request, make_plan
        from hivemind.plugins import load_plugins
        from hivemind.registry import Registry, WorkerEntry
        from hivemind.session.folder import SessionFolder

        def rules(task, context):
            return WorkerOutput(summary="by rule")

        repo = Path(sys.argv[1])
        manager, registry = load_plugins(entry_points=False), Registry()
        spec = WorkerSpec(name="w", role="w", description="d", rules="__main__:rules")
        registry.add(WorkerEntry(spec, "p", "s"), {})
        configuration = load_configuration(repo, {"model": "embedded"}, {})
        session = SessionFolder.create(configuration.sessions_root, Task(text="t", repo=str(repo)))
        plan, graph = make_plan(manager, registry, configuration, session.task, Request())
        status = asyncio.run(run_session(manager, configuration, session, plan, graph))
        heavy = {"pydantic_ai", "openai", "genai_prices", "httpx2", "pydantic_ai_harness"} & set(sys.modules)
        print(status, sorted(heavy))
    """
    (tmp_path / "repo").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "repo")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "completed []", done.stderr
