"""The journal: a cut at any byte reads as a state that was there, `seq` has no gap, errors are clear."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hivemind.errors import SessionCorruptError, SessionUnwritableError
from hivemind.events import (
    Event,
    OtherEvent,
    SessionCreated,
    SessionCreatedDetails,
    SessionFinished,
    SessionFinishedDetails,
    SessionStarted,
    SessionStartedDetails,
    WorkerCompleted,
    WorkerFailed,
    WorkerFinishedDetails,
    WorkerProgress,
    WorkerProgressDetails,
    WorkerStarted,
)
from hivemind.models import Task
from hivemind.session.journal import Journal, read_journal
from hivemind.session.redaction import Redactor
from hivemind.session.state import SessionState


def journal(path: Path, foreign: list[Event] | None = None) -> Journal:
    return Journal(path, Redactor({}), (foreign if foreign is not None else []).extend)


def said(message: str) -> WorkerProgress:
    return WorkerProgress(agent="w", details=WorkerProgressDetails(message=message))


NAMES = st.sampled_from(["a-worker", "b-worker", "ü"])
EVENTS = st.one_of(
    st.builds(lambda name: WorkerStarted(agent=name), NAMES),
    st.builds(
        lambda name, output: WorkerCompleted(
            agent=name, details=WorkerFinishedDetails(status="completed", output={"summary": output})
        ),
        NAMES,
        st.text(max_size=20),
    ),
    st.builds(
        lambda name, status: WorkerFailed.model_validate(
            {"type": f"worker_{status}", "agent": name, "details": {"status": status}}
        ),
        NAMES,
        st.sampled_from(["failed", "blocked", "cancelled"]),
    ),
    st.builds(said, st.text(max_size=30)),
    st.just(SessionStarted(details=SessionStartedDetails(pid=1, host="h"))),
    st.builds(
        lambda status: SessionFinished(details=SessionFinishedDetails(status=status)),
        st.sampled_from(["completed", "failed", "cancelled"]),
    ),
)
CREATED = SessionCreated(details=SessionCreatedDetails(id="s", task=Task(text="t", repo="/r")))


def summary(state: SessionState) -> object:
    return (state.status, state.seq, {name: (one.status, one.output) for name, one in state.workers.items()})


@given(events=st.lists(EVENTS, max_size=12), data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_prefix_cut_at_any_byte_reads_as_a_state_that_was(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("journal") / "EVENTS.jsonl"
    own = journal(path)
    states = [summary(SessionState())]
    lived = SessionState()
    ends = [0]
    for event in [CREATED, *events]:
        lived.apply(own.commit([event]))
        states.append(summary(lived))
        ends.append(path.stat().st_size)
    own.close()
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    part = read_journal(path)
    state = SessionState()
    state.apply(part.events)
    number = max(n for n, end in enumerate(ends) if end <= cut)
    assert summary(state) == states[number]
    assert part.end == ends[number]
    assert part.torn == (cut not in ends)
    # Whoever appends next goes on where the whole lines end.
    again = journal(path)
    (after,) = again.commit([said("next")])
    again.close()
    assert after.seq == number + 1
    assert [one.seq for one in read_journal(path).events] == list(range(1, number + 2))


def test_what_another_wrote_meanwhile_is_seen_first(tmp_path: Path) -> None:
    path = tmp_path / "EVENTS.jsonl"
    heard: list[Event] = []
    one, other = journal(path, heard), journal(path)
    one.commit([said("1")])
    other.commit([said("2"), said("3")])
    (last,) = one.commit([said("4")])
    assert last.seq == 4
    assert [event.seq for event in heard] == [2, 3]
    one.close()
    other.close()


def test_an_event_of_a_type_that_is_not_known_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "EVENTS.jsonl"
    path.write_text('{"seq": 1, "timestamp": "t", "type": "from_the_future", "agent": "x", "details": {"a": 1}}\n')
    (event,) = read_journal(path).events
    assert isinstance(event, OtherEvent)
    assert (event.type, event.details) == ("from_the_future", {"a": 1})
    own = journal(path)
    assert own.commit([said("x")])[0].seq == 2
    own.close()


@pytest.mark.parametrize("line", [b"not json", b"{}", b"[]", b'{"type": "worker_started", "details": 5}', b"\xff\xfe"])
def test_damage_in_the_middle_is_named_with_its_place(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "EVENTS.jsonl"
    good = b'{"seq": 1, "type": "worker_started", "agent": "a"}\n'
    path.write_bytes(good + line + b"\n" + good)
    with pytest.raises(SessionCorruptError, match=f"at byte {len(good)}"):
        read_journal(path)


def test_one_commit_for_all_that_is_ready(tmp_path: Path) -> None:
    path = tmp_path / "EVENTS.jsonl"

    async def record() -> tuple[list[int], int]:
        own = journal(path)
        made = await asyncio.gather(*(own.record(said(str(number))) for number in range(200)))
        await own.settled()
        own.close()
        return [event.seq for (event,) in made], own.commits

    numbers, commits = asyncio.run(record())
    assert sorted(numbers) == list(range(1, 201))
    assert commits <= 3
    assert [event.seq for event in read_journal(path).events] == list(range(1, 201))


def test_processes_side_by_side_leave_no_gap(tmp_path: Path) -> None:
    path = tmp_path / "EVENTS.jsonl"
    code = """
