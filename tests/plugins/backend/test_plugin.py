"""The backend plugin's worker and hooks, as the core meets them."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hivemind_backend import plugin
from hivemind_backend.agent import build
from hivemind_backend.execution import execute
from hivemind_backend.models import BackendOutput, DatabaseChange
from hivemind_facts.models import Facts
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from hivemind.definitions import parse_definition
from hivemind.models import Context, ContextFragment, GeneratedFile, Task, Upstream, WorkerOutput, WorkerSpec
from hivemind.session.folder import SessionFolder

Ask = Callable[..., BackendOutput]
CAPABILITIES = (
    "api_development",
    "database_design",
    "service_implementation",
    "integration_development",
    "performance_optimization",
    "architecture_analysis",
    "system_optimization",
    "scalability_assessment",
)
OTHER = WorkerSpec(name="other", role="other", description="somebody else")


class FakeRuntime:
    """Runs the agent on a scripted model."""

    model = "test"
    worker = "backend-worker"

    def __init__(self, scripted: FunctionModel) -> None:
        self.scripted = scripted

    async def run(self, agent: Any, prompt: str, *, deps: object = None) -> Any:
        return (await agent.run(prompt, model=self.scripted, deps=deps)).output

    async def progress(self, message: str, **details: object) -> None:
        raise AssertionError(message)


def test_the_worker_is_the_one_that_its_first_users_know() -> None:
    (spec,) = plugin.hivemind_workers()
    assert (spec.name, spec.role, spec.priority, spec.color) == ("backend-worker", "backend", "high", "green")
    assert spec.capabilities == CAPABILITIES
    assert spec.model is None
    assert spec.after == ("architect", "analyzer")
    assert spec.aligns_with == ("frontend",)


def test_an_agent_file_of_that_worker_says_the_same() -> None:
    listed = ", ".join(CAPABILITIES)
    text = (
        f"---\ntype: worker\nrole: backend\nname: backend-worker\ncapabilities:\n  [\n    {listed},\n  ]\n"
        "priority: high\ndescription: A wrapper.\nmodel: sonnet\ncolor: green\n---\n\n# Backend Worker\n"
    )
    told = parse_definition(text, "backend.md")
    own = plugin.WORKER
    assert (told.name, told.role, told.capabilities, told.priority, told.color) == (
        own.name,
        own.role,
        own.capabilities,
        own.priority,
        own.color,
    )


def test_importing_the_plugin_is_cheap() -> None:
    code = (
        "import sys, hivemind_backend.plugin, hivemind_architect.plugin\n"
        "list(hivemind_backend.plugin.hivemind_workers()); list(hivemind_architect.plugin.hivemind_workers())\n"
        "heavy = {'pydantic_ai', 'networkx', 'sqlglot', 'tree_sitter', 'yaml', 'openapi_spec_validator', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_hooks_leave_other_workers_alone(tmp_path: Path) -> None:
    session = SessionFolder.create(tmp_path, Task(text="t", repo=str(tmp_path)))
    context = Context(task=session.task, worker=OTHER)
    runtime: Any = FakeRuntime(FunctionModel(lambda messages, info: ModelResponse(parts=[])))
    assert plugin.hivemind_load_context(OTHER, session) == ()
    assert plugin.hivemind_execute(OTHER, context, runtime) is None
    assert plugin.hivemind_verify(WorkerOutput(summary="x")) == ()
    assert plugin.hivemind_publish(OTHER, WorkerOutput(summary="x"), session) == ()
    runtime.model = "embedded"
    assert plugin.hivemind_execute(plugin.WORKER, context, runtime) is None


def test_requirements_are_a_numbered_fragment() -> None:
    from hivemind_backend.requirements import fragments

    output = {
        "backend_requirements": ["index every new foreign key"],
        "performance_requirements": [{"id": "AN-P01", "requirement": "answer in 200 ms", "location": "a.py:1"}],
        "decisions": [{"id": "AR-D01", "title": "keep", "decision": "Keep it."}],
        "findings": [
            {"id": "AN-001", "severity": "high", "title": "slow", "remedy": "index"},
            {"id": "AN-002", "severity": "low", "title": "ignored"},
        ],
    }
    done = Upstream(worker="analyzer-worker", role="analyzer", status="completed", output=output)
    failed = Upstream(worker="architect-worker", role="architect", status="failed", error="x")
    (fragment,) = fragments([done, failed])
    lines = fragment.text.splitlines()
    assert lines[0] == "R1. index every new foreign key (analyzer-worker)"
    assert len(lines) == 4
    assert "AN-P01 - answer in 200 ms; a.py:1" in lines[1]
    assert "ignored" not in fragment.text
    assert fragments([failed]) == ()


def test_documents_are_published_with_their_hashes(ask: Ask, fastapi_postgres: Facts, tmp_path: Path) -> None:
    session = SessionFolder.create(tmp_path / "sessions", Task(text="t", repo=str(tmp_path)))
    output = ask("Add an orders API", fastapi_postgres)
    artifacts = plugin.hivemind_publish(plugin.WORKER, output, session)
    names = [Path(one.path).name for one in artifacts]
    assert names == ["openapi.json", "schema.sql", "rollback.sql", "data-model.mmd", "components.mmd"]
    for one in artifacts:
        data = (session.path / one.path).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (one.sha256, one.size)
        assert (one.kind, one.worker) == ("published", "backend-worker")
    assert "CREATE TABLE orders" in (session.path / artifacts[1].path).read_text()
    taken = output.model_copy(update={"files": (GeneratedFile(path="schema.sql", content="-- own"),)})
    assert any(
        one.path.endswith("published/schema.sql") for one in plugin.hivemind_publish(plugin.WORKER, taken, session)
    )
    assert plugin.hivemind_publish(plugin.WORKER, BackendOutput(summary="nothing"), session) == []


def test_secrets_are_not_published(tmp_path: Path) -> None:

    session = SessionFolder.create(tmp_path / "sessions", Task(text="t", repo=str(tmp_path)))
    secret = "sk-" + "a1B2c3D4" * 4
    ddl = f"INSERT INTO keys VALUES ('{secret}')"
    output = BackendOutput(summary="x", database_changes=(DatabaseChange(kind="data_migration", ddl=ddl),))
    (artifact,) = plugin.hivemind_publish(plugin.WORKER, output, session)
    data = (session.path / artifact.path).read_bytes()
    assert secret.encode() not in data
    assert b"[redacted]" in data
    assert hashlib.sha256(data).hexdigest() == artifact.sha256


def test_verification_finds_what_does_not_hold() -> None:
    bad = BackendOutput(summary="x", database_changes=(DatabaseChange(kind="other", ddl="CREATE TABEL a"),))
    (finding,) = plugin.hivemind_verify(bad)
    assert (finding.id, finding.level, finding.severity) == ("BE-V01", "error", "high")


def scripted(*results: dict[str, Any]) -> tuple[FunctionModel, list[list[ModelMessage]]]:
    seen: list[list[ModelMessage]] = []

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(list(messages))
        result = results[min(len(seen), len(results)) - 1]
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, result)])

    return FunctionModel(answer), seen


BAD = {"summary": "first", "api_endpoints": [{"method": "GET", "path": "/api/v1/ghosts"}]}


def context_of(facts: Facts | None, tmp_path: Path) -> Context:
    task = Task(text="Add an orders API", repo=str(tmp_path))
    fragments = () if facts is None else (ContextFragment(name="facts", text="FACTS", data=facts),)
    return Context(task=task, worker=plugin.WORKER, fragments=fragments)


def test_a_result_that_does_not_hold_goes_back_to_the_model(fastapi_postgres: Facts, tmp_path: Path) -> None:
    model, seen = scripted(BAD, {"summary": "mended"})
    output = asyncio.run(execute(context_of(fastapi_postgres, tmp_path), FakeRuntime(model)))
    assert output.summary == "mended"
    assert "GET /api/v1/ghosts is called existing" in str(seen[1][-1])
    first = str(seen[0])
    assert "path prefix: /api/v1" in first
    assert "FACTS" in first
    assert "BE-001" in first


def test_the_last_try_is_kept_for_the_verification(fastapi_postgres: Facts, tmp_path: Path) -> None:
    model, seen = scripted(BAD)
    output = asyncio.run(execute(context_of(fastapi_postgres, tmp_path), FakeRuntime(model)))
    assert output.summary == "first"
    assert len(seen) == 4


def test_the_output_type_has_a_schema_that_providers_take() -> None:
    schema = BackendOutput.model_json_schema()
    text = str(schema)
    assert "additionalProperties': True" not in text
    model, _ = scripted({"summary": "x"})
    assert build().run_sync("hello", model=model).output.summary == "x"


@pytest.mark.parametrize("name", ["backend", "architect"])
def test_the_runner_names_itself_and_its_options(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"hivemind_{name}.runner", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "--session" in done.stdout
