"""The shipped workers' models can ask for facts: real specs, real toolsets, pydantic-ai's own test models."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any

import pytest

from hivemind import Task, WorkerSpec
from hivemind.plugins import load_plugins
from hivemind.repository_tools import added_toolsets

ROLES = ("architect", "analyzer", "backend", "frontend")
APP = """
from fastapi import FastAPI

app = FastAPI()

@app.get("/orders/{order_id}")
def show(order_id: int):
    return order_id
"""


@pytest.fixture
def task(tmp_path: Path) -> Task:
    (tmp_path / "requirements.txt").write_text("fastapi\n", encoding="utf-8")
    (tmp_path / "main.py").write_text(APP, encoding="utf-8")
    (tmp_path / "schema.sql").write_text("CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT);", encoding="utf-8")
    return Task(text="look at the orders", repo=str(tmp_path), session_id=f"tools-{tmp_path.name}")


def spec(role: str) -> WorkerSpec:
    (one,) = importlib.import_module(f"hivemind_{role}.plugin").hivemind_workers()
    assert isinstance(one, WorkerSpec)
    return one


@pytest.mark.parametrize("role", ROLES)
def test_every_shipped_worker_has_tools_that_answer(role: str, task: Task) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.models.test import TestModel

    async def ask() -> tuple[set[str], str]:
        model = TestModel()
        agent = Agent(model, toolsets=await added_toolsets(spec(role), task))
        done = await agent.run("what is there?")
        parameters = model.last_model_request_parameters
        assert parameters is not None
        return {tool.name for tool in parameters.function_tools}, done.output

    names, said = asyncio.run(ask())
    assert names == {"find_endpoints", "describe_table", "who_calls", "read_fact"}
    assert all(name in said for name in names)


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("find_endpoints", {"text": "orders"}, "GET /orders/{order_id}"),
        ("describe_table", {"name": "orders"}, "primary key: id"),
        ("who_calls", {"target": "/orders/{id}"}, "no call of /orders/{id} in browser code is known"),
        ("read_fact", {"kind": "tables"}, '"name":"orders"'),
        ("read_fact", {"kind": "nonsense"}, "there is no kind of fact 'nonsense'"),
    ],
)
def test_a_model_that_asks_is_told(tool: str, arguments: dict[str, Any], answer: str, task: Task) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
    from pydantic_ai.models.function import AgentInfo, FunctionModel

    def answer_back(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        assert tool in {one.name for one in info.function_tools}
        told = [part.content for part in messages[-1].parts if isinstance(part, ToolReturnPart)]
        return ModelResponse(parts=[TextPart(str(told[0]))] if told else [ToolCallPart(tool, arguments)])

    async def ask() -> str:
        agent = Agent(FunctionModel(answer_back), toolsets=await added_toolsets(spec("backend"), task))
        return (await agent.run("go on")).output

    assert answer in asyncio.run(ask())


def test_the_tools_answer_while_the_facts_plugin_is_blocked(task: Task) -> None:
    """A spec names the toolset by import path; the module is there, as all shipped plugins are one wheel."""
    assert load_plugins(("facts",)).plugins["facts"].status == "blocked"
    (made,) = asyncio.run(added_toolsets(spec("backend"), task))
    tools: dict[str, Any] = made.tools  # type: ignore[attr-defined]
    assert "GET /orders/{order_id}" in tools["find_endpoints"].function("orders")
