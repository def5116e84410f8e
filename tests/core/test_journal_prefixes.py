"""Any prefix of any journal, of events of every type, cut at any byte, reads as a state that the session really had."""

from __future__ import annotations

import copy
import types
import typing
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from hivemind import events as every_event
from hivemind.errors import SessionCorruptError
from hivemind.events import Event, OtherEvent, PlanResolved, SessionCreated, WorkerCompleted, WorkerStarted
from hivemind.models import Check, Edge, Plan, PlannedWorker, Task, WorkerSpec
from hivemind.session.folder import SessionFolder
from hivemind.session.journal import read_journal
from hivemind.session.salvage import salvage
from hivemind.session.snapshot import session_snapshot
from hivemind.session.state import SessionState

NAMES = st.sampled_from(["a", "b", "check:a:b", "ü-worker", "hivemind"])
TIMES = st.sampled_from(["2026-11-23T23:59:59.999Z", "2026-11-24T00:00:00.000Z", "2026-11-24T10:40:00.001Z"])
TASK = Task(text="Do it", repo="/r")
WORDS = st.text(max_size=12)


def planned(name: str) -> PlannedWorker:
    spec = WorkerSpec(name=name, role=name, description="d")
    return PlannedWorker(spec=spec, plugin="p", source="s", model="embedded", model_origin="o", reason="r", code="c")


def plan_of(*names: str) -> Plan:
    check = Check(name="check:a:b", left="a", right="b")
    both = {"a", "b"} <= set(names)
    return Plan(
        task=TASK,
        workers=tuple(map(planned, names)),
        edges=(Edge(before="a", after="b"),) if both else (),
        checks=(check,) if both else (),
    )


PLANS = st.sampled_from([plan_of("a"), plan_of("a", "b"), plan_of("b", "c")])
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: WORDS,
    int: st.integers(0, 2**40),
    float: st.floats(0, 1e9, allow_nan=False),
    bool: st.booleans(),
    Any: st.one_of(st.none(), st.integers(), WORDS, st.lists(WORDS, max_size=2)),
    type(None): st.none(),
    Plan: PLANS,
    Task: st.just(TASK),
}


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return values_of(inner[0])
    if origin is typing.Literal:
        return st.sampled_from(inner)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values_of, inner))
    if origin is tuple:
        return st.lists(values_of(inner[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(WORDS, values_of(inner[1]), max_size=2)
    assert isinstance(annotation, type), f"what are values of {annotation!r}?"
    assert issubclass(annotation, BaseModel), f"what are values of {annotation!r}?"
    return model_of(annotation)


def model_of(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Instances of a model with every field set."""
    fields = {name: values_of(field.annotation) for name, field in model.model_fields.items()}
    return st.builds(model, **fields)


def event_of(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Events of one type, whoever speaks and whenever."""
    fields = {name: values_of(field.annotation) for name, field in model.model_fields.items()}
    return st.builds(model, **(fields | {"seq": st.just(0), "timestamp": TIMES, "agent": NAMES}))


KNOWN = tuple(one for one in get_args(every_event.Event) if one is not OtherEvent)
OTHERS = st.builds(
    OtherEvent,
    type=st.sampled_from(["worker_dreamt", "session_sang"]),
    agent=NAMES,
    timestamp=TIMES,
    details=st.just({"x": 1}),
)
EVENTS = st.one_of(OTHERS, *(event_of(one) for one in KNOWN if one is not SessionCreated))


def states_of(path: Path, commits: list[list[Event]]) -> tuple[SessionFolder, list[SessionState]]:
    """A session on disk, and its state after each of its events, as who wrote it saw it."""
    folder = SessionFolder.create(path, TASK, plan_of("a", "b"))
    states: list[SessionState] = []
    replayed = SessionState()
    for event in read_journal(folder.layout.journal).events:
        replayed.apply([event])
        states.append(copy.deepcopy(replayed))
    for commit in commits:
        before = len(states)
        for event in folder.commit(*commit):
            replayed.apply([event])
            states.append(copy.deepcopy(replayed))
        assert states[-1] == folder.state
        assert len(states) == before + len(commit)
    folder.close()
    return folder, states


@given(commits=st.lists(st.lists(EVENTS, min_size=1, max_size=4), max_size=6), data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_prefix_is_a_state_that_was(
    tmp_path_factory: pytest.TempPathFactory, commits: list[list[Event]], data: st.DataObject
) -> None:
    folder, states = states_of(tmp_path_factory.mktemp("prefix"), commits)
    whole = folder.layout.journal.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == 10]
    assert len(ends) == len(states)
    cuts = {*ends, *data.draw(st.lists(st.integers(0, len(whole)), min_size=4, max_size=8))}
    for cut in sorted(cuts):
        folder.layout.journal.write_bytes(whole[:cut])
        kept = sum(end <= cut for end in ends)
        if not kept:
            with pytest.raises(SessionCorruptError, match="was cut off before it began"):
                SessionFolder.open(folder.path)
            continue
        read = SessionFolder.open(folder.path)
        assert read.state == states[kept - 1]
        assert session_snapshot(read.state) == session_snapshot(states[kept - 1])
        assert salvage(folder.layout.journal).kept == kept
        assert SessionFolder.open(folder.path).state == read.state, "a repair changes nothing that was whole"


@given(commits=st.lists(st.lists(EVENTS, min_size=1, max_size=3), max_size=4), data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_who_goes_on_from_any_prefix_leaves_no_gap_and_loses_nothing_that_was_whole(
    tmp_path_factory: pytest.TempPathFactory, commits: list[list[Event]], data: st.DataObject
) -> None:
    folder, states = states_of(tmp_path_factory.mktemp("on"), commits)
    whole = folder.layout.journal.read_bytes()
    first = whole.index(b"\n") + 1
    cut = data.draw(st.integers(first, len(whole)))
    folder.layout.journal.write_bytes(whole[:cut])
    again = SessionFolder.open(folder.path)
    kept = again.state.seq
    (added,) = again.commit(WorkerStarted(agent="a"))
    again.close()
    assert added.seq == kept + 1
    lines = folder.layout.journal.read_bytes().splitlines(keepends=True)
    assert b"".join(lines[:kept]) == b"".join(whole.splitlines(keepends=True)[:kept])
    expected = copy.deepcopy(states[kept - 1])
    expected.apply([added])
    assert SessionFolder.open(folder.path).state == expected == again.state


def test_every_type_of_event_is_among_them() -> None:
    kinds = {name for one in KNOWN for name in get_args(one.model_fields["type"].annotation)}
    assert {"tool_started", "tool_finished", "budget_reserved", "worker_published", "session_created"} <= kinds
    assert {PlanResolved, WorkerCompleted} <= set(KNOWN)
