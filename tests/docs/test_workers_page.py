"""What the page about workers says of tools and paths is so."""

from __future__ import annotations

import re
import sys
import types
from typing import Any

from hivemind import PathRules, WorkerSpec
from hivemind.testing import ToolCall, assert_no_event

PAGE = "docs/workers.md"


def test_the_marked_tool_of_the_page_runs_and_is_not_on_record(
    manual: Any, hive_project: Any, scripted_model: Any, monkeypatch: Any
) -> None:
    (block,) = manual.blocks(PAGE, "python")
    module = types.ModuleType("tools_of_the_page")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(block, PAGE, "exec"), module.__dict__)
    spec = WorkerSpec(name="w", role="w", description="d", toolsets=("tools_of_the_page:make",), tools=("open_orders",))
    model = scripted_model([ToolCall("open_orders", {}), {"summary": "none"}])
    run = hive_project.run("Look", workers=[spec], plugins=[object()], model=model)
    assert run.status == "completed", run.error_of("w")
    assert model.offered[0] == ["open_orders", "final_result"]
    assert "no open orders" in model.texts[1]
    assert_no_event(run.events, "tool_started")


def test_the_patterns_of_the_page_let_in_what_it_says(manual: Any) -> None:
    rows = dict(re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|$", manual.text(PAGE), re.MULTILINE))
    files = {"src/a.py", "src/secret/b.ts", "README.md", "docs/c.md", "docs/d.tsx"}
    expected = {
        "all that is in `src`": {"src/a.py", "src/secret/b.ts"},
        "Markdown files in the root alone": {"README.md"},
        "such files anywhere": {"src/secret/b.ts", "docs/d.tsx"},
        "nothing: it leaves out, whatever else lets in": set(),
    }
    told = {said: re.findall(r"`([^`]+)`", patterns) for patterns, said in rows.items() if said in expected}
    assert told.keys() == expected.keys()
    for said, patterns in told.items():
        for pattern in patterns:
            among = [pattern, "src/secret/**"] if pattern.startswith("!") else [pattern]
            assert {file for file in files if PathRules(among).shows(file)} == expected[said], pattern
