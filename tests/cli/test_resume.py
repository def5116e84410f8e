"""`hivemind resume` and `hivemind retry`: after kills and stops, on drift, beside another process."""

from __future__ import annotations

import json
import os
import re
import signal

import pytest

posix = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")


def killed(cli, marked, task="wait for me"):
    """A session whose process was killed while its first worker ran."""
    process = cli.start("run", task, "-q")
    marked(process)
    process.kill()
    process.communicate()
    (cli.home / "mark.go").write_text("")


def types(events, kind):
    return [event["agent"] for event in events if event["type"] == kind]


@posix
def test_after_a_kill_only_what_had_not_ended_runs(cli, greeter, marked, inside, sessions, journal):
    killed(cli, marked)
    assert inside("sessions", "show", "--json", check=0).json["status"] == "interrupted"
    done = inside("resume", "last", "--json", check=0)
    assert done.json["status"] == "completed"
    events = journal(sessions()[0])
    assert types(events, "worker_started") == ["greeter-worker", "greeter-worker", "writer"]
    assert types(events, "worker_completed") == ["greeter-worker", "writer"]
    assert [event["details"]["resumed"] for event in events if event["type"] == "session_started"] == [False, True]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    again = inside("resume", "last", check=0)
    assert "nothing to do" in again.err
    assert journal(sessions()[0]) == events


