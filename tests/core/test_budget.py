"""The ledger: whatever happens in whatever order, what is spent and reserved stays within the limits."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hivemind.budget import Amount, Ledger, Limits, nano_up
from hivemind.day_spending import DaySpending, utc_day
from hivemind.events import BudgetReleased, BudgetReserved
from hivemind.models import Task, Usage
from hivemind.prices import Price, bound_usd, configured, unpriced
from hivemind.session.folder import SessionFolder
from hivemind.session.journal import read_journal
from hivemind.session.state import SessionState

amounts = st.builds(Amount, st.integers(0, 60), st.integers(0, 60), st.integers(0, 3))
limits = st.builds(
    Limits, st.none() | st.integers(0, 200), st.none() | st.integers(0, 200), st.none() | st.integers(0, 10)
)
steps = st.lists(
    st.tuples(st.sampled_from(("reserve", "settle", "release")), st.integers(0, 7), st.sampled_from("ab"), amounts),
    max_size=60,
)


@given(limits, steps)
def test_no_interleaving_goes_beyond_a_limit(limit: Limits, done: list[tuple[str, int, str, Amount]]) -> None:
    ledger = Ledger()
    for kind, number, worker, amount in done:
        key = str(number)
        if kind == "reserve":
            fits = key not in ledger.open and limit.over(ledger.taken() + amount) is None
            assert ledger.try_reserve(key, worker, amount, limit) is fits
        elif key in ledger.open and kind == "settle":
            who, held = ledger.open[key]
            used = Amount(
                min(held.tokens, amount.tokens), min(held.nano, amount.nano), min(held.requests, amount.requests)
            )
            ledger.settle(key, who, used)
        elif kind == "release":
            ledger.release(key)
        assert limit.over(ledger.taken()) is None
        assert sum((held for _, held in ledger.open.values()), Amount()) == ledger.reserved
        assert ledger.taken("a") + ledger.taken("b") == ledger.taken()


@given(st.lists(st.integers(0, 10**7), max_size=30))
def test_money_adds_up_exactly_whatever_the_order(parts: list[int]) -> None:
    usages = [Usage(cost_usd=part / 10**7, requests=1) for part in parts]
    assert sum(Amount.of(one).nano for one in usages) == sum(parts) * 100


def test_a_configured_price_counts_cache_reads_and_writes_at_their_own() -> None:
    price = Price(input=2.0, output=10.0, cache_read=0.2, cache_write=2.5)
    used = Usage(input_tokens=1_000_000, cache_read_tokens=400_000, cache_write_tokens=100_000, output_tokens=10_000)
    assert float(price.cost(used)) == pytest.approx(0.5 * 2.0 + 0.4 * 0.2 + 0.1 * 2.5 + 0.01 * 10)
    assert price.cost(used) <= price.bound(1_000_000, 10_000)


@pytest.mark.parametrize("name", ["openai-chat:own", "own"])
def test_a_price_is_found_by_the_models_full_or_bare_name(name: str) -> None:
    assert configured("openai-chat:own", {name: Price(input=1, output=1)}) is not None
    assert configured("openai-chat:other", {name: Price(input=1, output=1)}) is None


def test_a_price_is_found_by_an_alias() -> None:
    assert configured("google:g", {"google-gla:g": Price(input=1, output=1)}) is not None


def test_published_prices_bound_cached_input_too() -> None:
    from genai_prices import Usage as Counted
    from genai_prices import calc_price

    written = calc_price(
        Counted(input_tokens=5000, cache_write_tokens=5000, output_tokens=100),
        "claude-sonnet-4-5",
        provider_id="anthropic",
    )
    bound = bound_usd("anthropic:claude-sonnet-4-5", {}, 5000, 100)
    assert bound is not None
    assert bound >= written.total_price
    assert unpriced(["openai-chat:gpt-5-mini", "openai-chat:nobody-knows", "embedded"], {}) == [
        "openai-chat:nobody-knows"
    ]


def test_processes_share_the_days_spending(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from hivemind.budget import Amount, Limits\n"
        "from hivemind.day_spending import DaySpending\n"
        "day = DaySpending(Path(sys.argv[1]))\n"
        "got = 0\n"
        "for n in range(40):\n"
        "    if day.try_reserve(f'{sys.argv[2]}-{n}', 's', Amount(10, 0, 1), Limits(tokens=500)):\n"
        "        got += 1\n"
        "        if n % 2: day.settle(f'{sys.argv[2]}-{n}', 's', Amount(10, 0, 1))\n"
        "print(got)\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name], stdout=subprocess.PIPE, text=True)
        for name in "xyz"
    ]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == 50
    assert DaySpending(tmp_path).taken() == Amount(500, 0, 50)


ASKER = """
import asyncio, sys
from pathlib import Path
from hivemind.budget_gate import BudgetGate
from hivemind.config import Settings
from hivemind.errors import BudgetReachedError
from hivemind.events import ModelResponded, ModelRespondedDetails
from hivemind.models import Usage
from hivemind.session.folder import SessionFolder

