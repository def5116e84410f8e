"""The journal's reader and the assertions: what they find, and what they say where they fail."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from hivemind.errors import SessionCorruptError
from hivemind.events import WorkerProgress, WorkerProgressDetails
from hivemind.testing import (
    JournalReader,
    assert_event,
    assert_no_event,
    assert_no_secret,
    assert_order,
)

SECRET = 'a "secret" of ours/ü'


@pytest.fixture
def run(hive_project, doing) -> Any:
    """A session in which `first` succeeded twice over, `second` after it, and `third` failed."""

    async def speak(runtime: Any) -> Any:
        from hivemind import WorkerOutput

        for number in (1, 2):
            await runtime.progress(f"step {number}", place={"file": "a.py", "line": number}, words=("a", "b"))
        return WorkerOutput(summary="spoke")

    async def fail(runtime: Any) -> Any:
        raise ValueError("no luck")

    plugin = doing(first=speak, second=speak, third=fail)
    plugin.after = {"second": ("first",)}
    return hive_project.run("x", plugins=[plugin])


def said(assertion: Any, *arguments: Any, error: type[Exception] = AssertionError, **details: Any) -> str:
    """What a failure says."""
    with pytest.raises(error) as caught:
        assertion(*arguments, **details)
    return str(caught.value)


# -- the reader --------------------------------------------------------------------------------------------------------


def test_a_reader_is_a_list_of_events_that_is_read_anew(run, journal) -> None:
    events = journal(run.session)
    assert isinstance(events, JournalReader)
    assert events.types[:3] == ["session_created", "plan_resolved", "session_started"]
    assert events.types == [event.type for event in events] == run.events.types
    assert len(events) == len(list(events)) == events[-1].seq
    assert events[0].type == "session_created"
    assert events.last.type == "session_finished"
    assert [event.agent for event in events.of_type("worker_progress")].count("first") == 2
    assert [event.type for event in events.of("third")] == ["worker_started", "worker_failed"]
    assert events.of("nobody") == events.of_type("nothing") == []
    from hivemind.session.folder import SessionFolder

    folder = SessionFolder.open(run.session)
    folder.commit(WorkerProgress(agent="late", details=WorkerProgressDetails(message="after all")))
    folder.close()
    assert events.last.agent == "late"
    assert "JournalReader" in repr(events)


def test_whatever_has_a_journal_will_do(run, journal, hive_session) -> None:
    for one in (run, run.session, str(run.session)):
        assert journal(one).types == run.events.types
        assert_event(one, "session_created")
        assert_no_secret(one, SECRET)
    assert journal(hive_session).types == ["session_created"]
    assert_order(run, "session_created", "session_finished")
    for nothing in (5, None, object()):
        with pytest.raises(TypeError, match="has no session's folder"):
            assert_event(nothing, "session_created")


def test_a_reader_says_what_is_no_session(run, journal, tmp_path: Path) -> None:
    assert said(list, journal(tmp_path)) == f"{tmp_path} holds no session: EVENTS.jsonl is missing"
    (run.session / "EVENTS.jsonl").write_text("{}\n{}\n")
    with pytest.raises(SessionCorruptError):
        list(journal(run.session))


# -- assert_event ------------------------------------------------------------------------------------------------------


def test_the_first_event_that_fits_is_given(run) -> None:
    assert assert_event(run.events, "worker_progress", "first").details.message == "step 1"  # type: ignore[union-attr]
    found = assert_event(run.events, "worker_progress", "second", message="step 2")
    assert found.agent == "second"
    assert assert_event(run.events, "session_finished", status="failed").seq == run.events.last.seq
    assert assert_event(list(run.events), "session_created")
    assert assert_event(run.session, "session_created")
    assert assert_event(str(run.session), "session_created")


def test_details_are_compared_as_plain_data_and_only_as_far_as_named(run) -> None:
    assert_event(run.events, "worker_progress", place={"line": 2}, words=["a", "b"])
    assert_event(run.events, "worker_completed", usage={"requests": 0}, status="completed")
    told = said(assert_event, run.events, "worker_progress", "first", place={"line": 3, "row": 1})
    assert told.splitlines()[0].endswith("did not happen; there is:")
    assert "place.line is 1; it has no place.row" in told
    assert "place.line is 2; it has no place.row" in told
    assert "it has no nothing" in said(assert_event, run.events, "worker_progress", nothing=1)


def test_what_did_not_happen_is_said_with_what_did(run) -> None:
    told = said(assert_event, run.events, "worker_completed", "third")
    assert told.startswith("worker_completed of 'third' did not happen; it did for: first, second")
    assert "worker_failed third: plugin 'doing' failed in hivemind_execute: ValueError: no luck" in told
    told = said(assert_event, run.events, "worker_complete")
    assert "did you mean 'worker_completed'" in told
    assert said(assert_event, [], "worker_completed").endswith("the journal is empty")


def test_a_long_journal_is_cut(run) -> None:
    events = list(run.events) * 10
    told = said(assert_event, events, "budget_warning")
    assert f"... and {len(events) - 40} more" in told


# -- assert_no_event ---------------------------------------------------------------------------------------------------


def test_what_must_not_happen(run) -> None:
    assert_no_event(run.events, "worker_retrying")
    assert_no_event(run.events, "worker_completed", "third")
    assert_no_event(run.events, "worker_progress", message="step 3")
    told = said(assert_no_event, run.events, "worker_failed", "third")
    assert told.startswith("worker_failed of 'third' happened:\n")
    assert "no luck" in told


def test_an_event_that_there_is_not_can_not_be_asserted_away(run) -> None:
    told = said(assert_no_event, run.events, "worker_fail", error=ValueError)
    assert "no event has the type 'worker_fail' (did you mean 'worker_failed'" in told


# -- assert_order ------------------------------------------------------------------------------------------------------


def test_an_order(run) -> None:
    assert_order(run.events, ("worker_completed", "first"), ("worker_started", "second"), "session_finished")
    assert_order(run.events, ("worker_progress", "first"), ("worker_progress", "first"), ("session_finished", None))
    told = said(assert_order, run.events, ("worker_completed", "second"), ("worker_started", "first"))
    assert "worker_started of 'first' (event " in told
    assert ") came before worker_completed of 'second' (event " in told
    told = said(assert_order, run.events, *[("worker_progress", "first")] * 3)
    assert told.startswith("worker_progress of 'first' did not happen 3 times")
    assert said(assert_order, run.events, ("worker_completed", "third"), "session_finished").startswith(
        "worker_completed of 'third' did not happen"
    )
    assert "two steps" in said(assert_order, run.events, "session_created", error=ValueError)


def test_an_order_is_not_found_by_skipping_an_earlier_one(run) -> None:
    """The first of each counts: a worker that began twice did not begin after what came between."""
    first, second = run.events.of_type("worker_progress")[:2]
    assert first.agent == second.agent == "first"
    later = second.model_copy(update={"seq": 99, "agent": "other"})
    between = second.model_copy(update={"seq": 50, "type": "x"})
    assert "came before" in said(assert_order, [first, between, later], ("x", None), ("worker_progress", None))


# -- assert_no_secret --------------------------------------------------------------------------------------------------


def test_a_folder_without_the_secret(run) -> None:
    assert_no_secret(run.session, SECRET)
    assert_no_secret(str(run.session), SECRET)


@pytest.mark.parametrize(
    ("written", "how"),
    [
        (f"one\ntwo {SECRET}".encode(), "notes.md, line 2"),
        (json.dumps({"key": SECRET}).encode(), "notes.md, line 1 (as JSON)"),
        (b"?q=a%20%22secret%22%20of%20ours%2F%C3%BC", "notes.md, line 1 (percent-encoded)"),
        (base64.b64encode(SECRET.encode()), "notes.md, line 1 (in base64)"),
        (SECRET.encode("utf-16"), "notes.md, line 1 (in UTF-16)"),
        (b"\xff\x00" + SECRET.encode() + b"\xfe", "notes.md, line 1"),
    ],
)
def test_a_secret_is_found_however_it_is_written(run, written: bytes, how: str) -> None:
    (run.session / "workers" / "notes.md").write_bytes(written)
    told = said(assert_no_secret, run.session, SECRET)
    assert told == f"the secret is in the session's folder:\n  workers/{how}"


def test_a_secret_in_a_name_is_found_and_not_repeated(run) -> None:
    (run.session / "workers" / "key-s3cret-value.txt").write_text("s3cret-value")
    told = said(assert_no_secret, run.session, "s3cret-value")
    assert "s3cret-value" not in told
    assert "in the name of a file: workers/key-***.txt" in told
    assert "workers/key-***.txt, line 1" in told


def test_what_could_never_fail_is_refused(run, tmp_path: Path) -> None:
    assert "less than 4 characters" in said(assert_no_secret, run.session, "abc", error=ValueError)
    assert "holds no file" in said(assert_no_secret, tmp_path / "nothing", SECRET)
    (tmp_path / "empty").mkdir()
    assert "holds no file" in said(assert_no_secret, tmp_path / "empty", SECRET)


def test_a_secret_of_the_environment_is_redacted_in_a_session(hive_project, doing) -> None:
    from hivemind import GeneratedFile, WorkerOutput

    async def blab(runtime: Any) -> WorkerOutput:
        import os

        key = os.environ["HOUSE_API_KEY"]
        await runtime.progress(f"the key is {key}")
        return WorkerOutput(summary=f"it is {key}", files=(GeneratedFile(path="a.txt", content=key),))

    run = hive_project.run("x", plugins=[doing(blab=blab)], env={"HOUSE_API_KEY": "house-key-0123456789"})
    assert run.status == "completed", run.error_of("blab")
    assert run.output("blab")["summary"] == "it is [redacted]"
    assert_no_secret(run.session, "house-key-0123456789")
