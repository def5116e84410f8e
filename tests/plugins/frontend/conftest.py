"""A repository to fill, and contexts with facts and a backend's output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hivemind_facts.models import Facts
from hivemind_frontend.models import FrontendOutput
from hivemind_frontend.plugin import hivemind_workers
from hivemind_frontend.rules import rules

from hivemind import Context, ContextFragment, Task, Upstream

Run = Callable[..., FrontendOutput]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    return folder


@pytest.fixture
def write(repo: Path) -> Callable[[Mapping[str, str]], None]:
    """Write files into the repository."""

    def make(files: Mapping[str, str]) -> None:
        for path, text in files.items():
            (repo / path).parent.mkdir(parents=True, exist_ok=True)
            (repo / path).write_text(text, encoding="utf-8")

    return make


@pytest.fixture
def run(repo: Path) -> Run:
    """Run the rules with these facts and these endpoints of the backend's output."""
    (spec,) = hivemind_workers()

    def make(facts: Facts | None = None, endpoints: Sequence[Mapping[str, Any]] | None = None) -> FrontendOutput:
        task = Task(text="Add an orders API", repo=str(repo))
        output = {"summary": "done", "api_endpoints": list(endpoints or ())}
        upstream = Upstream(worker="backend-worker", role="backend", status="completed", output=output)
        context = Context(
            task=task,
            worker=spec,
            fragments=(ContextFragment(name="facts", text="", data=facts),) if facts is not None else (),
            upstream=(upstream,) if endpoints is not None else (),
        )
        return rules(task, context)

    return make
