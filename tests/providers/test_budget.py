"""Sessions with a budget against the local provider: nothing is spent beyond it, and they go on with a larger one."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hivemind.config import load_configuration
from hivemind.models import WorkerSpec
from hivemind.orchestrator import run_session
from hivemind.planning import Request, make_plan
from hivemind.registry import Registry, WorkerEntry
from hivemind.resumption import to_resume
from hivemind.session.folder import SessionFolder

TWENTY = [WorkerSpec(name=f"w{number:02}-worker", role=f"w{number:02}", description="Does it.") for number in range(20)]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIVEMIND_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("HIVEMIND_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def sums(provider: Any, fake: Any) -> Any:
    """What the provider itself counts: every answer uses 3,000 tokens in and 500 out, in two turns a worker."""

    class Sums:
        def __init__(self) -> None:
            self.tokens = self.requests = 0
            self.lock = threading.Lock()
            self.seen: dict[str, int] = {}

    counted = Sums()

    def answer(question: Any) -> Any:
        with counted.lock:
            counted.tokens += 3_500
            counted.requests += 1
            turn = counted.seen[question.worker] = counted.seen.get(question.worker, 0) + 1
        made = fake.result(f"done by {question.worker}") if turn > 1 else fake.call("list_directory", path=".")
        return fake.Answer(calls=made.calls, input_tokens=3_000, output_tokens=500)

    provider.otherwise = answer
    return counted


def go_on(sessions: Any, folder: SessionFolder, *specs: WorkerSpec, **options: Any) -> tuple[str, SessionFolder]:
    """Resume a session as the command does."""
    session = SessionFolder.open(folder.path)
    configuration = load_configuration(sessions.repo, {**sessions.settings, **options}, sessions.environment)
    registry = Registry()
    for spec in specs:
        registry.add(WorkerEntry(spec, "tests", f"tests:{spec.name}"), {})
    _, graph = make_plan(sessions.manager, registry, configuration, session.task, Request())
    plan = session.state.plan
    assert plan is not None
    todo = to_resume(session.state, graph)
    status = asyncio.run(run_session(sessions.manager, configuration, session, plan, graph, todo))
    return status, SessionFolder.open(session.path)


def most(ran: SessionFolder) -> tuple[int, int, int]:
    """The most that was spent and reserved at any moment, by the journal: tokens, nano-dollars, requests."""
    from hivemind.session.journal import read_journal
    from hivemind.session.state import SessionState

    state, tops = SessionState(), [(0, 0, 0)]
    for event in read_journal(ran.layout.journal).events:
        state.apply([event])
        taken = state.ledger.taken()
        tops.append((taken.tokens, taken.nano, taken.requests))
    tokens, nano, requests = zip(*tops, strict=True)
    return max(tokens), max(nano), max(requests)


@pytest.mark.parametrize(
    ("budget", "limit"),
    [
        ({"budget_tokens": 60_000}, (60_000, None, None)),
        ({"budget_usd": 0.03}, (None, 30_000_000, None)),
        ({"budget_requests": 13}, (None, None, 13)),
    ],
)
def test_twenty_parallel_workers_never_exceed_the_ledger(
    openai: Any, sums: Any, budget: dict[str, Any], limit: tuple[int | None, ...]
) -> None:
    ran = openai.run(*TWENTY, max_parallel=20, **budget)
    assert ran.status == "paused"
    state = ran.session.state
    for top, allowed in zip(most(ran.session), limit, strict=True):
        assert allowed is None or top <= allowed
    assert state.usage.requests == sums.requests > 0
    assert state.usage.input_tokens + state.usage.output_tokens == sums.tokens
    assert not state.ledger.open
    standing = {worker.status for worker in state.workers.values()}
    assert standing <= {"completed", "cancelled", "pending"}
    assert "budget" in state.reason

    status, resumed = go_on(
        openai, ran.session, *TWENTY, max_parallel=20, **{name: value * 50 for name, value in budget.items()}
    )
    assert status == "completed"
    assert {worker.status for worker in resumed.state.workers.values()} == {"completed"}
    assert sums.requests == 40, "a request that was answered was made again"
    assert resumed.state.usage.requests == 40


STREAM_THAT_STOPS = (
    'event: message_start\ndata: {"type": "message_start", "message": '
    + json.dumps(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude",
            "content": [],
            "stop_reason": None,
            "usage": {"input_tokens": 3000, "output_tokens": 1},
        }
    )
    + "}\n\n"
)


@pytest.mark.parametrize(
    ("family", "budget"), [("openai", {"budget_tokens": 250_000}), ("anthropic", {"budget_usd": 1.2})]
)
def test_failures_on_the_wire_let_no_request_out_of_the_ledger(
    request: Any, sessions: Any, provider: Any, fake: Any, sums: Any, family: str, budget: dict[str, Any]
) -> None:
    """Twenty workers at once, and every few requests refused, cut off, stopped in the stream or without usage."""
    answer, count, billed = provider.otherwise, itertools.count(1), [0]
    stopped = fake.Raw(STREAM_THAT_STOPS, "text/event-stream") if family == "anthropic" else fake.Cut()

    def unsteady(question: Any) -> Any:
        faults = {0: fake.Error(529 if family == "anthropic" else 503), 3: fake.Cut(), 5: stopped}
        number = next(count)
        if (fault := faults.get(number % 8)) is not None:
            billed[0] += not isinstance(fault, fake.Error)
            return fault
        given = answer(question)
        billed[0] += 1
        return replace(given, usage=number % 7 != 0 or family == "anthropic")

    provider.otherwise = unsteady
    if family == "openai":
        asked = request.getfixturevalue("openai")
    else:
        asked = sessions("sonnet", {"ANTHROPIC_API_KEY": "sk-ant-test-0123456789"}, {"anthropic": provider.url})
    ran = asked.run(*TWENTY, max_parallel=20, retries=20, backoff_s=0.001, **budget)
    assert ran.status in ("paused", "completed")
    tokens, nano, _ = most(ran.session)
    assert tokens <= budget.get("budget_tokens", tokens)
    assert nano <= budget.get("budget_usd", 1.0) * 10**9 or "budget_usd" not in budget
    taken = ran.session.state.ledger.taken()
    assert taken.tokens >= sums.tokens, "less is counted than was answered"
    assert taken.requests == billed[0], "what may have been billed counts, what was refused does not"


def test_the_budget_an_option_gave_holds_on_resume(openai: Any, sums: Any) -> None:
    ran = openai.run(*TWENTY[:4], budget_requests=3)
    assert ran.status == "paused"
    asked = sums.requests
    status, again = go_on(openai, ran.session, *TWENTY[:4])
    assert (status, sums.requests) == ("paused", asked)
    assert again.state.budget == {"budget_requests": 3}


def test_the_output_limit_is_asked_for_and_made_smaller_to_fit(openai: Any, provider: Any, sums: Any) -> None:
    openai.run(TWENTY[0], budget_tokens=10**6)
    assert provider.questions[0].body["max_completion_tokens"] == 8192
    openai.run(TWENTY[0], budget_tokens=15_000, cache=False)
    assert 1024 <= provider.questions[2].body["max_completion_tokens"] < 8192


def test_without_a_budget_no_output_limit_is_asked_for(openai: Any, provider: Any) -> None:
    ran = openai.run()
    assert "max_completion_tokens" not in provider.questions[0].body
    assert not ran.of_type("budget_reserved")


def test_a_warning_is_given_once_at_eighty_percent(openai: Any, sums: Any) -> None:
    ran = openai.run(*TWENTY[:5], budget_requests=10)
    assert ran.status == "completed"
    (warned,) = ran.of_type("budget_warning")
    assert (warned["used"], warned["limit"]) == (8, 10)


def test_cached_input_counts_at_its_own_price(openai: Any, provider: Any, fake: Any) -> None:
    made = fake.result()
    provider.otherwise = lambda _: fake.Answer(
        calls=made.calls, input_tokens=3_000, output_tokens=100, cached_tokens=2_000
    )
    prices = {"gpt-5-mini": {"input": 10.0, "output": 100.0, "cache_read": 1.0}}
    ran = openai.run(budget_usd=5.0, prices=prices)
    assert ran.worker().usage.cost_usd == pytest.approx(0.01 + 0.002 + 0.01)
    assert ran.session.state.ledger.spent.nano == 22_000_000


def test_a_request_that_is_refused_is_not_counted_and_one_that_broke_is(openai: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.Error(500))
    ran = openai.run(budget_tokens=10**6, retries=1)
    assert ran.status == "completed"
    assert ran.session.state.ledger.taken().requests == 1
    provider.say(fake.Cut())
    broken = openai.run(budget_tokens=10**6, retries=1, cache=False)
    assert broken.status == "completed"
    assert broken.session.state.ledger.taken().requests == 2


def test_a_request_that_is_stopped_before_it_leaves_is_not_counted(openai: Any, provider: Any) -> None:
    from hivemind.budget_gate import BudgetGate
    from hivemind.config import Settings
    from hivemind.models import Task

    async def stopped_while_reserving(folder: SessionFolder) -> None:
        gate = BudgetGate(folder, Settings(budget_tokens=10**6, daily_budget_tokens=10**6))
        asking = asyncio.create_task(gate.reserve("w", "openai-chat:gpt-5-mini", 1_000, 100))
        await asyncio.sleep(0)  # the reservation is on its way into the journal
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await folder.journal.settled()
        assert gate.day.taken().tokens == 0

    folder = SessionFolder.create(openai.repo / "sessions", Task(text="x", repo=str(openai.repo)))
    asyncio.run(stopped_while_reserving(folder))
    assert '"type":"budget_reserved"' in folder.layout.journal.read_text(encoding="utf-8")
    read = SessionFolder.open(folder.path).state.ledger
    assert (read.taken().tokens, read.open) == (0, {})


def test_an_answer_without_usage_counts_as_all_that_was_reserved(openai: Any, provider: Any, fake: Any) -> None:
    provider.otherwise = lambda _: fake.result(usage=False)
    ran = openai.run(budget_tokens=10**6)
    (held,) = ran.of_type("budget_reserved")
    assert ran.session.state.ledger.spent.tokens == held["tokens"]


def test_a_worker_has_a_budget_of_its_own(openai: Any, sums: Any) -> None:
    ran = openai.run(TWENTY[0], worker_budget_tokens=12_000)
    assert ran.status == "paused"
    assert ran.worker("w00-worker").last.error_type == "BudgetReachedError"
    assert "--worker-budget-tokens" in ran.worker("w00-worker").last.hint


def test_a_worker_at_its_own_budget_stops_alone_and_goes_on_with_a_larger_one(openai: Any, sums: Any) -> None:
    first, other = TWENTY[:2]
    last = WorkerSpec(name="last-worker", role="last", description="Waits.", requires=("w00",))
    softly = WorkerSpec(name="soft-worker", role="soft", description="Waits.", after=("last",))
    small = first.model_copy(update={"max_requests": 1})
    ran = openai.run(small, other, last, softly, max_parallel=1)
    states = {name: worker.status for name, worker in ran.session.state.workers.items()}
    assert ran.status == "paused"
    assert states == {
        "w00-worker": "cancelled",
        "w01-worker": "completed",
        "last-worker": "pending",
        "soft-worker": "pending",
    }
    assert ran.session.state.reason == "w00-worker used up its 1 model request without an end"
    assert sums.requests == 3
    (warned,) = ran.of_type("budget_warning")
    assert warned["setting"] == "max_requests"
    status, again = go_on(openai, ran.session, small, other, last, softly, worker_budget_requests=2)
    assert (status, sums.requests) == ("completed", 8)
    assert again.state.workers["w00-worker"].usage.requests == 2


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ({"worker_budget_tokens": 16_000}, {"worker_budget_tokens": 10**6}),
        ({"worker_budget_usd": 0.006}, {"worker_budget_usd": 5.0}),
        ({"worker_budget_requests": 1}, {"worker_budget_requests": 2}),
    ],
)
def test_each_workers_budget_is_counted_by_itself(
    openai: Any, sums: Any, small: dict[str, Any], large: dict[str, Any]
) -> None:
    """Four workers at once reach their own budgets after one turn each, however much the others have used."""
    ran = openai.run(*TWENTY[:4], **small)
    assert ran.status == "paused"
    assert {worker.status for worker in ran.session.state.workers.values()} == {"cancelled"}
    assert sums.seen == {f"w{number:02}-worker": 1 for number in range(4)}
    assert next(iter(small)).replace("_", "-").replace("budget-requests", "max-requests") in ran.error("w00-worker") + (
        ran.worker("w00-worker").last.hint
    )
    status, _ = go_on(openai, ran.session, *TWENTY[:4])
    assert (status, sums.requests) == ("paused", 4), "the limits that an option gave hold on resume"
    status, _ = go_on(openai, ran.session, *TWENTY[:4], **large)
    assert (status, sums.requests) == ("completed", 8)


def test_the_day_has_a_budget_over_all_sessions(openai: Any, sums: Any) -> None:
    first = openai.run(TWENTY[0], daily_budget_tokens=20_000, cache=False)
    assert first.status == "completed"
    second = openai.run(TWENTY[1], daily_budget_tokens=20_000, cache=False)
    assert second.status == "paused"
    assert "tomorrow" in second.worker("w01-worker").last.hint
    third = openai.run(TWENTY[2], daily_budget_tokens=10**6, cache=False)
    assert third.status == "completed"


def test_a_model_of_unknown_price_is_not_asked_under_a_budget_in_dollars(openai: Any, provider: Any) -> None:
    ran = openai.run(model="openai-chat:nobody-knows", budget_usd=1.0)
    assert ran.status == "failed"
    assert "price" in ran.error()
    assert not provider.questions
