"""`hivemind cancel`: another process stops a session, nothing is lost, and it can be resumed."""

from __future__ import annotations

import os
import signal
import time

import pytest


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
    assert "nothing runs in session" in done.json["error"]["message"]
    assert done.json["error"]["message"].endswith("it is completed")
    assert "hivemind sessions show" in done.json["error"]["hint"]


SLEEPERS = """
import asyncio
import os
from pathlib import Path

from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    for name in ("left", "right", "third"):
        yield WorkerSpec(name=f"{name}-worker", role=name, description="Sleeps.")


@hookimpl
def hivemind_execute(worker, task, context, runtime):
    if worker.role in ("left", "right", "third"):
        return work(worker, task)


async def work(worker, task):
    mark = Path(os.environ["SLOW_MARK"] + "." + worker.role)
    while "quick" not in task.text:
        mark.write_text("running")
        if Path(os.environ["SLOW_MARK"] + ".go").exists():
            break
        try:
            await asyncio.sleep(0.02 if "wait" in task.text else 60)
        except asyncio.CancelledError:
            if "stubborn" not in task.text:
                raise
    return WorkerOutput(summary="slept")
"""


@pytest.fixture
def alone(cli, plugin_site):
    """Starts runs of single workers in one session, and waits until they run."""
    cli.env |= {
        "HIVEMIND_BLOCK_PLUGINS": "analyzer,architect,backend,facts,frontend",
        "SLOW_MARK": str(cli.home / "mark"),
        "HIVEMIND_STOP_GRACE_S": "0.2",
    }
    plugin_site.add("sleepers", SLEEPERS)
    cli("run", "quick", "--worker", "third", "-q", check=0)

    def start(task, *roles, **options):
        words = ("--session", "last", "--task", task)
        runs = {role: cli.start("workers", "run", role, *words, **options) for role in roles}
        end = time.monotonic() + 30
        while not all((cli.home / f"mark.{role}").exists() for role in roles):
            assert time.monotonic() < end
            assert all(run.poll() is None for run in runs.values())
            time.sleep(0.02)
        return runs

    return start


def standing(inside):
    shown = inside("sessions", "show", "--json", check=0).json
    return {worker["name"]: worker["status"] for worker in shown["workers"]}


def test_the_first_run_of_a_worker_that_the_session_had_not_is_locked(alone, inside):
    alone("wait", "left")
    refused = inside("workers", "run", "left", "--session", "last", "--task", "quick", check=3)
    assert "worker 'left-worker' of session" in refused.err


def test_workers_that_run_by_themselves_are_stopped_all_together(alone, inside, sessions, journal):
    runs = alone("sleep", "left", "right")
    done = inside("cancel", "last", check=0)
    for role, run in runs.items():
        out, err = run.communicate(timeout=20)
        assert run.returncode == 130, out + err
        assert f"{role}-worker cancelled" in out
        assert "stopped by 'hivemind cancel'" in out
        assert "go on with the same command" in out
        assert "Traceback" not in err
        assert f"{role}-worker in session" in done.out
    (folder,) = sessions()
    stopped = [event for event in journal(folder) if event["type"] == "worker_cancelled"]
    assert sorted(event["agent"] for event in stopped) == ["left-worker", "right-worker"]
    assert not list(folder.rglob("*.stop-request"))
    shown = inside("sessions", "show", "--json", check=0).json
    assert shown["status"] == "cancelled", "a session of which a worker was stopped is not completed"
    assert inside("cancel", "last", "--json", check=3).json["error"]["message"].startswith("nothing runs in session")
    again = inside("workers", "run", "left", "--session", "last", "--task", "quick", "--json", check=0).json
    assert again["worker"]["status"] == "completed"


def test_a_single_worker_that_comes_to_its_step_in_time_is_kept(alone, inside, cli):
    (run,) = alone("wait", "left", env={"HIVEMIND_STOP_GRACE_S": "20"}).values()
    first = inside("cancel", "last", "--wait", "0.5", check=1)
    assert "left-worker in session" in first.err
    assert "still running after 0.5 s" in first.err
    (cli.home / "mark.go").write_text("")
    assert run.wait(timeout=20) == 0
    assert standing(inside)["left-worker"] == "completed"


def test_a_request_to_an_earlier_run_stops_no_later_one(alone, inside, sessions):
    stop = sessions()[0] / "workers" / "locks" / "left.stop-request"
    stop.parent.mkdir(exist_ok=True)
    stop.write_text("earlier\n")
    done = inside("workers", "run", "left", "--session", "last", "--task", "quick", "--json", check=0)
    assert done.json["worker"]["status"] == "completed"
    assert not stop.exists()


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_a_worker_that_will_not_be_stopped_is_left_behind(alone, inside):
    (run,) = alone("stubborn sleep", "left").values()
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=30)
    assert run.returncode == 130
    assert "left-worker cancelled" in out
    assert "Traceback" not in err
    assert standing(inside)["left-worker"] == "cancelled"
