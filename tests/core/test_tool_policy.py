"""A worker's list of tools holds for every tool, whoever brings it; its limit of requests and its paths hold too."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic_ai import Agent
from pydantic_ai.capabilities import NativeTool, PrefixTools, Toolset, WebSearch
from pydantic_ai.native_tools import CodeExecutionTool, MCPServerTool, WebSearchTool
from pydantic_ai.tools import RunContext, Tool
from pydantic_ai.toolsets import FunctionToolset

from hivemind import Context, DefinitionError, Task, WorkerOutput, WorkerSpec, hookimpl
from hivemind.repository_tools import check_limits
from hivemind.testing import ToolCall, assert_event, assert_no_event

MODULE = "hivemind_tests_policy_code"
READING = {"read_file", "list_directory", "search_files", "find_files"}
DONE = {"summary": "done"}
NOTHING = object()


def alpha() -> str:
    """Say alpha."""
    return "alpha said"


def beta() -> str:
    """Say beta."""
    return "beta said"


def Read(path: str) -> str:
    """Read in a way of its own."""
    return f"own reading of {path}"


@pytest.fixture
def code() -> Iterator[Any]:
    """A module that specs can name code in."""
    sys.modules[MODULE] = module = types.ModuleType(MODULE)
    yield module
    del sys.modules[MODULE]


@pytest.fixture
def ask(hive_project: Any, scripted_model: Any) -> Callable[..., Any]:
    """Runs one worker with a script and gives the run and the model."""

    def run(turns: Any, *, plugins: Any = (NOTHING,), settings: Any = None, **fields: Any) -> Any:
        model = scripted_model(turns)
        spec = WorkerSpec(name="solo-worker", role="solo", description="Does it.", **fields)
        return hive_project.run("Do it", workers=[spec], plugins=plugins, model=model, settings=settings), model

    return run


def offered(model: Any) -> set[str]:
    return set(model.offered[0]) - {"final_result"}


def agent_with(code: Any, *tools: Any, **more: Any) -> str:
    code.build = lambda: Agent(output_type=WorkerOutput, tools=list(tools), **more)
    return f"{MODULE}:build"


def test_without_a_list_a_model_gets_all(ask: Any, code: Any) -> None:
    _, model = ask([DONE], agent=agent_with(code, alpha))
    assert offered(model) == READING | {"alpha"}


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        ((), set()),
        (("alpha",), {"alpha"}),
        (("Read", "beta"), {"read_file", "beta"}),
        (("read_file", "alpha", "Bash", "mcp__x__y"), {"read_file", "alpha"}),
    ],
)
def test_an_agents_own_tools_are_held_to_it(ask: Any, code: Any, tools: Any, expected: set[str]) -> None:
    run, model = ask([DONE], agent=agent_with(code, alpha, beta), tools=tools)
    assert run.status == "completed", run.error_of("solo")
    assert offered(model) == expected


def test_toolsets_of_the_spec_are_held_to_it(ask: Any, code: Any) -> None:
    code.make = lambda task: FunctionToolset([alpha, beta]).prefixed("p")
    _, model = ask([DONE], toolsets=(f"{MODULE}:make",), tools=("p_beta",))
    assert offered(model) == {"p_beta"}


def test_a_plugins_own_agent_is_held_to_it(ask: Any) -> None:
    class Own:
        @hookimpl
        def hivemind_execute(self, worker: WorkerSpec, task: Task, context: Context, runtime: Any) -> Any:
            return runtime.run(Agent(output_type=WorkerOutput, tools=[alpha, beta]), "go")

    run, model = ask([DONE], plugins=(Own(),), tools=("beta", "Grep"))
    assert run.status == "completed", run.error_of("solo")
    assert offered(model) == {"beta", "search_files"}


def test_an_agent_behind_a_tool_is_held_to_the_same_list(ask: Any) -> None:
    class Own:
        @hookimpl
        def hivemind_execute(self, worker: WorkerSpec, task: Task, context: Context, runtime: Any) -> Any:
            async def delegate() -> str:
                """Ask another agent."""
                inner = await runtime.run(Agent(output_type=WorkerOutput, tools=[alpha]), "inner")
                return str(inner.summary)

            return runtime.run(Agent(output_type=WorkerOutput, tools=[delegate, beta]), "outer")

    turns = [ToolCall("delegate"), {"summary": "from inside"}, DONE]
    run, model = ask(turns, plugins=(Own(),), tools=("beta", "delegate", "Grep"))
    assert run.status == "completed", run.error_of("solo")
    assert [set(names) for names in model.offered] == [
        {"beta", "delegate", "search_files", "final_result"},
        {"search_files", "final_result"},
        {"beta", "delegate", "search_files", "final_result"},
    ]
    assert "from inside" in model.texts[2]


def test_what_capabilities_bring_is_held_to_it(ask: Any, code: Any) -> None:
    capabilities = [
        Toolset(FunctionToolset([alpha])),
        PrefixTools(wrapped=Toolset(FunctionToolset([beta])), prefix="x"),
    ]
    _, model = ask([DONE], agent=agent_with(code, capabilities=capabilities), tools=("x_beta",))
    assert offered(model) == {"x_beta"}


def test_tools_that_only_a_run_tells_of_are_held_to_it(ask: Any, code: Any) -> None:
    """As those of a server: nobody knows them before they are asked for."""

    def dynamic(_: RunContext[Any]) -> FunctionToolset[Any]:
        return FunctionToolset([alpha, beta])

    run, model = ask([DONE], agent=agent_with(code, toolsets=[dynamic]), tools=("alpha",))
    assert run.status == "completed", run.error_of("solo")
    assert offered(model) == {"alpha"}


@pytest.mark.parametrize(("tools", "expected"), [(("beta",), {"beta"}), (("beta", "search_tools"), {"search_tools"})])
def test_a_tool_on_the_list_need_not_be_searched_for(ask: Any, code: Any, tools: Any, expected: set[str]) -> None:
    run, model = ask([DONE], agent=agent_with(code, alpha, Tool(beta, defer_loading=True)), tools=tools)
    assert run.status == "completed", run.error_of("solo")
    assert offered(model) == expected


def natives(code: Any, ask: Any, tools: Any) -> tuple[Any, list[str]]:
    seen: list[str] = []

    def answer(_: Any, info: Any) -> dict[str, str]:
        seen.extend(tool.unique_id for tool in info.model_request_parameters.native_tools)
        return DONE

    servers = [MCPServerTool(id="one", url="https://example.com/mcp"), CodeExecutionTool()]
    capabilities = [NativeTool(WebSearchTool()), *(NativeTool(tool) for tool in servers)]
    run, _ = ask([answer], agent=agent_with(code, capabilities=capabilities), tools=tools)
    return run, seen


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        (None, ["code_execution", "mcp_server:one", "web_search"]),
        ((), []),
        (("web_search",), ["web_search"]),
        (("mcp_server:one", "read_file"), ["mcp_server:one"]),
    ],
)
def test_the_providers_tools_are_held_to_it(ask: Any, code: Any, tools: Any, expected: list[str]) -> None:
    run, seen = natives(code, ask, tools)
    assert run.status == "completed", run.error_of("solo")
    assert sorted(seen) == expected


def test_a_local_tool_stays_where_the_providers_is_left_out(ask: Any, code: Any) -> None:
    search = WebSearch(local=Tool(alpha, name="local_search"))
    run, model = ask([DONE], agent=agent_with(code, capabilities=[search]), tools=("local_search",))
    assert run.status == "completed", run.error_of("solo")
    assert offered(model) == {"local_search"}


def test_a_call_of_a_tool_that_is_not_given_is_refused_told_and_noted_once(ask: Any, code: Any) -> None:
    ran: list[str] = []

    def gamma() -> str:
        """Leave a trace."""
        ran.append("gamma")
        return "gamma said"

    turns = [[ToolCall("gamma"), ToolCall("invented")], ToolCall("gamma"), ToolCall("alpha"), DONE]
    run, model = ask(turns, agent=agent_with(code, alpha, gamma), tools=("alpha",))
    assert run.status == "completed", run.error_of("solo")
    assert ran == []
    assert "Unknown tool name: 'gamma'" in model.texts[1]
    assert "alpha said" in model.texts[3]
    refused = [(event.details.tool, event.details.reason) for event in run.events.of_type("tool_refused")]
    assert refused == [
        ("gamma", "not among the tools that this worker is given"),
        ("invented", "there is no such tool"),
    ]


def test_a_name_that_nothing_brings_is_an_error_before_anything_is_asked(ask: Any, code: Any) -> None:
    run, model = ask([DONE], agent=agent_with(code, alpha), tools=("alhpa", "read_file"))
    assert run.status == "failed"
    assert run.error_of("solo") == "worker 'solo-worker' names an unknown tool 'alhpa'"
    hint = run.events.of_type("worker_failed")[0].details.hint
    assert hint == "did you mean 'alpha'? there are: alpha, find_files, list_directory, read_file, search_files"
    assert model.requests == []


def test_a_name_of_claude_codes_stands_for_ours_where_no_tool_is_called_so(ask: Any, code: Any) -> None:
    _, model = ask([DONE], agent=agent_with(code, Read), tools=("Read",))
    assert offered(model) == {"Read"}
    _, model = ask([DONE], agent=agent_with(code, alpha), tools=("Read",))
    assert offered(model) == {"read_file"}


@pytest.mark.parametrize("name", ["Read(src/**)", "read_file(x)", "alpha(one)"])
def test_a_rule_for_the_use_of_a_tool_is_refused(ask: Any, code: Any, name: str) -> None:
    run, model = ask([DONE], agent=agent_with(code, alpha), tools=(name,))
    assert "names a rule for the use of a tool, which can't be enforced" in run.error_of("solo")
    assert model.requests == []


def test_what_is_known_and_given_to_nobody_is_said(ask: Any, code: Any) -> None:
    run, _ = ask([DONE], tools=("Read", "Bash(git log:*)", "mcp__github__search"))
    assert run.status == "completed"
    said = "tools not given, as workers only read: Bash(git log:*), mcp__github__search"
    assert_event(run.events, "worker_progress", message=said)
    assert_no_event(run.events, "tool_refused")


def test_a_tool_of_claude_codes_name_that_an_agent_brings_is_given(ask: Any, code: Any) -> None:
    def Bash(command: str) -> str:
        """Run nothing."""
        return command

    run, model = ask([DONE], agent=agent_with(code, Bash), tools=("Bash",))
    assert offered(model) == {"Bash"}
    assert_no_event(run.events, "worker_progress")


@pytest.mark.parametrize(("own", "configured", "made"), [(2, 5, 2), (5, 2, 2), (None, 3, 3)])
def test_the_lower_limit_of_requests_holds(ask: Any, own: int | None, configured: int, made: int) -> None:
    turns = [ToolCall("list_directory")] * 9
    run, model = ask(turns, max_requests=own, settings={"max_requests": configured})
    assert len(model.requests) == made
    assert f"used up its {made} model requests" in run.error_of("solo")


def test_paths_limit_every_repository_tool(ask: Any, hive_project: Any) -> None:
    hive_project.write("src/app.py", "SECRET_PLACE = 1\n")
    hive_project.write("docs/notes.md", "SECRET_PLACE = 2\n")
    calls = [
        ToolCall("read_file", {"path": "docs/notes.md"}),
        ToolCall("read_file", {"path": "src/app.py"}),
        ToolCall("search_files", {"pattern": "SECRET_PLACE"}),
        ToolCall("find_files", {"pattern": "**/*"}),
        ToolCall("list_directory", {"path": "."}),
        ToolCall("list_directory", {"path": "docs"}),
    ]
    run, model = ask([calls, DONE], paths=("src/**",))
    assert run.status == "completed", run.error_of("solo")
    told = model.texts[1]
    assert "docs/notes.md may not be read" in told
    assert "not among the paths that this worker is given" in told
    assert "src/app.py:1:SECRET_PLACE = 1" in told
    assert "SECRET_PLACE = 2" not in told
    assert told.count("notes.md") == 1  # in the refusal alone


def test_a_bad_pattern_is_an_error_of_the_plan(ask: Any) -> None:
    with pytest.raises(
        DefinitionError, match=r"worker 'solo-worker' has a pattern in 'paths' that can't be kept: '../x'"
    ):
        ask([DONE], paths=("src/**", "../x"))


def test_what_a_worker_alone_names_is_checked_with_the_plan(hive_project: Any) -> None:
    """Where no plugin's code can bring a tool, an unknown one is known to be unknown before anything runs."""
    alone = WorkerSpec(name="w", role="w", description="d", tools=("Read", "Raed"))
    with pytest.raises(DefinitionError, match="worker 'w' names an unknown tool 'Raed'"):
        check_limits(alone, alone=True)
    check_limits(alone)
    check_limits(alone.model_copy(update={"toolsets": ("some.module:make",)}), alone=True)


@pytest.mark.parametrize("command", [("plan", "x"), ("run", "x")])
def test_a_bad_pattern_of_a_worker_file_ends_the_command(hive_project: Any, command: tuple[str, ...]) -> None:
    text = "---\nname: reviewer\ndescription: Reviews.\npaths: [/etc/**]\n---\nReview.\n"
    hive_project.write(".hivemind/workers/reviewer.md", text)
    ended = hive_project.cli(*command, "--worker", "reviewer", "--model", "test:x")
    assert ended.code == 3, ended.out
    assert "'/etc/**' is not relative to the repository" in ended.err
