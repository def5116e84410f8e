"""The code of every rule, called in this process: what it says of a right plugin and of those that break one rule.

The tests beside this one run whole checks, whose rules are looked at in other processes, where no coverage is measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hivemind.conformance import RULES
from hivemind.conformance.bench import Bench
from hivemind.conformance.finding import find_target
from hivemind.conformance.guard import Guard, allowed_folders
from hivemind.conformance.job import Answers, Job, read_answers
from hivemind.conformance.process import _look
from hivemind.conformance.sample import Secrets, make_repository, make_session
from hivemind.conformance.surroundings import Surroundings

# What changes or holds the process that runs it is looked at in one of its own only.
NOT_HERE = {"import-effects", "import-cost", "loads", "no-network", "timeout", "registration-deterministic"}
CALLED = [name for name, rule in RULES.items() if rule.process != "here"]
MakeBench = Callable[[Path], Bench]


@pytest.fixture
def bench_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeBench]:
    """Makes what the rules of one process share, for a plugin in a file."""
    invented = Secrets.invent("0123456789abcdef01234567")
    around = Surroundings(tmp_path / "process", tmp_path / "repo")
    around.make()
    make_repository(around.repo, invented)
    (session,) = make_session(tmp_path / "sessions", around.repo).iterdir()
    for name, value in around.environment(invented.environment, 1).items():
        monkeypatch.setenv(name, value)
    made: list[str] = []

    def make(path: Path) -> Bench:
        target = find_target(path)
        made.extend(ref.module for ref in target.plugins)
        job = Job(target, (), str(around.root), str(around.repo), str(session), "", invented.values)
        return Bench(job, Guard(allowed_folders((around.sessions, around.own))))

    yield make
    for name in made:
        sys.modules.pop(name, None)


def test_no_rule_fails_of_a_right_plugin(bench_of: MakeBench, good: Path) -> None:
    bench = bench_of(good / "clock.py")
    verdicts = {name: _look(name, bench) for name in CALLED}
    assert {name: one.detail for name, one in verdicts.items() if one.status == "failed"} == {}
    assert {name for name, one in verdicts.items() if one.status == "skipped"} == set()
    assert "clock-worker" in verdicts["cancellation"].detail
    assert {name for name, one in verdicts.items() if one.prints} == {name for name, one in RULES.items() if one.twice}


@pytest.mark.parametrize("rule", [name for name in CALLED if name not in NOT_HERE])
def test_a_rule_fails_of_the_plugin_that_breaks_it(rule: str, bench_of: MakeBench, bad: Path) -> None:
    verdict = _look(rule, bench_of(bad / f"{rule.replace('-', '_')}.py"))
    assert verdict.status == "failed", verdict
    assert verdict.detail


@pytest.mark.parametrize("name", ["greeter", "reviewer"])
def test_rules_that_do_not_apply_are_skipped_with_why(name: str, bench_of: MakeBench, good: Path) -> None:
    bench = bench_of(good / f"{name}.py")
    for rule in CALLED:
        verdict = _look(rule, bench)
        assert verdict.status != "failed", (rule, verdict)
        assert verdict.status == "passed" or verdict.detail, rule


def test_answers_are_read_as_far_as_they_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    assert read_answers(path, 0) == ([], 0)
    answers = Answers(path)
    answers.begin("loads")
    answers.attempts(["look up of example.org"])
    answers.close()
    with path.open("ab") as file:
        file.write(b'{"begin": "ed')
    lines, offset = read_answers(path, 0)
    assert lines == [{"begin": "loads"}, {"attempts": ["look up of example.org"]}]
    with path.open("ab") as file:
        file.write(b'ges"}\n')
    assert read_answers(path, offset)[0] == [{"begin": "edges"}]
