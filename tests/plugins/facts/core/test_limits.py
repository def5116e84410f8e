"""A worker that is limited to some files is told no fact of another, in its context and by its tools."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from hivemind_facts.loading import load_facts
from hivemind_facts.plugin import hivemind_load_context

from hivemind import Task, WorkerSpec
from hivemind.repository_tools import added_toolsets

APP = """
import os
from fastapi import FastAPI
from inner import helper

app = FastAPI()
PLACE = os.environ["PLACE_OF_{name}"]

@app.get("/{name}/{{id}}")
def show(id: int):
    return id
"""


@pytest.fixture
def task(tmp_path: Path) -> Task:
    for name in ("open", "closed"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "requirements.txt").write_text("fastapi\n", encoding="utf-8")
        (folder / "main.py").write_text(APP.format(name=name), encoding="utf-8")
        (folder / "schema.sql").write_text(f"CREATE TABLE {name}_things (id INT PRIMARY KEY);", encoding="utf-8")
    return Task(text="look", repo=str(tmp_path), session_id=f"limits-{tmp_path.name}")


def worker(paths: tuple[str, ...] | None) -> WorkerSpec:
    toolset = "hivemind_facts.tools:toolset"
    return WorkerSpec(name="w", role="backend", description="d", paths=paths, toolsets=(toolset,))


def told(spec: WorkerSpec, task: Task) -> str:
    """Everything: the fragment's text, its data, and what every tool says."""
    (fragment,) = hivemind_load_context(spec, task)
    (toolset,) = asyncio.run(added_toolsets(spec, task))
    tools: dict[str, Any] = {name: tool.function for name, tool in toolset.tools.items()}  # type: ignore[attr-defined]
    said = [fragment.text, fragment.data.model_dump_json(), tools["find_endpoints"]()]
    kinds = ("stack", "services", "tables", "environment", "modules", "findings", "unresolved", "skipped")
    return "\n".join([*said, *(tools["read_fact"](kind, limit=100) for kind in kinds)])


def test_no_fact_of_another_file_is_told(task: Task) -> None:
    assert {"/open/", "/closed/", "closed_things", "PLACE_OF_closed"} <= set(_words(told(worker(None), task)))
    limited = told(worker(("open/**",)), task)
    assert {"/open/", "open_things", "PLACE_OF_open"} <= set(_words(limited))
    assert "closed" not in limited
    assert "open" not in told(worker(("nothing/**",)), task)
    assert "closed" not in told(worker(()), task)


def _words(text: str) -> list[str]:
    return re.findall(r"/\w+/|PLACE_OF_\w+|\w+_things", text)


def test_what_the_others_are_told_stays_whole(task: Task) -> None:
    facts = load_facts(task.repo, task.session_id)
    first = hivemind_load_context(worker(None), task)[0]
    hivemind_load_context(worker(("open/**",)), task)
    assert first.data is facts
    assert hivemind_load_context(worker(None), task)[0].digest == first.digest
    assert hivemind_load_context(worker(("open/**",)), task)[0].digest != first.digest
