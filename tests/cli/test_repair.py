"""`hivemind sessions repair`, and what is said of sessions whose files are damaged."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def session(inside, greeter, sessions):
    inside("run", "Say hello", "-q", check=0)
    (folder,) = sessions()
    return folder


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".md", ".json", ".jsonl") and "owner" not in path.name
    }


def test_everything_that_follows_from_the_journal_is_made_again(inside, session):
    before = contents(session)
    for path in (*session.glob("workers/*/*"), session / "SESSION.json", session / "REPORT.md"):
        if path.is_file():
            path.unlink()
    (session / "workers" / "notes").mkdir(exist_ok=True)
    done = inside("sessions", "repair", "last", "--json", check=0).json
    assert sorted(done["rewritten"]) == ["greeter-worker", "writer"]
    assert (done["status"], done["problems"], done["lost_lines"]) == ("completed", [], 0)
    after = contents(session)
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} <= {"REPORT.md"}
    again = inside("sessions", "repair", "last", check=0)
    assert "none damaged" in again.out
    assert "the workers' files are as the journal says" in again.out


def test_damage_in_the_middle_keeps_what_is_before_and_says_what_is_lost(inside, session):
    journal = session / "EVENTS.jsonl"
    whole = journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b'"worker_completed"' in line and b'"writer"' in line)
    journal.write_bytes(b"".join([*lines[: at - 1], b"garbage\n", *lines[at:]]))
    broken = inside("resume", "last", check=3)
    assert "damaged at byte" in broken.err
    assert f"hivemind sessions repair {session.name}" in broken.err
    done = inside("sessions", "repair", session.name, check=0)
    assert "worker_completed of writer" in done.out
    (aside,) = session.glob("EVENTS.damaged-*.jsonl")
    assert aside.name in done.out
    assert aside.read_bytes() == b"".join([*lines[: at - 1], b"garbage\n", *lines[at:]])
    assert journal.read_bytes() == b"".join(lines[: at - 1])
    snapshot = json.loads((session / "SESSION.json").read_text())
    assert snapshot["last_seq"] == at - 1
    assert inside("resume", "last", "-q", check=0).out.startswith("completed: 2 of 2")


def test_a_torn_last_line_is_cut_off(inside, session):
    journal = session / "EVENTS.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"seq": 99, "ty')
    assert "last line of 15 bytes" in inside("sessions", "repair", "last", check=0).out
    assert journal.read_bytes() == whole
    assert not list(session.glob("EVENTS.damaged*"))


@pytest.mark.parametrize("content", [b"", b"\0" * 50, b"garbage\n"])
def test_a_journal_without_a_beginning_is_left_as_it_is(inside, session, content):
    (session / "EVENTS.jsonl").write_bytes(content)
    done = inside("sessions", "repair", session.name, check=3)
    assert "from its first event on" in done.err
    assert (session / "EVENTS.jsonl").read_bytes() == content


def test_a_lost_journal_is_said_everywhere(inside, session):
    (session / "EVENTS.jsonl").unlink()
    for words in (("resume",), ("retry",), ("sessions", "show"), ("sessions", "repair")):
        done = inside(*words, session.name, check=3)
        assert "has lost its journal: EVENTS.jsonl is missing" in done.err
        assert "Traceback" not in done.err
    assert "has lost its journal" in inside("sessions", "list", check=0).out


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), "SESSION.json is missing"),
        (lambda path: path.write_bytes(b""), "SESSION.json is empty"),
        (lambda path: path.write_bytes(path.read_bytes()[:200]), "SESSION.json is cut off or damaged"),
        (lambda path: path.write_text('{"a": 1}'), "SESSION.json is no snapshot of a session"),
        (
            lambda path: path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 99')),
            "SESSION.json has schema version 99, this hivemind reads up to 1",
        ),
    ],
)
def test_a_damaged_snapshot_is_said_and_the_journal_is_read(inside, session, damage, said):
    whole = json.loads((session / "SESSION.json").read_text())
    damage(session / "SESSION.json")
    assert inside("sessions", "show", "--json", check=0).json["status"] == "completed"
    assert inside("sessions", "list", "--json", check=0).json["sessions"][0]["status"] == "completed"
    resumed = inside("resume", "last", check=0)
    assert said in resumed.err
    repaired = inside("sessions", "repair", "last", check=0)
    assert said in repaired.out or json.loads((session / "SESSION.json").read_text())["schema_version"] == 1
    assert json.loads((session / "SESSION.json").read_text())["workers"] == whole["workers"]


def test_a_session_that_a_newer_hivemind_went_on_with_is_refused(inside, session):
    snapshot, journal = session / "SESSION.json", session / "EVENTS.jsonl"
    snapshot.write_text(snapshot.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    seq = len(journal.read_text().splitlines()) + 1
    with journal.open("a") as file:
        file.write(f'{{"seq": {seq}, "timestamp": "t", "type": "worker_teleported", "agent": "x", "details": {{}}}}\n')
    done = inside("retry", "last", check=3)
    assert "by a newer hivemind" in done.err
    assert "worker_teleported" in done.err
    assert "upgrade hivemind-orchestrator" in done.err


def test_a_running_session_is_not_repaired(cli, greeter, marked):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    done = cli("sessions", "repair", "last", check=3)
    assert f"is being run by process {run.pid} on " in done.err
    (cli.home / "mark.go").write_text("")
    assert run.wait(timeout=20) == 0
