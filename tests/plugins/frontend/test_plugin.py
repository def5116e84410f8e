"""The frontend plugin: its spec, its import paths, and its agent with a model that is none."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hivemind_frontend.agent import build
from hivemind_frontend.models import FrontendOutput
from hivemind_frontend.plugin import hivemind_workers
from pydantic_ai.models.test import TestModel

from hivemind.imports import load


def test_the_spec_names_code_that_is_there() -> None:
    (spec,) = hivemind_workers()
    assert (spec.name, spec.role, spec.model) == ("frontend-worker", "frontend", None)
    assert (spec.requires, spec.after, spec.aligns_with) == ((), ("architect", "backend"), ())
    assert load(spec.output_type or "", "output") is FrontendOutput
    for path in (spec.agent, spec.rules, spec.notes):
        assert callable(load(path or "", "code"))


def test_the_plugin_module_imports_nothing_heavy() -> None:
    code = (
        "import sys, hivemind_frontend.plugin as p; list(p.hivemind_workers());"
        "heavy = ('pydantic_ai', 'tree_sitter', 'hivemind_frontend.models', 'hivemind_facts');"
        "print([n for n in heavy if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.anyio
async def test_the_agent_gives_the_typed_output() -> None:
    result = await build().run("look", model=TestModel())
    assert isinstance(result.output, FrontendOutput)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
