"""`hivemind sessions` in real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time

import pytest


@pytest.fixture
def ran(cli, greeter, sessions, inside):
    """A folder with one finished session."""
    inside("run", "Say hello", "-q", check=0)
    return sessions()[0]


def test_list_and_show(cli, ran):
    listed = cli("sessions", "list", check=0)
    assert ran.name in listed.out
    assert "2/2" in listed.out
    document = cli("sessions", "list", "--json", check=0).json
    assert document["schema_version"] == 1
    assert document["total"] == 1
    (session,) = document["sessions"]
    assert (session["id"], session["status"], session["task"]) == (ran.name, "completed", "Say hello")
    assert session["workers"] == {"greeter-worker": "completed", "writer": "completed"}
    shown = cli("sessions", "show", ran.name, check=0).out
    assert "2 findings (2 low)" in shown
    assert "REPORT.md" in shown
    assert "writer          completed" in shown
    document = cli("sessions", "show", "hello", "--json", check=0).json
    assert document["session_id"] == ran.name
    assert document["findings"] == {"low": 2}
    assert document["report"] == str(ran / "REPORT.md")
    assert [worker["name"] for worker in document["workers"]] == ["greeter-worker", "writer"]
    assert document["plan"]["task"]["session_id"] == ran.name


def test_path_takes_an_id_a_part_last_or_a_path(cli, ran, inside):
    for name in (ran.name, "say-hell", "last", str(ran), f"Docs/hive-mind/sessions/{ran.name}"):
        assert inside("sessions", "path", name, check=0).out.strip() == str(ran)
    assert inside("sessions", "path", "--json", check=0).json == {
        "schema_version": 1,
        "session_id": ran.name,
        "path": str(ran),
    }


def test_unknown_ambiguous_and_no_session(cli, ran, inside):
    result = inside("sessions", "show", "nothing-like-it", check=3)
    assert "no session 'nothing-like-it'" in result.err
    assert "hivemind sessions list" in result.err
    assert "has no EVENTS.jsonl" in inside("sessions", "show", str(cli.home), check=3).err
    shutil.copytree(ran, ran.with_name(f"{ran.name}-2"))
    result = inside("sessions", "show", "say-hello", "--json", check=3)
    assert "fits 2 sessions" in result.json["error"]["message"]
    shutil.rmtree(ran.parent)
    assert "there is no session" in inside("sessions", "show", check=3).err
    assert "no sessions in" in inside("sessions", "list", check=0).err
    assert inside("sessions", "list", "--json", check=0).json["sessions"] == []


def test_last_is_the_one_that_was_made_last_within_a_minute(cli, greeter, inside):
    inside("run", "zebra", "-q", check=0)
    document = inside("run", "aardvark", "-q", "--json", check=0).json
    assert inside("sessions", "path", "last", check=0).out.strip() == document["path"]
    listed = inside("sessions", "list", "--json", check=0).json["sessions"]
    assert [one["task"] for one in listed] == ["aardvark", "zebra"]


def test_a_session_that_can_not_be_read_is_listed_with_why(cli, ran, inside):
    bad = ran.with_name("2026-01-01-00-00-bad")
    bad.mkdir()
    (bad / "EVENTS.jsonl").write_text('{"seq":1,"timestamp":"2026-01-01T00:00:00.000Z","agent":"x","type":"odd"}\n')
    result = inside("sessions", "list", check=0)
    assert "unreadable" in result.out
    assert inside("sessions", "list", "--json", check=0).json["sessions"][1]["problem"]
    assert inside("sessions", "show", "bad", check=3).err.startswith("error: session")


def test_a_snapshot_that_lags_or_lies_is_not_believed(cli, ran, inside):
    snapshot = json.loads((ran / "SESSION.json").read_text())
    for broken in (
        json.dumps(snapshot | {"status": "failed", "last_seq": snapshot["last_seq"] - 1}),
        "",
        "{",
        "[]",
        json.dumps(snapshot | {"workers": 3}),
    ):
        (ran / "SESSION.json").write_text(broken)
        (listed,) = inside("sessions", "list", "--json", check=0).json["sessions"]
        assert (listed["status"], listed["problem"]) == ("completed", None)


def test_limit(cli, ran, inside):
    for number in range(60):
        copy = ran.with_name(f"2026-01-01-00-{number:02d}-copy")
        shutil.copytree(ran, copy)
    result = inside("sessions", "list", check=0)
    assert len(result.out.splitlines()) == 51
    assert "11 older sessions not shown" in result.err
    assert len(inside("sessions", "list", "--limit", "0", check=0).out.splitlines()) == 62
    document = inside("sessions", "list", "--json", "--limit", "2", check=0).json
    assert (len(document["sessions"]), document["total"]) == (2, 61)
    assert len(inside("sessions", "list", "--json", check=0).json["sessions"]) == 61


def test_events_as_lines_and_as_a_document(cli, ran):
    lines = cli("sessions", "events", check=0).out.splitlines()
    document = cli("sessions", "events", "--json", check=0).json
    assert document["session_id"] == ran.name
    assert [event["seq"] for event in document["events"]] == list(range(1, len(lines) + 1))
    assert document["events"][0]["type"] == "session_created"
    assert "session_finished" in lines[-1]
    followed = cli("sessions", "events", "--follow", "--json", check=0).out.splitlines()
    assert [json.loads(line)["seq"] for line in followed] == list(range(1, len(lines) + 1))


def test_follow_sees_what_another_process_writes_and_ends_with_it(cli, greeter, marked):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    follower = cli.start("sessions", "events", "last", "--follow", "--json")
    seen = []
    for line in follower.stdout:
        seen.append(json.loads(line)["type"])
        if seen[-1] == "worker_progress":
            (cli.home / "mark.go").write_text("")
    assert follower.wait(timeout=20) == 0
    assert run.wait(timeout=20) == 0
    assert seen[0] == "session_created"
    assert seen[-1] == "session_finished"


def test_follow_ends_when_the_owner_was_killed(cli, greeter, marked, sessions):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    follower = cli.start("sessions", "events", "--follow")
    for line in follower.stdout:
        if "worker_progress" in line:
            break
    run.kill()
    run.wait()
    with (sessions()[0] / "EVENTS.jsonl").open("ab") as handle:
        handle.write(b'{"seq": 99, "type": "half')
    started = time.monotonic()
    out, err = follower.communicate(timeout=20)
    assert follower.returncode == 0, err
    assert "half" not in out
    assert time.monotonic() - started < 10


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_ctrl_c_ends_following(cli, greeter, marked):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    follower = cli.start(
        "sessions", "events", "--follow", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    for line in follower.stdout:
        if "worker_progress" in line:
            break
    follower.send_signal(signal.SIGINT)
    _, err = follower.communicate(timeout=20)
    assert (follower.returncode, err.strip()) == (130, "error: interrupted")
    assert run.poll() is None


def test_a_torn_last_line_is_left_out(cli, ran, inside):
    before = inside("sessions", "events", check=0).out
    with (ran / "EVENTS.jsonl").open("ab") as handle:
        handle.write(b'{"seq": 99, "type": "half')
    assert inside("sessions", "events", check=0).out == before
    assert inside("sessions", "events", "--follow", check=0).out == before


def test_a_damaged_line_in_the_middle_is_an_error(cli, ran, inside):
    lines = (ran / "EVENTS.jsonl").read_bytes().splitlines(keepends=True)
    (ran / "EVENTS.jsonl").write_bytes(b"".join([lines[0], b"nonsense\n", *lines[1:]]))
    result = inside("sessions", "events", "--json", check=3)
    assert result.json["error"]["type"] == "SessionCorruptError"
