"""What is left to do on resume, retry and a run again: by name, never by position, and only what has to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hivemind.errors import BudgetReachedError, TransientError
from hivemind.events import WorkerCompleted, WorkerFailed, WorkerFinishedDetails, WorkerStarted, WorkerStartedDetails
from hivemind.graph import WorkerGraph, graph_of_plan
from hivemind.models import SUCCEEDED, Check, Edge, WorkerSpec
from hivemind.registry import WorkerEntry
from hivemind.resumption import goes_on, statuses, to_rerun, to_resume, to_retry
from hivemind.session.state import SessionState

STATUSES = ("pending", "running", "completed", "cached", "failed", "unverified", "blocked", "skipped", "cancelled")


def graph_of(edges: list[tuple[str, str, str]], names: str = "", checks: tuple[Check, ...] = ()) -> WorkerGraph:
    every = sorted({*names.split(), *(end for before, after, _ in edges for end in (before, after))})
    known = {check.name for check in checks}
    entries = {
        name: WorkerEntry(WorkerSpec(name=name, role=name, description=name), "p", "s")
        for name in every
        if name not in known
    }
    made = [Edge.model_validate({"before": before, "after": after, "kind": kind}) for before, after, kind in edges]
    return graph_of_plan(entries, made, checks)


def ended(state: SessionState, name: str, status: str, error: type[Exception] | None = None) -> None:
    """Let a worker come to a status by the events that lead there."""
    if status == "pending":
        state.worker(name)
        return
    state.apply([WorkerStarted(agent=name, details=WorkerStartedDetails(role=name))])
    if status == "running":
        return
    details = WorkerFinishedDetails.model_validate(
        {"status": status, "error_type": error.__name__ if error is not None else ""}
    )
    kind = {"completed": "completed", "cached": "completed"}.get(status, status)
    made: Any = WorkerCompleted if kind == "completed" else WorkerFailed
    state.apply([made.model_validate({"type": f"worker_{kind}", "agent": name, "details": details})])


def state_of(**standing: str) -> SessionState:
    state = SessionState()
    for name, status in standing.items():
        ended(state, name, status)
    return state


CHAIN = graph_of([("a", "b", "requires"), ("b", "c", "after"), ("a", "d", "after")])


def test_a_worker_that_the_session_has_not_seen_is_pending_and_others_are_no_matter() -> None:
    state = state_of(a="completed", elsewhere="failed")
    assert statuses(state, CHAIN) == {"a": "completed", "b": "pending", "c": "pending", "d": "pending"}
    assert to_resume(state, CHAIN) == {"b", "c", "d"}


@pytest.mark.parametrize("status", ["pending", "running", "cancelled"])
def test_resume_takes_what_has_not_ended(status: str) -> None:
    state = state_of(a="completed", b=status, c="completed", d="cached")
    assert to_resume(state, CHAIN) == {"b"}, "what came after it and has ended stays as it is"


@pytest.mark.parametrize("status", ["completed", "cached", "failed", "unverified"])
def test_resume_leaves_alone_what_has_ended(status: str) -> None:
    assert to_resume(state_of(a=status, b="blocked", c="skipped", d="completed"), CHAIN) == set()


def test_resume_takes_what_was_held_back_only_by_what_had_not_ended() -> None:
    held = state_of(a="cancelled", b="blocked", c="blocked", d="completed")
    assert to_resume(held, CHAIN) == {"a", "b", "c"}
    by_failure = state_of(a="failed", b="blocked", c="blocked", d="cancelled")
    assert to_resume(by_failure, CHAIN) == {"d"}


def test_retry_takes_what_went_wrong_and_all_that_depends_on_it() -> None:
    state = state_of(a="completed", b="unverified", c="completed", d="completed")
    assert to_retry(state, CHAIN) == {"b", "c"}
    assert to_retry(state_of(a="failed", b="blocked", c="completed", d="cached"), CHAIN) == {"a", "b", "c", "d"}
    assert to_retry(state_of(a="completed", b="completed", c="completed", d="completed"), CHAIN) == set()


def test_retry_of_chosen_ones_takes_along_what_they_require_and_has_not_succeeded() -> None:
    state = state_of(a="failed", b="completed", c="completed", d="completed")
    assert to_retry(state, CHAIN, ["c"]) == {"c"}
    assert to_retry(state, CHAIN, ["b"]) == {"a", "b", "c", "d"}, "b requires a, which failed"
    assert to_retry(state_of(a="completed", b="failed", c="failed", d="failed"), CHAIN, ["d"]) == {"d"}
    assert to_retry(state, CHAIN, []) == set()


def test_retry_of_a_chosen_one_goes_down_a_chain_of_what_did_not_succeed() -> None:
    """What is required by what is required: a worker must not be run only to be blocked again."""
    graph = graph_of([("a", "b", "requires"), ("b", "c", "requires"), ("x", "c", "requires")])
    state = state_of(a="failed", b="blocked", c="blocked", x="completed")
    assert to_retry(state, graph, ["c"]) == {"a", "b", "c"}


def test_checks_follow_their_sides() -> None:
    check = Check(name="check:a:b", left="a", right="b")
    graph = graph_of([("a", check.name, "aligns_with"), ("b", check.name, "aligns_with")], checks=(check,))
    state = state_of(a="completed", b="cancelled", **{check.name: "skipped"})
    assert to_resume(state, graph) == {"b", check.name}
    assert to_retry(state_of(a="completed", b="completed", **{check.name: "completed"}), graph, ["a"]) == {
        "a",
        check.name,
    }


def test_a_run_again_takes_what_was_chosen_and_what_depends_on_it() -> None:
    assert to_rerun(CHAIN, ["b"]) == {"b", "c"}
    assert to_rerun(CHAIN, []) == set()


@pytest.mark.parametrize(
    ("status", "error", "on"),
    [
        ("pending", None, False),
        ("running", None, True),
        ("cancelled", None, True),
        ("completed", None, False),
        ("cached", None, False),
        ("unverified", None, False),
        ("failed", None, False),
        ("failed", ValueError, False),
        ("failed", TransientError, True),
        ("cancelled", BudgetReachedError, True),
        ("failed", BudgetReachedError, True),
    ],
)
def test_answers_are_used_again_where_they_are_still_good(status: str, error: type[Exception] | None, on: bool) -> None:
    state = SessionState()
    ended(state, "a", status, error)
    assert goes_on(state, "a") is on
    assert goes_on(state, "unknown") is False


@st.composite
def standings(draw: st.DrawFn) -> tuple[WorkerGraph, SessionState]:
    names = [f"w{number}" for number in range(draw(st.integers(1, 7)))]
    pairs = [(before, after) for at, before in enumerate(names) for after in names[at + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    edges = [(*pair, draw(st.sampled_from(("requires", "after")))) for pair in chosen]
    return graph_of(edges, " ".join(names)), state_of(**{name: draw(st.sampled_from(STATUSES)) for name in names})


@given(standings(), st.data())
@settings(max_examples=200, deadline=None)
def test_nothing_that_succeeded_runs_on_resume_and_nothing_is_run_to_be_blocked(
    made: tuple[WorkerGraph, SessionState], data: st.DataObject
) -> None:
    graph, state = made
    standing = statuses(state, graph)
    todo = to_resume(state, graph)
    assert not {name for name in todo if standing[name] in (*SUCCEEDED, "failed", "unverified")}
    assert {name for name in standing if standing[name] in ("pending", "running", "cancelled")} <= todo
    chosen = data.draw(st.sets(st.sampled_from(sorted(standing))))
    for left in (to_retry(state, graph), to_retry(state, graph, chosen)):
        for name in left:
            required = [edge.before for edge in graph.predecessors(name) if edge.kind == "requires"]
            assert all(one in left or standing[one] in SUCCEEDED for one in required), "it would only be blocked"
            assert graph.descendants(name) <= left
