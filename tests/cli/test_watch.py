"""`hivemind watch`: sessions of other processes, on terminals and elsewhere."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from hivemind.cli.stalls import StallWatch
from hivemind.events import (
    ModelResponded,
    ModelRespondedDetails,
    WorkerProgress,
    WorkerProgressDetails,
    WorkerStarted,
    WorkerStartedDetails,
)
from hivemind.models import Usage
from hivemind.session.state import SessionState

posix = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _listen() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_session_that_has_ended_shows_its_final_state(greeter, inside, sessions):
    inside("run", "Say hello", "-q", check=0)
    (folder,) = sessions()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    out = inside("watch", check=0).out
    assert re.search(r"greeter-worker +completed +embedded", out)
    assert "completed: 2 of 2 workers" in out
    assert out.rstrip().endswith("exit status of its run: 0")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_failed_session_is_no_failure_of_the_watch(greeter, inside, sessions):
    inside("run", "fail to say hello", "-q", check=1)
    out = inside("watch", str(sessions()[0]), check=0).out
    assert "greeter-worker failed: the greeting got lost" in out
    assert "hint: say it again" in out
    assert "exit status of its run: 1" in out
    assert "hivemind retry" in out
    lines = [json.loads(line) for line in inside("watch", "--json", check=0).out.splitlines()]
    assert (lines[-1]["details"]["status"], lines[-1]["details"]["exit_code"]) == ("failed", 1)


def test_json_is_the_journal_line_by_line_and_then_the_end(greeter, inside, journal, sessions):
    inside("run", "Say hello", "-q", check=0)
    (folder,) = sessions()
    lines = [json.loads(line) for line in inside("watch", "last", "--json", check=0).out.splitlines()]
    followed = inside("sessions", "events", "last", "--follow", "--json", check=0).out.splitlines()
    assert lines[:-1] == [json.loads(line) for line in followed]
    end = lines[-1]
    assert (end["type"], end["details"]["schema_version"]) == ("watch_ended", 1)
    assert end["details"]["session_id"] == folder.name
    assert end["details"]["last_seq"] == journal(folder)[-1]["seq"]
    assert [worker["status"] for worker in end["details"]["workers"]] == ["completed", "completed"]


def test_an_unknown_session_is_an_error(greeter, inside):
    assert "there is no session" in inside("watch", check=3).err
    inside("run", "Say hello", "-q", check=0)
    assert "no session 'nothing-like-it'" in inside("watch", "nothing-like-it", check=3).err
    assert inside("watch", "--stall", "0", check=2).err.startswith("error: ")


def test_lines_of_a_session_that_another_process_runs(cli, greeter, marked):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    watcher = cli.start("watch")
    seen = []
    for line in watcher.stdout:
        seen.append(line)
        if re.match(r"greeter-worker +running", line):
            (cli.home / "mark.go").write_text("")
    assert watcher.wait(timeout=20) == 0
    assert run.wait(timeout=20) == 0
    out = "".join(seen)
    assert re.search(r"\d\d:\d\d:\d\d  greeter-worker +completed", out)
    assert re.search(r"\d\d:\d\d:\d\d  writer +reading the task", out)
    assert "completed: 2 of 2 workers" in out
    assert "exit status of its run: 0" in out


def test_a_watch_goes_on_from_the_start_of_a_session_to_its_end(cli, greeter, marked, sessions):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    watcher = cli.start("watch", str(sessions()[0]), "--json")
    types = []
    for line in watcher.stdout:
        types.append(json.loads(line)["type"])
        if types[-1] == "worker_progress":
            (cli.home / "mark.go").write_text("")
    assert watcher.wait(timeout=20) == 0
    assert run.wait(timeout=20) == 0
    assert types[0] == "session_created"
    assert types[-2:] == ["session_finished", "watch_ended"]
    assert "watch_stalled" not in types


def test_a_stall_is_told_once_with_who_runs(cli, greeter, marked):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    watcher = cli.start("watch", "--json", env={"HIVEMIND_STALL_S": "0.3"})
    plain = cli.start("watch", "--stall", "0.3")
    stalls = []
    for line in watcher.stdout:
        event = json.loads(line)
        if event["type"] == "watch_stalled":
            stalls.append(event["details"])
            for said in plain.stdout:
                if said.startswith("warning: stalled"):
                    break
            (cli.home / "mark.go").write_text("")
    assert watcher.wait(timeout=20) == 0
    assert run.wait(timeout=20) == 0
    assert len(stalls) == 1
    assert [one["worker"] for one in stalls[0]["running"]] == ["greeter-worker"]
    assert stalls[0]["idle_s"] >= 0.3
    assert re.fullmatch(
        r"warning: stalled: no event for \d+\.\d+ s; running: greeter-worker since \d\d:\d\d:\d\d\n", said
    )
    rest, _ = plain.communicate(timeout=20)
    assert plain.returncode == 0
    assert "stalled" not in rest


def test_the_owner_is_gone(cli, greeter, marked, sessions):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    watcher = cli.start("watch")
    for line in watcher.stdout:
        if re.match(r"greeter-worker +running", line):
            break
    run.kill()
    run.wait()
    out, err = watcher.communicate(timeout=20)
    assert watcher.returncode == 0, err
    assert "interrupted: 0 of 2 workers" in out
    assert f"go on: hivemind resume {sessions()[0].name}" in out
    assert "the process that ran it is gone" in out
    assert "exit status" not in out
    lines = cli("watch", "--json", check=0).out.splitlines()
    end = json.loads(lines[-1])["details"]
    assert (end["status"], end["exit_code"]) == ("interrupted", None)


def test_a_single_worker_of_a_session_is_watched_to_its_end(cli, greeter, marked, inside, sessions):
    (cli.home / "mark.go").write_text("")
    inside("run", "wait for me", "-q", check=0)
    (cli.home / "mark").unlink()
    (cli.home / "mark.go").unlink()
    worker = cli.start("workers", "run", "greeter", "--session", "last", "-q", env={"HIVEMIND_CACHE": "false"})
    marked(worker)
    watcher = cli.start("watch")
    for line in watcher.stdout:
        if re.match(r"greeter-worker +running", line):
            (cli.home / "mark.go").write_text("")
            break
    out, _ = watcher.communicate(timeout=20)
    assert watcher.returncode == 0
    assert worker.wait(timeout=20) == 0
    assert "completed: 2 of 2 workers" in out


def test_a_session_that_is_taken_away_meanwhile_ends_the_watch(cli, greeter, marked, sessions):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    watcher = cli.start("watch")
    for line in watcher.stdout:
        if re.match(r"greeter-worker +running", line):
            break
    run.kill()
    run.wait()
    sessions()[0].rename(cli.home / "elsewhere")
    _, err = watcher.communicate(timeout=20)
    assert "Traceback" not in err
    assert "bug" not in err
    assert watcher.returncode == 3


@posix
def test_ctrl_c_stops_the_watch_and_not_the_session(cli, greeter, marked):
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    for words, sent in (((), signal.SIGINT), (("--json",), signal.SIGINT), ((), signal.SIGTERM)):
        watcher = cli.start("watch", *words, preexec_fn=_listen)
        for line in watcher.stdout:
            if ("greeter-worker" in line and "running" in line) or "worker_progress" in line:
                break
        watcher.send_signal(sent)
        _, err = watcher.communicate(timeout=20)
        assert watcher.returncode == 130
        assert "stopped looking" in err
        assert "Traceback" not in err
    assert run.poll() is None
    (cli.home / "mark.go").write_text("")
    assert run.wait(timeout=20) == 0


@posix
def test_a_live_table_on_a_terminal(cli, greeter, marked):
    pty = pytest.importorskip("pty")
    run = cli.start("run", "wait for me", "-q")
    marked(run)
    main, side = pty.openpty()
    watcher = subprocess.Popen(
        [sys.executable, "-m", "hivemind", "watch", "--stall", "0.3"],
        cwd=cli.cwd,
        env=cli.environment({"TERM": "xterm-256color", "COLUMNS": "140", "LINES": "30"}),
        stdin=subprocess.DEVNULL,
        stdout=side,
        stderr=side,
    )
    os.close(side)
    seen = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
        if b"stalled" in seen:
            (cli.home / "mark.go").write_text("")
    os.close(main)
    assert watcher.wait(timeout=20) == 0
    assert run.wait(timeout=20) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    assert re.search(r"worker +status +model +elapsed +last tool +tokens +cost +doing", text)
    assert re.search(r"greeter-worker +running +embedded +\d+\.\d+ s +- +- +- +reading the task", text)
    assert re.search(r"writer +completed +embedded +\d+\.\d\d s +- +- +- +Hello from writer\.", text)
    assert text.count("warning: stalled: no event for") == 1
    assert "exit status of its run: 0" in text
    assert seen.rfind(b"\x1b[?25h") > seen.rfind(b"\x1b[?25l")


def test_the_table_tells_the_last_tool_tokens_and_how_long_a_worker_runs():
    from rich.console import Console

    from hivemind.cli.live import LiveTable

    out = io.StringIO()
    console = Console(file=out, width=160, height=40)
    table = LiveTable({}, console, tools=True)
    long_ago = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
    usage = Usage(input_tokens=1200, output_tokens=34, requests=1, cost_usd=0.5)
    response = ModelRespondedDetails(model="m", usage=usage, tools=("list_files", "read_file"))
    table.heard(
        [
            WorkerStarted(timestamp=long_ago, agent="late", details=WorkerStartedDetails(model="acme:large")),
            WorkerProgress(agent="late", details=WorkerProgressDetails(message="reading the schema")),
            ModelResponded(agent="late", details=response),
        ]
    )
    console.print(table.table())
    said = out.getvalue()
    assert re.search(r"late +running +acme:large +10 min 0\d s +read_file +1,234 +\$0\.5000", said)


def state(seq, updated, **running):
    made = SessionState(seq=seq, updated_at=updated.isoformat())
    for name, began in running.items():
        worker = made.worker(name)
        worker.status, worker.started_at = "running", began.isoformat()
    return made


@pytest.mark.parametrize("width", [80, 120])
def test_what_a_worker_does_takes_no_room_from_the_other_columns(width):
    from rich.console import Console

    from hivemind.cli.live import LiveTable

    out = io.StringIO()
    console = Console(file=out, width=width, height=40)
    table = LiveTable({"backend-worker": "acme:one"}, console, tools=True)
    said = WorkerProgressDetails(message="reading " + "many files " * 40)
    table.heard([WorkerProgress(agent="backend-worker", details=said)])
    console.print(table.table())
    head, row, *rest = out.getvalue().splitlines()
    assert rest == []
    assert re.match(r"worker +status +model +elapsed +last tool +tokens +cost +doing", head)
    assert re.match(r"backend-worker +pending +acme:one +- +- +- +- +reading ", row)


def test_workers_of_a_process_that_is_gone_do_not_run():
    from rich.console import Console

    from hivemind.cli.live import LiveTable

    out = io.StringIO()
    console = Console(file=out, width=160, height=40)
    table = LiveTable({"one": "m"}, console, tools=True)
    table.heard([WorkerStarted(agent="one", details=WorkerStartedDetails(model="m"))])
    table.lost()
    console.print(table.table())
    assert re.search(r"one +interrupted +m +- ", out.getvalue())


def test_a_stall_is_told_once_until_something_happens():
    clock = [NOW]
    stalls = StallWatch(120, lambda: clock[0])
    quiet = state(7, NOW, late=NOW - timedelta(seconds=30), early=NOW - timedelta(minutes=5))
    stalls.heard(quiet)
    assert stalls.due(quiet) is None
    clock[0] = NOW + timedelta(seconds=119)
    assert stalls.due(quiet) is None
    clock[0] = NOW + timedelta(seconds=121)
    stall = stalls.due(quiet)
    assert [name for name, _ in stall.running] == ["early", "late"]
    assert stall.text().startswith("stalled: no event for 2 min 01 s; running: early since ")
    clock[0] = NOW + timedelta(seconds=900)
    stalls.heard(quiet)
    assert stalls.due(quiet) is None
    fresh = state(8, clock[0])
    stalls.heard(fresh)
    assert stalls.due(fresh) is None
    clock[0] += timedelta(seconds=130)
    assert stalls.due(fresh).text().endswith("; no worker runs")


def test_a_stall_that_began_before_anybody_looked_is_told_at_once():
    stalls = StallWatch(120, lambda: NOW)
    quiet = state(7, NOW - timedelta(minutes=10), worker=NOW - timedelta(minutes=11))
    stalls.heard(quiet)
    assert stalls.due(quiet).idle_s == 600