import sys, pathlib
from hivemind.events import WorkerProgress, WorkerProgressDetails
from hivemind.session.journal import Journal
from hivemind.session.redaction import Redactor
own = Journal(pathlib.Path(sys.argv[1]), Redactor({}), lambda events: None)
for n in range(40):
    own.commit([WorkerProgress(agent=sys.argv[2], details=WorkerProgressDetails(message=str(n)))] * (n % 3 + 1))
"""
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), str(number)]) for number in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    events = read_journal(path).events
    each = sum(n % 3 + 1 for n in range(40))
    assert [event.seq for event in events] == list(range(1, 4 * each + 1))
    for number in range(4):
        mine = [event.details.message for event in events if event.agent == str(number)]  # type: ignore[union-attr]
        assert mine == [str(n) for n in range(40) for _ in range(n % 3 + 1)]


def test_secrets_do_not_reach_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "EVENTS.jsonl"
    own = Journal(path, Redactor({"MY_API_KEY": "topsecret-value"}), lambda events: None)
    own.commit([said('the key is "topsecret-value", and ghp_' + "a" * 36)])
    own.close()
    assert "topsecret" not in path.read_text()
    assert json.loads(path.read_text())["details"]["message"] == 'the key is "[redacted]", and [redacted]'


def test_a_folder_that_is_gone_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SessionUnwritableError, match="can't write"):
        journal(tmp_path / "none" / "EVENTS.jsonl").commit([said("x")])


def test_an_error_reaches_everyone_who_waits(tmp_path: Path) -> None:
    async def record() -> list[object]:
        own = journal(tmp_path / "none" / "EVENTS.jsonl")
        made = await asyncio.gather(own.record(said("1")), own.record(said("2")), return_exceptions=True)
        own.close()
        return list(made)

    assert [type(one) for one in asyncio.run(record())] == [SessionUnwritableError, SessionUnwritableError]


@pytest.mark.parametrize("change", ["removed", "doubled"])
def test_an_event_that_is_missing_or_stands_twice_is_damage(hive, change) -> None:
    outcome = hive.run(hive.Workers([hive.spec("one")]))
    journal = outcome.session.layout.journal
    lines = journal.read_bytes().splitlines(keepends=True)
    changed = lines[:2] + lines[3:] if change == "removed" else [*lines[:3], lines[2], *lines[3:]]
    journal.write_bytes(b"".join(changed))
    with pytest.raises(SessionCorruptError, match=r"event [34] stands where event [34] belongs"):
        read_journal(journal)
