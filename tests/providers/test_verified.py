"""A model's result that does not hold goes back to it; a contract that does not fit is mended once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hivemind import CallContract, EndpointContract, WorkerOutput, WorkerSpec, hookimpl

BAD = {"files": [{"path": "app/orders.py", "content": "def broken(:\n"}]}
GOOD = {"files": [{"path": "app/orders.py", "content": "def orders():\n    return []\n"}]}


def test_a_result_that_does_not_parse_goes_back_with_the_exact_message(openai: Any, provider: Any, fake: Any) -> None:
    provider.say(fake.result("first", **BAD), fake.result("second", **GOOD))
    ran = openai.run()
    assert ran.status == "completed"
    assert ran.worker().last.summary == "second"
    first, second = provider.questions
    assert "a generated file does not parse as python: invalid syntax" in second.text
    assert "def broken(:" in second.text, "the model sees its own result again"
    assert first.body["messages"] == second.body["messages"][: len(first.body["messages"])]
    (again,) = [one for one in ran.of_type("worker_progress") if "verification_retry" in one]
    assert (again["verification_retry"], again["findings"][0]["location"]) == (1, "app/orders.py")
    assert ran.worker().usage.requests == 2


def test_a_result_that_never_holds_is_unverified_and_its_dependants_do_not_run(
    openai: Any, provider: Any, fake: Any
) -> None:
    provider.otherwise = lambda _: fake.result("never right", **BAD)
    solo = WorkerSpec(name="solo-worker", role="solo", description="Does it.")
    hard = WorkerSpec(name="hard", role="hard", description="Needs it.", requires=("solo-worker",))
    soft = WorkerSpec(name="soft", role="soft", description="Likes it.", after=("solo-worker",))
    ran = openai.run(solo, hard, soft, verify_retries=2)
    assert ran.status == "failed"
    assert len(provider.asked("solo-worker")) == 3
    assert (ran.worker().status, ran.worker("hard").status) == ("unverified", "blocked")
    assert len(provider.asked("soft")) == 3, "a soft dependant runs"
    assert provider.asked("hard") == []
    assert "does not parse as python" in ran.error()
    assert ran.worker().output["summary"] == "never right", "what was paid for is kept"


def test_no_retry_where_none_is_allowed(openai: Any, provider: Any, fake: Any) -> None:
    provider.otherwise = lambda _: fake.result("never right", **BAD)
    assert openai.run(verify_retries=0).worker().status == "unverified"
    assert len(provider.questions) == 1


def test_retries_count_against_the_request_limit(openai: Any, provider: Any, fake: Any) -> None:
    provider.otherwise = lambda _: fake.result("never right", **BAD)
    ran = openai.run(verify_retries=10, max_requests=3)
    assert len(provider.questions) == 3
    assert (ran.status, ran.worker().status) == ("paused", "cancelled")
    assert ran.worker().usage.requests == 3
    assert "used up its 3 model requests" in ran.error()


def test_places_that_a_model_invents_go_back_to_it(openai: Any, provider: Any, fake: Any) -> None:
    (openai.repo / "a.py").write_text("x = 1\n")

    def finding(place: str) -> dict[str, Any]:
        return {"findings": [{"id": "X-1", "severity": "low", "title": "t", "location": place}]}

    provider.say(fake.result("first", **finding("a.py:7")), fake.result("second", **finding("a.py:1")))
    ran = openai.run()
    assert ran.status == "completed"
    assert "X-1 names a.py:7, and the file has 1 line" in provider.questions[1].text
    assert "1 lines" not in provider.questions[1].text


def test_sql_goes_back_without_marks_for_a_terminal(openai: Any, provider: Any, fake: Any) -> None:
    wrong = {"files": [{"path": "m/1.sql", "content": "CREAT TABLE x (id int);"}]}
    provider.say(fake.result("first", **wrong), fake.result("second"))
    ran = openai.run()
    assert ran.status == "completed"
    assert "does not parse as sql" in provider.questions[1].text
    assert "CREAT TABLE x (id int)" in provider.questions[1].text
    assert "\\u001b" not in provider.questions[1].text


class Own:
    """A plugin that executes by itself and has a check of its own."""

    SPEC = WorkerSpec(name="own", role="own", description="Its own.")

    @hookimpl
    def hivemind_execute(self, worker: WorkerSpec, runtime: Any) -> Any:
        from pydantic_ai import Agent

        return (
            runtime.run(Agent(output_type=WorkerOutput), "You are own, the own one.") if worker.name == "own" else None
        )

    @hookimpl
    def hivemind_verify(self, output: WorkerOutput) -> list[dict[str, str]]:
        wrong = {"id": "O-1", "severity": "high", "title": "too short", "detail": f"{output.summary!r} says nothing"}
        return [wrong] if len(output.summary) < 5 else []


def test_it_holds_for_plugins_that_execute_by_themselves(openai: Any, provider: Any, fake: Any) -> None:
    openai.manager.register(Own(), "own-plugin")
    provider.say(fake.result("no"), fake.result("long enough"))
    ran = openai.run(Own.SPEC)
    assert ran.status == "completed"
    assert "too short: 'no' says nothing" in provider.questions[1].text


# -- the round that mends a contract -----------------------------------------------------------------------------------


class Backend(WorkerOutput):
    """What the backend of these tests hands over."""

    endpoints: tuple[str, ...] = ()

    def offered_endpoints(self) -> tuple[EndpointContract, ...]:
        return tuple(EndpointContract(method=one.split()[0], path=one.split()[1]) for one in self.endpoints)


class Frontend(WorkerOutput):
    """What the frontend of these tests hands over."""

    calls: tuple[str, ...] = ()

    def planned_calls(self) -> tuple[CallContract, ...]:
        return tuple(CallContract(method=one.split()[0], path=one.split()[1]) for one in self.calls)


def sides(monkeypatch: pytest.MonkeyPatch, **more: Any) -> list[WorkerSpec]:
    import sys

    monkeypatch.setitem(sys.modules, "contract_sides", sys.modules[__name__])
    back = WorkerSpec(
        name="back",
        role="back",
        description="Offers.",
        aligns_with=("front",),
        output_type="contract_sides:Backend",
    )
    front = WorkerSpec(
        name="front", role="front", description="Calls.", after=("back",), output_type="contract_sides:Frontend", **more
    )
    return [back, front]


def alignment(ran: Any) -> dict[str, Any]:
    (path,) = (ran.session.path / "workers/json").glob("alignment-*.json")
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def kinds(ran: Any) -> list[str]:
    return [one["kind"] for one in alignment(ran)["matches"]]


def test_one_round_mends_the_contract(openai: Any, provider: Any, fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.say(fake.result("offers", endpoints=["GET /orders"]), to="back")
    stale = {"path": "old.js", "content": "const a = 1;\n"}
    provider.say(
        fake.result("first", calls=["GET /order", "POST /orders"], files=[stale]),
        fake.result("broken", calls=["GET /orders"], files=[{"path": "new.js", "content": "const = ;"}]),
        fake.result("mended", calls=["GET /orders"], files=[{"path": "new.js", "content": "const b = 1;\n"}]),
        to="front",
    )
    ran = openai.run(*sides(monkeypatch))
    assert ran.status == "completed"
    first, second, third = provider.asked("front")
    assert "missing: GET /order: no endpoint has this path" in second.text
    assert "method mismatch: POST /orders (offered: GET /orders)" in second.text
    assert "back offers: GET /orders" in second.text
    assert second.body["messages"][: len(first.body["messages"])] == first.body["messages"]
    assert "does not parse as javascript" in third.text, "a revised result is verified like any other"
    ends = ran.of_type("worker_completed", "front")
    assert [(one["summary"], one["attempts"], one["revised"] != "") for one in ends] == [
        ("first", 1, False),
        ("mended", 2, True),
    ]
    assert ran.worker("front").usage.requests == 3
    assert kinds(ran) == ["matched"]
    assert alignment(ran)["revision"] == "front was asked once to mend it and gave a new result"
    folder = ran.session.path / "workers"
    assert json.loads((folder / "json/front.json").read_text())["summary"] == "mended"
    assert [path.name for path in (folder / "files/front").iterdir()] == ["new.js"]
    report = (ran.session.path / "REPORT.md").read_text()
    assert "front was asked once to mend it" in report
    assert "mended" in (folder / "notes").joinpath("front_implementation.md").read_text()


def test_a_round_that_mends_nothing_is_not_repeated(
    openai: Any, provider: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.say(fake.result("offers", endpoints=["GET /orders"]), to="back")
    provider.otherwise = lambda _: fake.result("stubborn", calls=["GET /order"])
    ran = openai.run(*sides(monkeypatch))
    assert len(provider.asked("front")) == 2
    assert kinds(ran) == ["missing", "unused"]
    assert [one["severity"] for one in alignment(ran)["findings"]] == ["high", "info"]
    assert "no endpoint answers GET /order" in (ran.session.path / "REPORT.md").read_text()


@pytest.mark.parametrize(("budget", "asked"), [(2, 1), (3, 2)])
def test_a_round_counts_in_the_sessions_budget(
    openai: Any, provider: Any, fake: Any, monkeypatch: pytest.MonkeyPatch, budget: int, asked: int
) -> None:
    provider.say(fake.result("offers", endpoints=["GET /orders"]), to="back")
    provider.say(fake.result("first", calls=["GET /order"]), fake.result("mended", calls=["GET /orders"]), to="front")
    ran = openai.run(*sides(monkeypatch), budget_requests=budget)
    assert ran.status == "completed"
    assert len(provider.asked("front")) == asked
    assert ran.session.state.ledger.spent.requests == ran.session.state.usage.requests == budget
    assert ran.worker("front").last.summary == ("mended" if asked == 2 else "first")
    assert ("budget of 2 requests per session is reached" in alignment(ran)["revision"]) is (asked == 1)


def test_a_revised_result_that_is_not_verified_does_not_take_the_place_of_one_that_is(
    openai: Any, provider: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.say(fake.result("offers", endpoints=["GET /orders"]), to="back")
    provider.say(fake.result("first", calls=["GET /order"]), to="front")
    provider.otherwise = lambda _: fake.result("worse", calls=["GET /orders"], **BAD)
    ran = openai.run(*sides(monkeypatch), verify_retries=1)
    assert ran.status == "completed"
    assert len(provider.asked("front")) == 3
    assert ran.worker("front").last.summary == "first"
    assert "its result from before stays: not verified" in alignment(ran)["revision"]
    assert json.loads((ran.session.path / "workers/json/front.json").read_text())["summary"] == "first"


BY_RULE = {"model": None, "models": {"front": "embedded", "back": "openai-chat:gpt-5-mini"}}


@pytest.mark.parametrize("settings", [{"revision_rounds": 0}, BY_RULE])
def test_no_round_where_it_is_switched_off_or_no_model_was_asked(
    openai: Any, provider: Any, fake: Any, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    provider.say(fake.result("offers", endpoints=["GET /orders"]), to="back")
    provider.otherwise = lambda _: fake.result("first", calls=["GET /order"])
    ran = openai.run(*sides(monkeypatch, rules="contract_sides:by_rule"), **settings)
    assert len(provider.asked("front")) == (0 if "models" in settings else 1)
    assert kinds(ran) == ["missing", "unused"]
    assert alignment(ran)["revision"] == ""


def by_rule(task: Any, context: Any) -> Frontend:
    """Rules that know no better."""
    return Frontend(summary="by rule", calls=("GET /order",))


def test_what_fits_only_in_part_is_no_reason_to_ask_again(
    openai: Any, provider: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.say(fake.result("offers", endpoints=["GET /api/v1/orders/{id}"]), to="back")
    provider.say(fake.result("first", calls=["GET /orders/{id}"]), to="front")
    ran = openai.run(*sides(monkeypatch))
    assert len(provider.asked("front")) == 1
    assert [(one["kind"], one["possible"]) for one in alignment(ran)["matches"]] == [("matched", True)]
