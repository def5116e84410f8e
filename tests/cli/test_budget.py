"""Budgets and costs on the real command line: exit codes, messages, what is shown and added up."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path

import pytest

MODEL = "openai-chat:gpt-5-mini"


@pytest.fixture
def no_model_requests():
    """Requests are made here, to the provider on this machine, and no key of a real one is set."""


@pytest.fixture
def provider():
    name = "hivemind_tests_fake_provider"
    if name not in sys.modules:
        path = Path(__file__).parent.parent / "providers" / "fake_provider.py"
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    with sys.modules[name].FakeProvider() as running:
        yield running


@pytest.fixture
def hive(cli, provider, tmp_path, inside):
    """Runs the command, in this process, in a repository of two workers, the second after the first."""
    repo = tmp_path / "shop"
    repo.mkdir()
    for name, more in (("one", ""), ("two", "requires: [one-worker]\n")):
        text = f"---\nname: {name}-worker\nrole: {name}\ndescription: Does {name}.\n{more}---\nDo it.\n"
        (repo / f"{name}.md").write_text(text, encoding="utf-8")
    cli.env |= {
        "OPENAI_API_KEY": "sk-test-0123456789abcdefghij",
        "HIVEMIND_BASE_URLS": f"openai-chat={provider.url}/v1",
        "HIVEMIND_MODEL": MODEL,
    }

    def run(*arguments, **options):
        return inside(*arguments, cwd=repo, **options)

    run.repo = repo
    return run


WORKERS = ("--worker", "one.md", "--worker", "two.md")


def test_a_session_pauses_and_goes_on_with_a_larger_budget(hive, provider):
    paused = hive("run", "do it", *WORKERS, "--max-requests", "1", "--json", check=4)
    document = paused.json
    assert document["status"] == "paused"
    assert [worker["status"] for worker in document["workers"]] == ["completed", "cancelled"]
    assert document["models"][MODEL]["requests"] == document["usage"]["requests"] == 1
    assert "resume" in paused.err
    assert "--max-requests N" in paused.err
    assert paused.err.count("100 % of the budget of the session is spent: 1 request of 1 request") == 1
    hive("resume", "last", "-q", check=4)
    done = hive("resume", "last", "--max-requests", "5", "--json", check=0).json
    assert done["status"] == "completed"
    assert len(provider.questions) == 2
    folder = Path(done["path"])
    snapshot = json.loads((folder / "SESSION.json").read_text(encoding="utf-8"))
    assert snapshot["models"][MODEL]["requests"] == 2
    assert "By model" in (folder / "REPORT.md").read_text(encoding="utf-8")
    cost = hive("sessions", "cost", "--json", "--since", "7d", check=0).json
    assert cost["sessions"] == 1
    assert cost["usage"] == snapshot["models"][MODEL]
    assert [one["model"] for one in cost["models"]] == [MODEL]
    assert len(cost["days"]) == 1
    asked = {one["worker"]: one["usage"]["requests"] for one in cost["workers"]}
    assert asked == {"one-worker": 1, "two-worker": 1}
    assert "two-worker" in hive("sessions", "cost", check=0).out
    _as_if_begun_on(folder, "2001-02-03")
    both = hive("sessions", "cost", "--json", check=0).json
    assert both["days"][0]["day"] == "2001-02-03"
    assert both["workers"] == cost["workers"], "the journal says what the snapshot did"
    late = hive("sessions", "cost", "--since", "7d", "--json", check=0).json
    assert [one["worker"] for one in late["workers"]] == ["two-worker"]
    assert late["usage"]["requests"] == 1
    assert hive("sessions", "cost", "--since", "2999-01-01", "--json", check=0).json["sessions"] == 0


def _as_if_begun_on(folder, day):
    """Date all that came before the session was resumed to an earlier day."""
    journal = folder / "EVENTS.jsonl"
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    resumed = [number for number, event in enumerate(lines) if event["type"] == "session_started"][-1]
    for event in lines[:resumed]:
        event["timestamp"] = day + event["timestamp"][10:]
    journal.write_text("".join(json.dumps(event, separators=(",", ":")) + "\n" for event in lines), encoding="utf-8")
    (folder / "SESSION.json").unlink()


def test_an_unknown_price_is_refused_before_there_is_a_session(hive, provider):
    words = ("run", "do it", "--worker", "one.md", "--model", "openai-chat:nobody-knows", "--budget-usd", "1")
    refused = hive(*words, check=3)
    assert "price of 'openai-chat:nobody-knows' is not known" in refused.err
    assert "prices" in refused.err
    assert not (hive.repo / "Docs").exists()
    assert not provider.questions
    (hive.repo / "hivemind.toml").write_text(
        '[prices."openai-chat:nobody-knows"]\ninput = 1.0\noutput = 10.0\n', encoding="utf-8"
    )
    ran = hive(*words, "--json", check=0).json
    assert ran["usage"]["cost_usd"] == pytest.approx(100 * 1e-6 + 20 * 10e-6)


def test_a_single_workers_run_counts_with_its_session(hive, provider):
    hive("run", "do it", "--worker", "one.md", "-q", check=0)
    words = ("workers", "run", "one.md", "--session", "last", "--no-cache")
    paused = hive(*words, "--max-requests", "1", check=4)
    assert "go on with the same command and --max-requests N" in paused.out
    assert hive(*words, "--max-requests", "2", "--json", check=0).json["worker"]["status"] == "completed"
    assert len(provider.questions) == 2


def test_two_processes_at_once_keep_to_the_days_budget(cli, hive, provider):
    limit = {"HIVEMIND_DAILY_BUDGET_REQUESTS": "3", "HIVEMIND_CACHE": "false"}
    running = [cli.start("run", "do it", *WORKERS, "--json", "-q", cwd=hive.repo, env=limit) for _ in range(2)]
    ended = [process.communicate(timeout=60) for process in running]
    assert sorted(process.returncode for process in running) == [0, 4], ended
    assert len(provider.questions) == 3
    paused = next(json.loads(out) for (out, _), process in zip(ended, running, strict=True) if process.returncode == 4)
    assert "the budget of 3 requests per day is reached: 3 requests used" in paused["reason"]
    again = hive("resume", paused["session_id"], env=limit | {"HIVEMIND_DAILY_BUDGET_REQUESTS": "4"}, check=0)
    assert "completed" in again.out
    assert len(provider.questions) == 4


def planned(provider, *workers, **usage):
    """What the provider answers to a planner: these workers."""
    fake = sys.modules["hivemind_tests_fake_provider"]
    chosen = {"workers": [{"name": f"{name}-worker"} for name in workers], "rationale": "they fit"}
    return fake.Answer(calls=((fake.RESULT_TOOL, chosen),), **usage)


def test_what_a_planner_uses_counts_in_the_session_and_its_budget(hive, provider):
    provider.say(planned(provider, "one", "two", input_tokens=900, output_tokens=70))
    ran = hive("run", "do it", *WORKERS, "--plan-with", MODEL, "--max-requests", "2", "--json", check=4)
    document = ran.json
    assert "planning took 1 request: 900 in, 70 out, $0.0004" in ran.err
    assert document["planner"]["requests"] == 1
    assert document["usage"]["requests"] == document["models"][MODEL]["requests"] == 2
    assert [worker["status"] for worker in document["workers"]] == ["completed", "cancelled"]
    done = hive("resume", "last", "--max-requests", "3", "--json", check=0).json
    assert (done["planner"]["input_tokens"], done["usage"]["requests"]) == (900, 3)
    folder = Path(done["path"])
    snapshot = json.loads((folder / "SESSION.json").read_text(encoding="utf-8"))
    assert snapshot["planner"]["output_tokens"] == 70
    assert snapshot["usage"] == snapshot["models"][MODEL]
    assert set(snapshot["workers"]) == {"one-worker", "two-worker"}
    assert "the planner, before any worker" in (folder / "REPORT.md").read_text(encoding="utf-8")
    assert hive("sessions", "cost", "--json", check=0).json["usage"] == snapshot["usage"]
    hive("sessions", "repair", "last", check=0)
    assert json.loads((folder / "SESSION.json").read_text(encoding="utf-8"))["planner"] == snapshot["planner"]


def test_a_planner_keeps_to_the_budgets_of_session_and_day(hive, provider):
    refused = hive("run", "do it", *WORKERS, "--plan-with", MODEL, "--budget-tokens", "50", "--json", check=4)
    assert "there is no plan: the budget of 50 tokens per session" in refused.json["error"]["message"]
    assert "plan with a larger --budget-tokens" in refused.json["error"]["hint"]
    day = hive("plan", "do it", "--plan-with", MODEL, env={"HIVEMIND_DAILY_BUDGET_REQUESTS": "0"}, check=4)
    assert "per day" in day.err
    words = ("--plan-with", "openai-chat:nobody-knows", "--budget-usd", "1")
    assert "price of 'openai-chat:nobody-knows'" in hive("run", "do it", *WORKERS, *words, check=3).err
    assert not provider.questions
    assert not (hive.repo / "Docs").exists()


def test_a_plan_that_never_comes_says_what_it_took(hive, provider):
    provider.otherwise = lambda _: planned(provider, "nobody")
    failed = hive("run", "do it", "--plan-with", MODEL, env={"HIVEMIND_DAILY_BUDGET_REQUESTS": "9"}, check=1)
    assert "planning took 4 requests" in failed.err
    again = hive("run", "do it", "--plan-with", MODEL, env={"HIVEMIND_DAILY_BUDGET_REQUESTS": "4"}, check=4)
    assert "per day is reached: 4 requests used" in again.err


def test_thousands_of_sessions_are_added_up_quickly(hive):
    ran = hive("run", "do it", "--worker", "one.md", "--json", check=0).json
    folder = Path(ran["path"])
    files = {name: (folder / name).read_bytes() for name in ("SESSION.json", "EVENTS.jsonl")}
    for number in range(1_500):
        copy = folder.parent / f"copy-{number}"
        copy.mkdir()
        for name, data in files.items():
            (copy / name).write_bytes(data)
    started = time.monotonic()
    cost = hive("sessions", "cost", "--json", check=0).json
    assert cost["sessions"] == cost["usage"]["requests"] == 1_501
    assert time.monotonic() - started < 20