async def ask(worker):
    folder = SessionFolder.open(Path(sys.argv[1]))
    gate = BudgetGate(folder, Settings(budget_tokens=60_000))
    used = Usage(input_tokens=1_000, output_tokens=500, requests=1)
    while True:
        try:
            held = await gate.reserve(worker, "m", 2_000, 4_000)
        except BudgetReachedError:
            return
        details = ModelRespondedDetails(model="m", usage=used, reservation=held.key)
        await folder.record(ModelResponded(agent=worker, details=details))
        await gate.settled(worker, "m", held, gate.actual(held, used, measured=True))

asyncio.run(ask(sys.argv[2]))
"""


def test_processes_of_one_session_can_not_exceed_its_budget_together(tmp_path: Path) -> None:
    folder = SessionFolder.create(tmp_path, Task(text="x", repo=str(tmp_path)))
    running = [subprocess.Popen([sys.executable, "-c", ASKER, str(folder.path), name]) for name in "abc"]
    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    events = read_journal(folder.layout.journal).events
    # One that finds too much in the journal when its own reservation is there takes it back: nothing has left then.
    taken_back = {event.details.reservation for event in events if isinstance(event, BudgetReleased)}
    state = SessionState()
    for event in events:
        if isinstance(event, BudgetReserved) and event.details.reservation in taken_back:
            continue
        state.apply([event])
        assert state.ledger.taken().tokens <= 60_000
    assert state.ledger.reserved == Amount()
    # They stop where not even a short answer fits beside what the others have reserved at that moment.
    assert 60_000 - 3_100 - 2 * 6_001 < state.ledger.spent.tokens <= 60_000


def test_a_day_begins_anew_at_midnight_for_every_process(tmp_path: Path) -> None:
    clock = ["2026-11-24"]
    one, other = (DaySpending(tmp_path, lambda: clock[0]) for _ in range(2))
    limit = Limits(tokens=100)
    assert one.try_reserve("late", "s", Amount(90, 0, 1), limit)
    assert not other.try_reserve("more", "s", Amount(20, 0, 1), limit)
    clock[0] = "2026-11-25"
    assert other.taken() == Amount()
    assert other.try_reserve("early", "s", Amount(50, 0, 1), limit)
    one.settle("late", "s", Amount(40, 0, 1))  # begun before midnight, answered after it
    assert one.taken() == other.taken() == Amount(90, 0, 2)
    assert not one.try_reserve("more", "s", Amount(20, 0, 1), limit)
    clock[0] = "2026-11-24"  # a clock that is set back
    assert one.taken() == DaySpending(tmp_path, lambda: clock[0]).taken() == Amount(90, 0, 1)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_the_day_is_the_same_in_every_time_zone(tmp_path: Path, zone: str) -> None:
    script = "from hivemind.day_spending import utc_day; print(utc_day())"
    said = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"TZ": zone}, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() in (utc_day(), (datetime.now(UTC) - timedelta(minutes=5)).date().isoformat())


def test_a_line_that_a_dead_writer_left_unfinished_is_passed_over(tmp_path: Path) -> None:
    day = DaySpending(tmp_path)
    assert day.try_reserve("a", "s", Amount(10, 5, 1), Limits(tokens=100))
    (file,) = (tmp_path / "spending").glob("*.jsonl")
    with file.open("a", encoding="utf-8") as handle:
        handle.write('{"kind":"reserve","key":"b","tok')
    day.settle("a", "s", Amount(3, 2, 1))
    assert DaySpending(tmp_path).taken() == day.taken() == Amount(3, 2, 1)


def test_dollars_are_rounded_up() -> None:
    assert nano_up(0.0001) == 100_000
    assert nano_up(1e-10) == 1
