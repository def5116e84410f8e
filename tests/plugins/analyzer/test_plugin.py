"""The analyzer plugin: its spec, its import paths, and its agent with a model that is none."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hivemind_analyzer.agent import build
from hivemind_analyzer.models import AnalyzerOutput
from hivemind_analyzer.plugin import hivemind_workers
from pydantic_ai.models.test import TestModel

from hivemind.imports import load


def test_the_spec_names_code_that_is_there() -> None:
    (spec,) = hivemind_workers()
    assert (spec.name, spec.role, spec.model) == ("analyzer-worker", "analyzer", None)
    assert (spec.requires, spec.after, spec.aligns_with) == ((), (), ())
    assert load(spec.output_type or "", "output") is AnalyzerOutput
    for path in (spec.agent, spec.rules, spec.notes):
        assert callable(load(path or "", "code"))


def test_the_plugin_module_imports_nothing_heavy() -> None:
    code = (
        "import sys, hivemind_analyzer.plugin as p; list(p.hivemind_workers());"
        "heavy = ('pydantic_ai', 'networkx', 'hivemind_analyzer.models', 'hivemind_facts');"
        "print([n for n in heavy if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.anyio
async def test_the_agent_gives_the_typed_output() -> None:
    result = await build().run("look", model=TestModel())
    assert isinstance(result.output, AnalyzerOutput)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
