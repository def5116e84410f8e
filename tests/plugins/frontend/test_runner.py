"""The analyzer's and the frontend's runners, as an agent file calls them, on the example repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

SHOP = Path(__file__).parents[3] / "examples" / "shop"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    skip = shutil.ignore_patterns("__pycache__", "*.sqlite", "Docs")
    return Path(shutil.copytree(SHOP, tmp_path / "shop", ignore=skip))


def test_both_run_in_one_session(cli, shop: Path) -> None:
    task = "Add an orders API with pagination"
    first = cli("run", task, "--worker", "analyzer", "--model", "embedded", "--json", cwd=shop, check=0)
    session = Path(first.json["path"])
    for name in ("analyzer", "frontend"):
        arguments = ("--session", first.json["session_id"], "--task", task, "--model", "embedded")
        cli.python("-m", f"hivemind_{name}.runner", *arguments, cwd=shop, check=0)
    front = json.loads((session / "workers/json/frontend.json").read_text())
    assert front["present"] is True
    assert front["roots"] == ["web"]
    assert "#/cart" in [one["path"] for one in front["routes"]]
    calls = {f"{one['method']} {one['path']}" for one in front["api_calls"]}
    assert "GET /api/v1/carts/current" in calls
    broken = [one for one in front["contract"] if one["kind"] == "method_mismatch"]
    assert [one["call"] for one in broken] == ["DELETE /api/v1/carts/current"]
    notes = (session / "workers/notes/frontend_implementation.md").read_text()
    assert "no model was asked" in notes
    analysis = json.loads((session / "workers/json/analyzer.json").read_text())
    assert {one["kind"] for one in analysis["performance_issues"]} >= {"index", "pagination", "n_plus_one"}
    assert "injection" in {one["category"] for one in analysis["security_findings"]}
    targets = {one["target"] for one in analysis["performance_requirements"]}
    assert {"products.category_id", "cart_items.product_id", "GET /api/v1/products/{product_id}/reviews"} <= targets
    assert all(one["scope"] for one in analysis["test_presence"])


def test_without_facts_both_are_honest(cli, shop: Path) -> None:
    cli.env["HIVEMIND_BLOCK_PLUGINS"] = "facts"
    chosen = ("--worker", "analyzer", "--worker", "frontend")
    done = cli("run", "Look", *chosen, "--model", "embedded", "--json", cwd=shop, check=0)
    for name in ("analyzer", "frontend"):
        data = json.loads((Path(done.json["path"]) / f"workers/json/{name}.json").read_text())
        assert "no repository facts were given" in data["summary"]
