"""What follows from the journal is made again; what an earlier run left behind goes; a single run goes on as well."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from hivemind import WorkerOutput
from hivemind.errors import SessionUnwritableError
from hivemind.models import GeneratedFile
from hivemind.recovery import incomplete, mend, unsettled
from hivemind.session.files import sweep, write_atomic
from hivemind.session.folder import SessionFolder
from hivemind.single import SingleRun, run_single, start_up


def writing(*paths: str) -> Any:
    async def behave(context: Any, runtime: Any) -> WorkerOutput:
        files = tuple(GeneratedFile(path=path, content=f"of {path}\n") for path in paths)
        return WorkerOutput(summary="wrote", files=files)

    return behave


def again(hive: Any, session: SessionFolder, behaviour: Any) -> SessionFolder:
    """Run worker `a` by itself in a session that is there."""
    from hivemind.config import load_configuration
    from hivemind.registry import build_registry

    manager = hive.manager(hive.Workers([hive.spec("a")], {"a": behaviour}))
    configuration = load_configuration(hive.root, {"model": "embedded", "cache": False}, {})
    opened, planned = start_up(manager, build_registry(manager), configuration, SingleRun("a", session.path))
    asyncio.run(run_single(manager, configuration, opened, planned, None))
    return SessionFolder.open(session.path)


def test_files_of_an_earlier_run_go_when_a_new_one_completes(hive: Any) -> None:
    ran = hive.run(hive.Workers([hive.spec("a")], {"a": writing("one.py", "two.py", "deep/three.py")}))
    folder = ran.session.layout.files("a")
    (folder / "deep" / "three.py").write_text("a person's own words\n")
    (folder / "mine.txt").write_text("nobody's but mine\n")
    report = ran.session.layout.report.read_text()
    session = again(hive, ran.session, writing("two.py", "four.py"))
    left = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert left == ["deep/three.py", "four.py", "mine.txt", "two.py"]
    assert session.layout.report.read_text() != report
    assert "four.py" in session.layout.report.read_text()
    assert not list(incomplete(session))


def test_files_that_are_missing_are_made_again_as_they_were(hive: Any) -> None:
    ran = hive.run(hive.Workers([hive.spec("a"), hive.spec("b")], {"a": writing("one.py")}))
    session = SessionFolder.open(ran.session.path)
    assert not unsettled(session)
    wanted = {path: path.read_bytes() for path in session.path.rglob("*") if path.is_file() and "workers" in path.parts}
    session.layout.json("b").unlink()
    (session.layout.files("a") / "one.py").unlink()
    assert unsettled(session)
    written, problems = mend(session, {})
    assert (sorted(written), problems) == (["a", "b"], [])
    assert {path: path.read_bytes() for path in wanted} == wanted


def test_only_what_a_dead_process_left_is_swept(tmp_path: Path) -> None:
    write_atomic(tmp_path / "kept.json", "{}")
    dead = tmp_path / f".x.json.{2**22 + 5:x}-0123abcd-1.tmp"
    alive = tmp_path / f".x.json.{os.getppid():x}-0123abcd-1.tmp"
    other = tmp_path / ".editor.tmp"
    for path in (dead, alive, other):
        path.write_text("half")
    assert sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(("kept.json", alive.name, other.name))


def test_a_session_that_can_not_be_written_ends_as_a_whole(hive: Any) -> None:
    """Not as a worker that failed: nothing about the worker is recorded, and it is resumed."""

    async def full(context: Any, runtime: Any) -> WorkerOutput:
        raise SessionUnwritableError("can't write x: No space left on device", "free space")

    ran = hive.run(hive.Workers([hive.spec("a"), hive.spec("b", requires=["a"])], {"a": full}))
    assert isinstance(ran.error, SessionUnwritableError)
    assert [event.type for event in ran.events if event.agent == "a"][-1] == "worker_started"
    assert SessionFolder.open(ran.session.path).effective_status() == "interrupted"


@pytest.mark.parametrize("hook", ["hivemind_load_context", "hivemind_verify"])
def test_a_full_disk_that_a_plugin_meets_is_no_fault_of_the_plugin(hive: Any, hook: str) -> None:
    from hivemind import hookimpl

    def load(worker: Any, task: Any, session: Any) -> Any:
        raise SessionUnwritableError("can't write x: No space left on device", "free space")

    def verify(worker: Any, output: Any, session: Any) -> Any:
        raise SessionUnwritableError("can't write x: No space left on device", "free space")

    plugin = type("Writer", (), {})()
    setattr(plugin, hook, hookimpl(load if hook == "hivemind_load_context" else verify))
    ran = hive.run(hive.Workers([hive.spec("a")]), plugin)
    assert isinstance(ran.error, SessionUnwritableError)
