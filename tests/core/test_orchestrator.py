"""Whole sessions: failures stay where they are, what depends on them is told, a stop is recorded."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from hivemind import CallContract, Context, EndpointContract, Runtime, WorkerOutput, hookimpl
from hivemind.errors import SessionLockedError, TransientError
from hivemind.models import Edge
from hivemind.session.folder import SessionFolder
from hivemind.session.lock import OwnedLock


async def fail(context: Context, runtime: Runtime) -> WorkerOutput:
    raise RuntimeError("it broke")


def test_a_session_runs_and_leaves_its_files(hive) -> None:
    done = hive.run(hive.Workers([hive.spec("a-worker", role="a"), hive.spec("b", requires=["a"])]))
    assert done.status == "completed"
    assert done.statuses == {"a-worker": "completed", "b": "completed"}
    folder = done.session.path
    assert json.loads((folder / "workers/json/a.json").read_text())["summary"] == "a-worker is done"
    assert "a-worker is done" in (folder / "workers/notes/a_implementation.md").read_text()
    assert json.loads((folder / "SESSION.json").read_text())["status"] == "completed"
    assert (folder / "REPORT.md").is_file()
    events = done.events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    kinds = [(event.type, event.agent) for event in events]
    assert kinds.index(("worker_completed", "a-worker")) < kinds.index(("worker_started", "b"))
    assert kinds[-1] == ("session_finished", "hivemind")


def test_one_failure_never_stops_the_others(hive) -> None:
    async def slowly(context: Context, runtime: Runtime) -> WorkerOutput:
        await asyncio.sleep(0.1)
        return WorkerOutput(summary="late but fine")

    specs = [
        hive.spec("bad"),
        hive.spec("sibling"),
        hive.spec("hard", requires=["bad"]),
        hive.spec("harder", requires=["hard"]),
        hive.spec("soft", after=["bad"]),
        hive.spec("softer", after=["hard"]),
    ]
    seen: dict[str, Context] = {}

    async def look(context: Context, runtime: Runtime) -> WorkerOutput:
        seen[runtime.worker] = context
        return WorkerOutput(summary="looked")

    done = hive.run(hive.Workers(specs, {"bad": fail, "sibling": slowly, "soft": look, "softer": look}))
    assert done.status == "failed"
    assert done.statuses == {
        "bad": "failed",
        "sibling": "completed",
        "hard": "blocked",
        "harder": "blocked",
        "soft": "completed",
        "softer": "completed",
    }
    assert "it broke" in done.error_of("bad")
    assert "bad is failed" in done.error_of("hard")
    assert "hard is blocked" in done.error_of("harder")
    (told,) = seen["soft"].upstream
    assert (told.worker, told.status, told.output) == ("bad", "failed", None)
    assert "it broke" in (told.error or "")
    (told,) = seen["softer"].upstream
    assert told.status == "blocked"


def test_a_timeout_fails_the_worker_and_nobody_else(hive) -> None:
    async def hang(context: Context, runtime: Runtime) -> WorkerOutput:
        await asyncio.sleep(60)
        raise AssertionError("never")

    done = hive.run(hive.Workers([hive.spec("slow", timeout_s=0.1), hive.spec("other")], {"slow": hang}))
    assert done.statuses == {"slow": "failed", "other": "completed"}
    assert "took longer than 0.1 s" in done.error_of("slow")


def test_what_may_pass_is_tried_again_with_growing_waits(hive) -> None:
    tries: list[int] = []

    async def third_time(context: Context, runtime: Runtime) -> WorkerOutput:
        tries.append(1)
        if len(tries) < 3:
            raise TransientError("busy")
        return WorkerOutput(summary="now")

    done = hive.run(hive.Workers([hive.spec("w")], {"w": third_time}), retries=2)
    assert done.statuses == {"w": "completed"}
    assert [(one.details.attempt, one.details.delay_s) for one in done.of_type("worker_retrying")] == [
        (2, 0.01),
        (3, 0.02),
    ]
    assert done.session.state.workers["w"].attempts == 3


def test_retries_end_and_other_errors_are_not_retried(hive) -> None:
    async def busy(context: Context, runtime: Runtime) -> WorkerOutput:
        raise TransientError("busy", retry_after_s=0.0)

    specs = [hive.spec("busy"), hive.spec("never", retries=0), hive.spec("broken"), hive.spec("own", retries=1)]
    done = hive.run(hive.Workers(specs, {"busy": busy, "never": busy, "broken": fail, "own": fail}), retries=1)
    assert set(done.statuses.values()) == {"failed"}
    assert sorted(one.agent for one in done.of_type("worker_retrying")) == ["busy", "own"]


def test_a_result_that_is_none_is_refused(hive) -> None:
    async def nonsense(context: Context, runtime: Runtime) -> object:
        return {"summary": "a dict"}

    done = hive.run(hive.Workers([hive.spec("w")], {"w": nonsense}))
    assert done.statuses == {"w": "failed"}
    assert "returned dict for worker 'w', not a WorkerOutput" in done.error_of("w")


def test_without_rules_embedded_is_blocked_with_a_hint(hive) -> None:
    class Plain:
        @hookimpl
        def hivemind_workers(self):
            yield hive.spec("w")

    done = hive.run(Plain())
    assert done.status == "failed"
    assert done.statuses == {"w": "blocked"}
    assert "has no rules" in done.error_of("w")
    assert "choose a model" in (done.session.state.workers["w"].last.hint or "")


def test_an_error_of_a_check_makes_the_worker_unverified(hive) -> None:
    class Checks:
        @hookimpl
        async def hivemind_verify(self, worker, output, session):
            if worker.name == "w":
                return [{"id": "V-1", "severity": "low", "level": "error", "title": "wrong", "detail": "because"}]
            return [{"id": "V-2", "severity": "critical", "title": "maybe", "possible": True}]

    specs = [hive.spec("w"), hive.spec("fine"), hive.spec("hard", requires=["w"])]
    done = hive.run(hive.Workers(specs), Checks())
    assert done.statuses == {"w": "unverified", "fine": "completed", "hard": "blocked"}
    assert done.error_of("w") == "not verified: wrong: because"
    assert done.status == "failed"
    assert (done.session.path / "workers/json/w.json").is_file()


@pytest.mark.parametrize("result", [[1], 5, "text", [{"id": "x"}]])
def test_a_check_that_gives_nonsense_fails_the_worker_by_name(hive, result: object) -> None:
    class Checks:
        @hookimpl
        def hivemind_verify(self, worker, output, session):
            return result

    done = hive.run(hive.Workers([hive.spec("w")]), Checks())
    assert done.statuses == {"w": "failed"}
    assert "plugin 'p2' failed in hivemind_verify" in done.error_of("w")


class Offers(WorkerOutput):
    def offered_endpoints(self) -> tuple[EndpointContract, ...]:
        return (EndpointContract(method="GET", path="/a/{id}"), EndpointContract(method="GET", path="/b"))


class Calls(WorkerOutput):
    def planned_calls(self) -> tuple[CallContract, ...]:
        return (CallContract(method="GET", path="/a/{x}"), CallContract(method="GET", path="/c", location="w:1"))


def test_calls_are_held_against_endpoints_after_both(hive, monkeypatch: pytest.MonkeyPatch) -> None:
    # The check reads the outputs by the import paths of their types.
    monkeypatch.setitem(sys.modules, Offers.__module__, sys.modules[__name__])

    async def offer(context: Context, runtime: Runtime) -> WorkerOutput:
        return Offers(summary="offers")

    async def call(context: Context, runtime: Runtime) -> WorkerOutput:
        return Calls(summary="calls")

    specs = [hive.spec("back", aligns_with=["front"]), hive.spec("front")]
    done = hive.run(hive.Workers(specs, {"back": offer, "front": call}))
    assert done.statuses == {"back": "completed", "front": "completed", "check:back:front": "completed"}
    matches = done.session.output("check:back:front")["matches"]
    assert sorted(one["kind"] for one in matches) == ["matched", "missing", "unused"]


def test_a_check_of_a_side_that_failed_is_skipped(hive) -> None:
    specs = [hive.spec("back", aligns_with=["front"]), hive.spec("front")]
    done = hive.run(hive.Workers(specs, {"back": fail}))
    assert done.statuses["check:back:front"] == "skipped"


def test_max_parallel_is_never_exceeded(hive) -> None:
    running: list[int] = [0, 0]

    async def count(context: Context, runtime: Runtime) -> WorkerOutput:
        running[0] += 1
        running[1] = max(running)
        await asyncio.sleep(0.005)
        running[0] -= 1
        return WorkerOutput(summary="counted")

    names = [f"w{number:02}" for number in range(30)]
    done = hive.run(hive.Workers([hive.spec(n) for n in names], dict.fromkeys(names, count)), max_parallel=3)
    assert done.status == "completed"
    assert running[1] == 3


def test_the_most_urgent_goes_first(hive) -> None:
    order: list[str] = []

    async def note(context: Context, runtime: Runtime) -> WorkerOutput:
        order.append(runtime.worker)
        return WorkerOutput(summary="noted")

    specs = [
        hive.spec("a", priority="low"),
        hive.spec("b", priority="critical"),
        hive.spec("c"),
        hive.spec("d"),
        hive.spec("e", after=["d"], priority="low"),
    ]
    hive.run(hive.Workers(specs, dict.fromkeys("abcde", note)), max_parallel=1)
    assert order == ["b", "d", "c", "a", "e"]


def test_two_hundred_workers(hive) -> None:
    specs = [hive.spec(f"w{n:03}", after=[f"w{n - 10:03}"] if n >= 10 else []) for n in range(200)]
    done = hive.run(hive.Workers(specs))
    assert done.status == "completed"
    assert set(done.statuses.values()) == {"completed"}
    assert len(done.statuses) == 200
    events = done.events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len(list((done.session.path / "workers/json").glob("*.json"))) == 200


def test_stopping_is_recorded_before_it_goes_on(hive) -> None:
    async def hang(context: Context, runtime: Runtime) -> WorkerOutput:
        await asyncio.sleep(60)
        raise AssertionError("never")

    specs = [hive.spec("long"), hive.spec("short"), hive.spec("later", requires=["long"])]
    ready = hive.orchestrator(hive.Workers(specs, {"long": hang}))

    async def stop() -> None:
        task = asyncio.create_task(ready.run())
        while ready.session.status("short") != "completed":
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(stop(), 30))
    again = SessionFolder.open(ready.session.path)
    assert again.effective_status() == "cancelled"
    assert {name: one.status for name, one in again.state.workers.items()} == {
        "long": "cancelled",
        "short": "completed",
        "later": "pending",
    }
    assert json.loads((again.path / "SESSION.json").read_text())["status"] == "cancelled"
    assert not again.lock.held()


def test_a_session_that_somebody_runs_is_refused(hive) -> None:
    ready = hive.orchestrator(hive.Workers([hive.spec("w")]))
    other = OwnedLock(ready.session.layout.lock, "session")
    other.acquire()
    with pytest.raises(SessionLockedError):
        asyncio.run(ready.run())
    other.release()
    assert asyncio.run(ready.run()) == "completed"


def test_an_owner_that_is_gone_reads_as_interrupted(hive) -> None:
    ready = hive.orchestrator(hive.Workers([hive.spec("w")]))
    ready.session.commit(ready.session.planned(ready.plan), ready.session.started(1))
    assert SessionFolder.open(ready.session.path).effective_status() == "interrupted"


def test_edges_of_a_plugin_count_as_any(hive) -> None:
    class Edges:
        @hookimpl
        def hivemind_edges(self, plan):
            yield Edge(before="z", after="a", kind="requires", reason="measure first")

    done = hive.run(hive.Workers([hive.spec("a"), hive.spec("z")], {"z": fail}), Edges())
    assert done.statuses == {"a": "blocked", "z": "failed"}
