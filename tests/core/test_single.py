"""One worker by itself in an existing session: the protocol's errors, several side by side, one at a time each."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hivemind.session.folder import SessionFolder
from hivemind.session.journal import read_journal

PLUGIN = """
import time
from hivemind import WorkerOutput, WorkerSpec, hookimpl

@hookimpl
def hivemind_workers():
    for name in ("alpha", "beta", "gamma", "delta"):
        after = ("alpha",) if name == "delta" else ()
        yield WorkerSpec(name=name, role=name, description="d", after=after, rules="side_plugin:rules")

def rules(task, context):
    time.sleep(0.6)
    seen = ",".join(one.worker for one in context.upstream if one.output)
    return WorkerOutput(summary=f"{context.worker.name}: {task.text}; saw {seen}")
"""


@pytest.fixture
def session(cli, plugin_site) -> Path:
    plugin_site.add("side", PLUGIN)
    done = cli("run", "First task", "--worker", "alpha", "--model", "embedded", "--json", check=0)
    return Path(done.json["path"])


def run(cli, worker: str, session: Path, *more: str):
    arguments = ("--session", str(session), "--task", f"again {worker}", "--model", "embedded", "--no-cache")
    return cli("workers", "run", worker, *arguments, *more)


def test_four_side_by_side_share_a_session(cli, session: Path) -> None:
    names = ("alpha", "beta", "gamma", "delta")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda name: run(cli, name, session), names))
    assert [one.code for one in done] == [0, 0, 0, 0], [one.err for one in done]
    events = read_journal(session / "EVENTS.jsonl").events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    snapshot = json.loads((session / "SESSION.json").read_text())
    again = SessionFolder.open(session)
    assert {name: one.status for name, one in again.state.workers.items()} == dict.fromkeys(names, "completed")
    assert json.dumps(snapshot).count('"completed"') >= 5
    assert again.effective_status() == "completed"
    for name in names:
        text = json.loads((session / f"workers/json/{name}.json").read_text())["summary"]
        assert text.startswith(f"{name}: again {name}")
        assert (session / f"workers/notes/{name}_implementation.md").is_file()
    assert not list(session.glob(".write-check*"))
    # A worker that was in the middle of its run could not be built on; now all are done.
    assert run(cli, "gamma", session).code == 0
    text = json.loads((session / "workers/json/gamma.json").read_text())["summary"]
    assert text.endswith("saw alpha,beta,delta")


def test_two_of_the_same_worker_at_once(cli, session: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: run(cli, "beta", session), range(2)))
    codes = sorted(one.code for one in done)
    assert codes == [0, 3], [one.err for one in done]
    refused = next(one for one in done if one.code == 3)
    assert "worker 'beta' of session" in refused.err
    assert "is being run by process" in refused.err
    ends = [one for one in read_journal(session / "EVENTS.jsonl").events if one.agent == "beta"]
    assert [one.type for one in ends if one.type in ("worker_started", "worker_completed")] == [
        "worker_started",
        "worker_completed",
    ]


def test_each_failure_of_the_protocol_has_its_own_error(cli, session: Path, tmp_path: Path) -> None:
    missing = run(cli, "alpha", tmp_path / "nowhere")
    assert missing.code == 3
    assert "nowhere" in missing.err
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "EVENTS.jsonl").write_text('{"seq": 1, "type": "session_cre')
    torn = run(cli, "alpha", tmp_path / "torn")
    assert torn.code == 3
    assert "was cut off before it began" in torn.err
    unknown = run(cli, "alpah", session)
    assert unknown.code == 2
    assert "did you mean 'alpha'" in unknown.err
    model = cli("workers", "run", "alpha", "--session", str(session), "--model", "no-such:thing")
    assert model.code == 3
    assert "no-such" in model.err
    for one in (missing, torn, unknown, model):
        assert "Traceback" not in one.err


def test_a_newer_session_is_refused(cli, session: Path) -> None:
    journal = session / "EVENTS.jsonl"
    journal.write_text(journal.read_text().replace('"schema_version":1', '"schema_version":99', 1))
    done = run(cli, "alpha", session)
    assert done.code == 3
    assert "schema version 99" in done.err
