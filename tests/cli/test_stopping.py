"""Ctrl-C, SIGTERM, locks and closed pipes, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

posix = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")


def _listen() -> None:
    # A test runner in the background ignores SIGINT, and its children would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_first_signal_records_the_session_and_says_how_to_go_on(cli, greeter, marked, sessions, journal, name):
    process = cli.start("run", "slow hello", preexec_fn=_listen)
    marked(process)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    (folder,) = sessions()
    events = journal(folder)
    assert events[-1]["type"] == "session_finished"
    assert events[-1]["details"]["status"] == "cancelled"
    assert "worker_cancelled" in {event["type"] for event in events}
    assert "stopping" in err
    assert "Traceback" not in err
    assert "cancelled: 0 of 2 workers" in out
    assert "go on: hivemind resume" in out
    assert "run again what failed" not in out
    assert (folder / "REPORT.md").is_file()
    assert cli("sessions", "show", "--json", check=0).json["status"] == "cancelled"


@posix
def test_a_stopped_run_with_json_is_still_one_document(cli, greeter, marked):
    import json

    process = cli.start("run", "slow hello", "--json", preexec_fn=_listen)
    marked(process)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    document = json.loads(out)
    assert document["status"] == "cancelled"
    assert [worker["status"] for worker in document["workers"]] == ["cancelled", "pending"]


@posix
def test_the_second_signal_ends_at_once(cli, greeter, marked, sessions):
    process = cli.start("run", "stubborn hello", preexec_fn=_listen)
    marked(process)
    process.send_signal(signal.SIGINT)
    for line in process.stderr:
        if "stopping" in line:
            break
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 130
    assert cli("sessions", "show", "--json", check=0).json["status"] == "interrupted"


@posix
def test_an_ignored_signal_stays_ignored(cli, greeter, marked):
    process = cli.start("run", "wait", "--quiet", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    marked(process)
    process.send_signal(signal.SIGHUP)
    (cli.home / "mark.go").write_text("")
    assert process.wait(timeout=20) == 0


@posix
def test_a_stopped_single_worker_is_recorded(cli, greeter, marked, sessions, journal):
    cli("run", "Say hello", "-q", check=0)
    words = ("workers", "run", "greeter", "--session", "last", "--task", "slow hello")
    process = cli.start(*words, preexec_fn=_listen, env={"HIVEMIND_STOP_GRACE_S": "0.2"})
    marked(process)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "greeter-worker cancelled" in out
    assert journal(sessions()[0])[-1]["type"] == "worker_cancelled"


def test_two_processes_can_not_run_one_worker(cli, greeter, marked, sessions):
    cli("run", "Say hello", "-q", check=0)
    words = ("workers", "run", "greeter", "--session", "last", "--task", "wait for me")
    first = cli.start(*words)
    marked(first)
    second = cli(*words, "--json", check=3)
    assert second.json["error"]["type"] == "SessionLockedError"
    assert f"process {first.pid}" in second.json["error"]["message"]
    other = cli("workers", "run", "writer", "--session", "last", check=0)
    assert "writer completed" in other.out
    (cli.home / "mark.go").write_text("")
    out, _ = first.communicate(timeout=20)
    assert first.returncode == 0, out


def test_a_worker_can_not_run_in_a_session_that_an_orchestrator_owns(cli, greeter, marked):
    first = cli.start("run", "wait for me")
    marked(first)
    second = cli("workers", "run", "writer", "--session", "last", check=3)
    assert f"is being run by process {first.pid}" in second.err
    shown = cli("sessions", "show", "--json", check=0).json
    assert shown["status"] == "running"
    (cli.home / "mark.go").write_text("")
    first.communicate(timeout=20)
    assert first.returncode == 0


def test_two_runs_of_one_task_get_two_sessions(cli, greeter, sessions):
    started = [cli.start("run", "Say hello", "--json", "-q") for _ in range(3)]
    for process in started:
        out, err = process.communicate(timeout=40)
        assert process.returncode == 0, out + err
    assert len(sessions()) == 3


@posix
def test_following_stops_on_ctrl_c_with_130(cli, greeter, marked):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    follower = cli.start("sessions", "events", "--follow", preexec_fn=_listen)
    for line in follower.stdout:
        if "worker_progress" in line:
            break
    follower.send_signal(signal.SIGINT)
    _, err = follower.communicate(timeout=20)
    assert follower.returncode == 130
    assert "Traceback" not in err
    (cli.home / "mark.go").write_text("")
    assert run.wait(timeout=20) == 0


@posix
def test_a_closed_pipe_is_no_error(cli, greeter):
    for number in range(30):
        cli_folder = cli.cwd / "Docs" / "hive-mind" / "sessions" / f"2026-01-01-00-{number:02d}-x"
        cli_folder.mkdir(parents=True)
        (cli_folder / "EVENTS.jsonl").write_text("")
    command = f"'{sys.executable}' -m hivemind sessions list --json | head -c 10 >/dev/null; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=cli.cwd, env=cli.environment(), capture_output=True, timeout=60, check=False
    )
    assert done.stderr.decode() == ""
    assert done.returncode == 0


@posix
def test_progress_that_nobody_reads_does_not_stop_the_session(cli, greeter, sessions, journal):
    run = f"'{sys.executable}' -m hivemind run 'Say hello'"
    command = f"{run} 2>&1 >/dev/null | head -n 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=cli.cwd, env=cli.environment(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert journal(sessions()[0])[-1]["details"]["status"] == "completed"


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_outputs_do_not_stop_the_session(cli, greeter, sessions, journal, closed):
    command = f"'{sys.executable}' -m hivemind run 'Say hello' {closed}"
    done = subprocess.run(["bash", "-c", command], cwd=cli.cwd, env=cli.environment(), timeout=60, check=False)
    assert done.returncode == 0
    assert journal(sessions()[0])[-1]["details"]["status"] == "completed"