@posix
def test_the_second_ctrl_c_loses_nothing_that_was_recorded(cli, greeter, marked, inside, sessions, journal):
    process = cli.start("run", "stubborn hello", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    marked(process)
    before = journal(sessions()[0])
    process.send_signal(signal.SIGINT)
    for line in process.stderr:
        if "stopping" in line:
            break
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 130
    after = journal(sessions()[0])
    assert after[: len(before)] == before
    assert inside("sessions", "show", "--json", check=0).json["status"] == "interrupted"


def test_retry_runs_what_failed_and_what_depends_on_it(inside, greeter, sessions, journal):
    inside("run", "fail please", "-q", check=1)
    left = inside("resume", "last", check=1)
    assert "hivemind retry" in left.err
    source = greeter.read_text()
    greeter.write_text(source.replace('if "fail" in task.text', 'if "never" in task.text'))
    refused = inside("retry", "last", "-q", check=3)
    assert "plugin 'greeter' has other code under the same version 2.1 (it makes workers" in refused.err
    assert "--accept-drift" in refused.err
    done = inside("retry", "last", "-q", "--accept-drift", check=0)
    assert done.out.startswith("completed: 2 of 2")
    started = types(journal(sessions()[0]), "worker_started")
    assert started == ["greeter-worker", "writer", "greeter-worker", "writer"]
    inside("retry", "last", "--worker", "writer", "-q", check=0)
    assert types(journal(sessions()[0]), "worker_started")[4:] == ["writer"]
    unknown = inside("retry", "last", "--worker", "writr", check=2)
    assert "did you mean 'writer'" in unknown.err


DRIFTS = [
    (('description="Writes it down."', 'description="Another."'), "worker 'writer' has another description"),
    (('name="writer", role="writer"', 'name="scribe", role="writer"'), "worker 'writer' of plugin 'greeter' is not"),
    (('after=("greeter",)', "after=()"), "edge greeter-worker -> writer (after) is gone"),
    (('after=("greeter",)', 'requires=("greeter",)'), "edge greeter-worker -> writer (requires) is new"),
]


@posix
@pytest.mark.parametrize(("change", "said"), DRIFTS)
def test_drift_is_said_and_refused_until_it_is_accepted(cli, greeter, marked, inside, sessions, journal, change, said):
    killed(cli, marked)
    source = greeter.read_text()
    assert change[0] in source
    greeter.write_text(source.replace(*change))
    before = journal(sessions()[0])
    for verb in ("resume", "retry"):
        refused = inside(verb, "last", "--json", check=3)
        assert refused.json["error"]["type"] == "SessionDriftError"
        assert said in refused.json["error"]["message"]
        assert "--accept-drift" in refused.json["error"]["hint"]
    assert journal(sessions()[0]) == before
    accepted = inside("resume", "last", "--accept-drift", check=0)
    assert said in accepted.err
    assert inside("sessions", "show", "--json", check=0).json["status"] == "completed"
    assert "nothing to do" in inside("resume", "last", check=0).err


@posix
def test_another_order_or_version_text_of_the_same_workers(cli, greeter, marked, inside, plugin_site):
    """Matched by name: which comes first does not matter. Another version of the plugin is drift."""
    killed(cli, marked)
    source = greeter.read_text()
    lines = source.splitlines()
    at = next(n for n, line in enumerate(lines) if "yield WorkerSpec" in line)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    greeter.write_text("\n".join(lines) + "\n")
    meta = next(plugin_site.path.glob("*.dist-info")) / "METADATA"
    meta.write_text(meta.read_text().replace("Version: 2.1", "Version: 2.2"))
    refused = inside("resume", "last", check=3)
    assert "plugin 'greeter' is of version 2.2, it was 2.1" in refused.err
    assert "worker" not in refused.err.split("installed:")[1].split("hint")[0].replace("workers", "")
    meta.write_text(meta.read_text().replace("Version: 2.2", "Version: 2.1"))
    inside("resume", "last", check=0)


def test_a_repository_that_was_moved_with_its_session(cli, inside, greeter, journal):
    first, second = cli.cwd / "shop", cli.cwd / "elsewhere" / "shop"
    first.mkdir()
    inside("run", "fail please", "-q", cwd=first, check=1)
    second.parent.mkdir()
    first.rename(second)
    greeter.write_text(greeter.read_text().replace('if "fail" in task.text', 'if "never" in task.text'))
    (session,) = (second / "Docs" / "hive-mind" / "sessions").iterdir()
    lost = inside("retry", str(session), "--accept-drift", cwd=cli.cwd, check=3)
    assert f"is not there any more: {first}" in lost.err
    assert "--repo" in lost.err
    done = inside("retry", "last", "--accept-drift", cwd=second, check=0)
    assert f"the repository is not at {first} any more: going on in {second}" in done.err
    assert [event["details"]["repo"] for event in journal(session) if event["type"] == "session_started"] == [
        "",
        str(second),
    ]
    assert str(second) in inside("sessions", "show", cwd=second, check=0).out
    again = inside("retry", "last", cwd=second, check=0)
    assert "none went wrong; name one with --worker" in again.err
    assert "not at" not in again.err
    second.rename(first)
    named = inside(
        "retry", str(first / session.relative_to(second)), "--worker", "writer", "--repo", str(first), check=0
    )
    assert f"going on in {first}" in named.err


def test_last_is_the_last_even_without_its_journal(inside, greeter, sessions):
    inside("run", "hello", "-q", check=0)
    (first,) = sessions()
    inside("run", "hello again", "-q", check=0)
    (second,) = (one for one in sessions() if one != first)
    (second / "EVENTS.jsonl").unlink()
    refused = inside("resume", "last", check=3)
    assert f"session '{second.name}' has lost its journal" in refused.err


@posix
def test_what_is_no_code_is_no_drift(cli, greeter, marked, sessions):
    """A comment in the plugin's own module, and what tools leave beside it. A session that noted no code goes on."""
    killed(cli, marked)
    greeter.write_text(f"# by the greeters\n{greeter.read_text()}")
    (greeter.parent / ".greeter.py.swp").write_text("an editor's")
    journal = sessions()[0] / "EVENTS.jsonl"
    whole = journal.read_bytes()
    cli("resume", "last", "-q", check=0)
    journal.write_bytes(re.sub(rb'"code":"[0-9a-f]{64}"', b'"code":""', whole))
    assert journal.read_bytes() != whole
    greeter.write_text(greeter.read_text().replace("a quiet hello", "a loud one"))
    cli("resume", "last", "-q", check=0)


def test_a_second_process_is_told_who_and_since_when(cli, greeter, marked, inside):
    first = cli.start("run", "wait for me", "-q")
    marked(first)
    for verb in ("resume", "retry"):
        second = inside(verb, "last", "--json", check=3)
        error = second.json["error"]
        assert error["type"] == "SessionLockedError"
        assert f"is being run by process {first.pid} on " in error["message"]
        assert " since 20" in error["message"]
    (cli.home / "mark.go").write_text("")
    assert first.wait(timeout=20) == 0


def test_a_worker_that_runs_by_itself_holds_the_session_back(cli, greeter, marked, inside):
    inside("run", "Say hello", "-q", check=0)
    first = cli.start("workers", "run", "greeter", "--session", "last", "--task", "wait for me", "-q")
    marked(first)
    refused = inside("resume", "last", check=3)
    assert "worker 'greeter-worker' of session" in refused.err
    assert f"process {first.pid}" in refused.err
    (cli.home / "mark.go").write_text("")
    assert first.wait(timeout=20) == 0


def test_what_was_left_undone_at_the_very_end_is_done(inside, greeter, sessions, journal):
    inside("run", "Say hello", "-q", check=0)
    (folder,) = sessions()
    lines = (folder / "EVENTS.jsonl").read_text().splitlines(keepends=True)
    (folder / "EVENTS.jsonl").write_text("".join(lines[:-1]))
    (folder / "REPORT.md").unlink()
    (folder / "workers" / "json" / "writer.json").unlink()
    assert inside("sessions", "show", "--json", check=0).json["status"] == "interrupted"
    inside("resume", "last", "-q", check=0)
    assert (folder / "REPORT.md").is_file()
    assert json.loads((folder / "workers" / "json" / "writer.json").read_text())["summary"]
    assert inside("sessions", "show", "--json", check=0).json["status"] == "completed"
    assert types(journal(folder), "worker_completed") == ["greeter-worker", "writer"]


@posix
def test_cut_at_any_byte_it_is_resumed_or_says_why_not(cli, greeter, marked, inside, sessions):
    inside("run", "Say hello", "-q", check=0)
    (folder,) = sessions()
    whole = (folder / "EVENTS.jsonl").read_bytes()
    first = whole.index(b"\n") + 1
    second = whole.index(b"\n", first) + 1
    for cut in sorted({0, 1, first - 1, first, second - 1, second, *range(second, len(whole), len(whole) // 12)}):
        (folder / "EVENTS.jsonl").write_bytes(whole[:cut])
        done = inside("resume", folder.name, "-q")
        assert "Traceback" not in done.err
        assert "bug" not in done.err
        if cut < second:
            assert done.code == 3
            assert "was cut off before" in done.err
            assert "hivemind run" in done.err
        else:
            assert done.code == 0, done.err
            assert inside("sessions", "show", folder.name, "--json", check=0).json["status"] == "completed"
