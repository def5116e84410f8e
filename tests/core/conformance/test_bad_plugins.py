"""For each rule there is a plugin that breaks it and nothing else; the report says so, where, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from hivemind.conformance import RULES, check

LOADING = ("loads", "hook-api-version", "hook-names", "hook-signatures", "async-shape")
"""Rules of which a broken one ends the check: all are looked at for them."""
OF_PROCESS = {
    process: tuple(name for name, rule in RULES.items() if rule.process in ("here", "loading", process))
    for process in ("plain", "running", "stopping")
}
EVERYTHING = tuple(RULES)
LOOKED_AT = {
    **dict.fromkeys(LOADING, EVERYTHING),
    # What these break shows in every process; the others' processes can't tell of them.
    **dict.fromkeys(("registration", "output-schema", "edges"), EVERYTHING),
    "worker-names": (*OF_PROCESS["plain"], *(name for name, rule in RULES.items() if rule.process == "running")),
    **dict.fromkeys(("metadata", "import-effects", "import-cost"), OF_PROCESS["plain"]),
}
SAYS = {
    "metadata": "does not require 'hivemind-orchestrator'",
    "loads": "prints 'the bad plugin is here'",
    "import-effects": "sys.path: /nowhere/bad",
    "import-cost": "pydantic_ai",
    "hook-api-version": "made for hook API version 99",
    "hook-names": "did you mean 'hivemind_publish'",
    "hook-signatures": "takes 'repository', which hivemind_load_context does not give",
    "async-shape": "hivemind_workers (line 6) is 'async def'",
    "registration": "description: Field required",
    "registration-deterministic": "not the same in a second process",
    "worker-names": "worker 'backend-worker' is given by plugins 'backend' and 'worker_names'",
    "worker-words": "says nothing about what it does",
    "edges": "did you mean 'architect'",
    "code-paths": "missing a required argument: 'settings'",
    "declared-limits": "the tool 'Bash'",
    "output-schema": "can't fill the field 'compare'",
    "contexts-deterministic": "not the same twice",
    "context-budget": "67,500 tokens",
    "others-workers": "others_workers.py:27",
    "event-listener": "at 'session_created' it raises AttributeError",
    "embedded-run": "KeyError",
    "model-run": "the instructions are lost",
    "output-round-trip": "places was ('shop/main.py:1',), is ()",
    "publish-idempotent": "a second time changes its files",
    "files": "in the repository TODO.md was made at files.py:14",
    "redaction": "variables.txt holds a secret of an environment variable",
    "no-network": "look up of updates.example.org at no_network.py:15",
    "cancellation": "swallows its cancellation",
    "timeout": "with a timeout_s of 0.4",
}


def path_of(bad: Path, rule: str) -> Path:
    stem = rule.replace("-", "_")
    return bad / stem if (bad / stem).is_dir() else bad / f"{stem}.py"


def test_every_rule_has_its_bad_plugin(bad: Path) -> None:
    there = {one.stem for one in bad.iterdir() if one.name != "__pycache__"}
    assert there == {rule.replace("-", "_") for rule in RULES} == {rule.replace("-", "_") for rule in SAYS}


@pytest.mark.parametrize("rule", RULES)
def test_a_bad_plugin_breaks_its_rule_and_no_other(rule: str, bad: Path) -> None:
    looked_at = LOOKED_AT.get(rule, OF_PROCESS.get(RULES[rule].process, EVERYTHING))
    report = check(path_of(bad, rule), rules=looked_at)
    assert {one.rule: one.detail for one in report.failed}.keys() == {rule}, report.failed
    assert not report.ok
    result = report.result(rule)
    assert SAYS[rule] in result.detail
    assert result.remedy == RULES[rule].remedy
    assert len(report.results) == len(looked_at)
