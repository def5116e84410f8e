"""`hivemind cancel`: another process stops a session, nothing is lost, and it can be resumed."""

from __future__ import annotations

import time


def test_another_process_stops_it(cli, greeter, marked, sessions, journal, inside):
    run = cli.start("run", "slow hello", env={"HIVEMIND_STOP_GRACE_S": "0.2"})
    marked(run)
    done = inside("cancel", "last", check=0)
    assert "is cancelled" in done.out
    assert "hivemind resume" in done.out
    out, err = run.communicate(timeout=20)
    assert run.returncode == 130
    assert "go on: hivemind resume" in out
    assert "Traceback" not in err
    (folder,) = sessions()
    events = journal(folder)
    assert [event["type"] for event in events[-2:]] == ["worker_cancelled", "session_finished"]
    assert "hivemind cancel" in events[-1]["details"]["reason"]
    assert not (folder / ".stop-request").exists()


def test_a_worker_comes_to_its_step_and_is_kept(cli, greeter, marked, sessions, journal, inside):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    first = inside("cancel", "last", "--wait", "0", check=1)
    assert "was asked to stop and is still running" in first.err
    time.sleep(0.6)  # it looks four times a second
    (cli.home / "mark.go").write_text("")
    assert run.wait(timeout=20) == 130
    assert inside("sessions", "show", "--json", check=0).json["status"] == "cancelled"
    ended = [event["agent"] for event in journal(sessions()[0]) if event["type"] == "worker_completed"]
    assert ended == ["greeter-worker"]
    inside("resume", "last", "-q", check=0)
    ended = [event["agent"] for event in journal(sessions()[0]) if event["type"] == "worker_completed"]
    assert ended == ["greeter-worker", "writer"]


def test_a_session_that_nobody_runs(inside, greeter):
    inside("run", "Say hello", "-q", check=0)
    done = inside("cancel", "last", "--json", check=3)
    assert "is not being run: it is completed" in done.json["error"]["message"]
