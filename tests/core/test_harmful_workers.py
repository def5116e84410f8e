"""A worker whose code can't be lived with fails with a sentence; its siblings and the session go on."""

from __future__ import annotations

import asyncio
import sys
import types

import pytest
from pydantic import ConfigDict

from hivemind import Finding, WorkerOutput, hookimpl


class Unwritable:
    """A type of which JSON knows nothing."""


class NoSchema(WorkerOutput):
    """An output that can be made, and no model can be told how."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    thing: Unwritable


class NoJson(WorkerOutput):
    """An output whose schema holds and whose value does not: JSON has no such number of bytes."""

    data: bytes = b"\xff\xfe"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module that workers name their code in."""
    made = types.ModuleType("harmful_workers_code")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    return made


def _leave(*_: object) -> WorkerOutput:
    sys.exit("nothing to do")


async def _leave_later(*_: object) -> WorkerOutput:
    await asyncio.sleep(0)
    sys.exit(3)


def run_beside_sibling(hive, *plugins: object, **fields: object):
    specs = [hive.spec("bad", **fields), hive.spec("good")]
    outcome = hive.run(hive.Workers([specs[1]]), hive.Only([specs[0]]), *plugins)
    assert outcome.error is None
    assert outcome.statuses["good"] == "completed"
    return outcome


@pytest.fixture
def harmed(hive):
    """Run a worker of one plugin beside one of another that is all right."""

    class Only:
        def __init__(self, specs: list[object]) -> None:
            self.specs = specs

        @hookimpl
        def hivemind_workers(self):
            return self.specs

    hive.Only = Only
    return lambda *plugins, **fields: run_beside_sibling(hive, *plugins, **fields)


def test_an_output_type_without_a_schema_fails_its_worker(harmed, module) -> None:
    module.NoSchema = NoSchema
    module.rules = lambda task, context: NoSchema(summary="made", thing=Unwritable())
    where = module.__name__
    outcome = harmed(rules=f"{where}:rules", output_type=f"{where}:NoSchema")
    assert outcome.statuses["bad"] == "failed"
    assert "'bad' has no JSON schema: PydanticInvalidForJsonSchema" in outcome.error_of("bad")


@pytest.mark.parametrize("kind", [NoSchema, NoJson])
def test_an_output_that_json_can_not_carry_fails_its_worker(harmed, module, kind: type[WorkerOutput]) -> None:
    given = {"thing": Unwritable()} if kind is NoSchema else {}
    module.rules = lambda task, context: kind(summary="made", **given)
    outcome = harmed(rules=f"{module.__name__}:rules")
    assert outcome.statuses["bad"] == "failed"
    assert "can't be written as JSON" in outcome.error_of("bad")
    assert "of plugin 'p2'" in outcome.error_of("bad")


@pytest.mark.parametrize("rules", [_leave, _leave_later])
def test_rules_that_end_the_process_fail_their_worker(harmed, module, rules) -> None:
    module.rules = rules
    outcome = harmed(rules=f"{module.__name__}:rules")
    assert outcome.statuses["bad"] == "failed"
    assert "plugin 'p2' failed in hivemind_execute: SystemExit: " in outcome.error_of("bad")


def test_a_renderer_that_ends_the_process_fails_its_worker(harmed, module) -> None:
    module.rules = lambda task, context: WorkerOutput(summary="made")
    module.notes = _leave
    outcome = harmed(rules=f"{module.__name__}:rules", notes=f"{module.__name__}:notes")
    assert outcome.statuses["bad"] == "failed"
    assert "SystemExit: nothing to do" in outcome.error_of("bad")


@pytest.mark.parametrize("body", ["sys.exit(4)", "raise RuntimeError('no luck')", "1 +"])
def test_code_that_can_not_be_imported_fails_its_worker(harmed, tmp_path, monkeypatch, body: str) -> None:
    (tmp_path / "harmful_at_import.py").write_text(f"import sys\n{body}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    outcome = harmed(rules="harmful_at_import:rules", output_type="harmful_at_import:Output")
    assert outcome.statuses["bad"] == "failed"
    assert "of worker 'bad' can't be imported from 'harmful_at_import:" in outcome.error_of("bad")


def _hook(name: str, leave, *, is_async: bool):
    """A plugin whose hook ends the process when it is asked about the worker 'bad'."""
    if is_async:

        async def implementation(self, worker, session):
            return leave() if worker.name == "bad" else []

    else:

        def implementation(self, worker, session):
            return leave() if worker.name == "bad" else []

    return type("Leaver", (), {name: hookimpl(specname=name)(implementation)})()


@pytest.mark.parametrize("is_async", [True, False])
@pytest.mark.parametrize("hook", ["hivemind_load_context", "hivemind_verify"])
def test_a_hook_that_ends_the_process_fails_the_worker(harmed, module, hook: str, is_async: bool) -> None:
    module.rules = lambda task, context: WorkerOutput(summary="made")
    outcome = harmed(_hook(hook, _leave, is_async=is_async), rules=f"{module.__name__}:rules")
    assert outcome.statuses["bad"] == "failed"
    assert f"failed in {hook}: SystemExit: nothing to do (it calls sys.exit()" in outcome.error_of("bad")


@pytest.mark.parametrize("is_async", [True, False])
def test_publishing_that_ends_the_process_is_recorded(harmed, module, is_async: bool) -> None:
    module.rules = lambda task, context: WorkerOutput(summary="made")
    outcome = harmed(_hook("hivemind_publish", _leave, is_async=is_async), rules=f"{module.__name__}:rules")
    assert outcome.statuses["bad"] == "completed"
    (trouble,) = outcome.of_type("publish_failed")
    assert "SystemExit: nothing to do" in trouble.details.error


@pytest.mark.parametrize("is_async", [True, False])
def test_a_listener_that_ends_the_process_is_muted(harmed, module, is_async: bool) -> None:
    module.rules = lambda task, context: WorkerOutput(summary="made")

    class Sync:
        @hookimpl
        def hivemind_event(self, event):
            sys.exit(1)

    class Async:
        @hookimpl
        async def hivemind_event(self, event):
            sys.exit(1)

    outcome = harmed(Async() if is_async else Sync(), rules=f"{module.__name__}:rules")
    assert outcome.statuses["bad"] == "completed"
    (trouble,) = outcome.of_type("listener_muted")
    assert "SystemExit: 1" in trouble.details.error


def test_registration_that_ends_the_process_breaks_its_plugin(hive) -> None:
    class Leaver:
        @hookimpl
        def hivemind_workers(self):
            sys.exit(1)

    outcome = hive.run(hive.Workers([hive.spec("good")]), Leaver())
    assert outcome.statuses == {"good": "completed"}
    (info,) = outcome.manager.broken
    assert info.problem is not None
    assert info.problem.startswith("hivemind_workers: SystemExit: 1")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, asyncio.CancelledError])
def test_a_stop_keeps_its_meaning(hive, kind: type[BaseException]) -> None:
    class Stopped:
        @hookimpl
        async def hivemind_publish(self, output):
            raise kind

    with pytest.raises(kind):
        asyncio.run(hive.manager(Stopped()).collect("hivemind_publish", output=WorkerOutput(summary="x")))


def test_a_finding_is_still_a_finding(harmed, module) -> None:
    module.rules = lambda task, context: WorkerOutput(summary="made")

    class Finder:
        @hookimpl
        def hivemind_verify(self, worker, output):
            return [Finding(id="X", title="odd", severity="high")] if worker.name == "bad" else []

    outcome = harmed(Finder(), rules=f"{module.__name__}:rules")
    assert outcome.statuses["bad"] == "unverified"
