"""What is right passes: the shipped plugins, and small ones of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from hivemind.conformance import RULES, check

REPOSITORY = Path(__file__).parents[3]


def test_the_shipped_plugins_pass_every_rule() -> None:
    report = check("hivemind-orchestrator")
    assert report.ok, report.failed
    assert report.plugins == ("analyzer", "architect", "backend", "facts", "frontend")
    assert [one.rule for one in report.results] == list(RULES)
    assert [one.rule for one in report.results if one.status == "skipped"] == ["event-listener"]


@pytest.mark.parametrize("target", ["backend", REPOSITORY / "plugins" / "hivemind_backend", "hivemind_backend.plugin"])
def test_a_shipped_plugin_is_found_by_its_names(target: str | Path) -> None:
    report = check(target, rules=["metadata", "loads"])
    assert report.ok, report.failed
    assert report.plugins == ("backend",)
    assert report.result("metadata").status == "passed"


def test_a_plugin_with_everything_passes_every_rule(good: Path) -> None:
    report = check(good / "clock.py")
    assert report.ok, report.failed
    assert [one.rule for one in report.results if one.status == "skipped"] == ["metadata"]
    assert "clock-worker" in report.result("embedded-run").detail
    assert "clock-worker" in report.result("model-run").detail
    assert "clock-worker: 1 artifacts" in report.result("publish-idempotent").detail


def test_a_worker_without_rules_is_tried_with_a_model(good: Path) -> None:
    report = check(good / "reviewer.py", rules=["embedded-run", "model-run", "declared-limits"])
    assert report.ok, report.failed
    assert report.result("embedded-run").status == "skipped"
    assert "a model is needed" in report.result("embedded-run").detail
    assert report.result("model-run").status == "passed"
    assert "read_file" in report.result("declared-limits").detail or "Read" in report.result("declared-limits").detail


def test_each_rule_is_told_as_it_is_looked_at(good: Path) -> None:
    told: list[str] = []
    check(good / "greeter.py", rules=["metadata", "hook-names", "worker-names"], progress=told.append)
    assert {"metadata", "loads", "hook-names", "worker-names"} <= set(told)
    assert "embedded-run" not in told
