"""A project for a test: its files, its sessions in this process and over the command line."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hivemind import HivemindError, WorkerOutput, WorkerSpec, hookimpl
from hivemind.errors import ConfigurationError, PluginError, UnknownWorkerError, UsageError
from hivemind.kit.running import run_to_end
from hivemind.testing import HiveProject, HiveRun

FILE_WORKER = "---\nname: writer\nrole: writer\ndescription: Writes.\n---\nWrite it.\n"


def test_it_is_a_git_repository_with_a_commit(hive_project: HiveProject) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    said = subprocess.run(["git", "log", "--format=%s"], cwd=hive_project.path, capture_output=True, text=True)
    assert said.stdout == "Initial commit\n"


def test_without_git_it_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hivemind.kit.plugin_site import PluginSite

    monkeypatch.setattr("shutil.which", lambda name: None)
    project = HiveProject(tmp_path / "p", tmp_path / "h", PluginSite(tmp_path / "s"))
    assert list(project.path.iterdir()) == []


def test_files_are_written_as_they_are_given_and_stay_inside(hive_project: HiveProject) -> None:
    path = hive_project.write("src/app/main.py", "  x = 'ü'\n")
    assert path == hive_project.path / "src" / "app" / "main.py"
    assert path.read_bytes() == "  x = 'ü'\n".encode()
    for outside in ("../x.py", "/etc/x", ""):
        with pytest.raises(UsageError):
            hive_project.write(outside, "")


def test_a_run_with_rules(hive_project: HiveProject, greeter: Any) -> None:
    run = hive_project.run("to all", plugins=[greeter])
    assert run.status == "completed"
    assert run.workers == {"greeter": "completed"}
    assert run.status_of("greeter") == "completed"
    assert run.error_of("greeter") == ""
    output = run.output("greeter")
    assert output["summary"] == "hello to all"
    assert output["provenance"]["model_asked"] is False
    assert {name: path.read_text() for name, path in run.files("greeter").items()} == {
        "out/hello.txt": "hello to all\n"
    }
    assert "hello to all" in run.report
    assert "hello to all" in run.notes("greeter")
    assert run.session.parent == hive_project.path / "Docs" / "hive-mind" / "sessions"
    assert run.events.last.type == "session_finished"
    assert run.transcript("greeter") == []
    assert run.usage.requests == run.usage_of("greeter").requests == 0
    assert "greeter completed" in repr(run)


async def _from_inside(project: HiveProject, plugin: object) -> HiveRun:
    return project.run("inside a loop", plugins=[plugin])


def test_a_run_from_code_that_is_async_itself(hive_project: HiveProject, greeter: Any) -> None:
    assert asyncio.run(_from_inside(hive_project, greeter)).output("greeter")["summary"] == "hello inside a loop"


def test_workers_by_name_by_role_by_spec_and_by_file(hive_project: HiveProject, greeter: Any) -> None:
    hive_project.write("agents/writer.md", FILE_WORKER)
    spec = WorkerSpec(name="looker", role="looker", description="Looks.", rules=f"{__name__}:look")
    run = hive_project.run("x", plugins=[greeter], workers=[spec, "agents/writer.md"], model={"writer": "test"})
    assert run.workers == {"looker": "completed", "writer": "completed"}
    with pytest.raises(UnknownWorkerError, match=r"unknown worker 'greter' .*did you mean 'greeter'"):
        hive_project.run("x", plugins=[greeter], workers=["greter"])
    with pytest.raises(UsageError, match=r"give a list: workers=\['greeter'\]"):
        hive_project.run("x", plugins=[greeter], workers="greeter")


def look(task: Any, context: Any) -> WorkerOutput:
    return WorkerOutput(summary="looked")


def test_a_worker_is_found_by_its_role_and_an_unknown_one_is_said_so(hive_project: HiveProject) -> None:
    spec = WorkerSpec(name="looker-worker", role="looker", description="Looks.", rules=f"{__name__}:look")
    run = hive_project.run("x", plugins=[object()], workers=[spec])
    assert run.status_of("looker") == run.status_of("looker-worker") == "completed"
    with pytest.raises(AssertionError, match=r"no worker 'loker-worker' .*did you mean 'looker-worker'"):
        run.status_of("loker-worker")
    with pytest.raises(AssertionError, match=r"it has: looker-worker"):
        run.files("zzz")


def test_a_worker_without_output_is_said_so(hive_project: HiveProject, doing: Any) -> None:
    async def fail(runtime: Any) -> WorkerOutput:
        raise ValueError("no luck")

    run = hive_project.run("x", plugins=[doing(unlucky=fail)])
    assert run.status == "failed"
    assert "ValueError: no luck" in run.error_of("unlucky")
    with pytest.raises(AssertionError, match=r"worker 'unlucky' has no output: it is failed: .*no luck"):
        run.output("unlucky")


def test_installed_plugins_by_name_and_all_of_them(hive_project: HiveProject, greeter: Any) -> None:
    seen: list[str] = []

    class Looks:
        @hookimpl
        def hivemind_verify(self, worker: Any, output: Any, session: Any) -> list[Any]:
            seen.append(worker.name)
            return []

    hive_project.write("app.py", "x = 1\n")
    run = hive_project.run("Look", plugins=[Looks(), "facts", "architect"])
    assert run.status_of("architect") == "completed"
    assert seen == ["architect-worker"]
    run = hive_project.run("Look", workers=["analyzer"])
    assert run.status_of("analyzer") == "completed"
    with pytest.raises(UsageError, match=r"no plugin 'fact' is installed .*did you mean 'facts'"):
        hive_project.run("x", plugins=["fact"])


def test_an_installed_module_has_its_entry_points_name(hive_project: HiveProject) -> None:
    import hivemind_architect.plugin as architect

    run = hive_project.run("Look", plugins=[architect, "facts"])
    plan = run.events.of_type("plan_resolved")[0].details.plan  # type: ignore[union-attr]
    assert plan.worker("architect-worker").plugin == "architect"
    assert plan.worker("architect-worker").plugin_version


def test_a_module_and_two_objects_of_a_kind(hive_project: HiveProject, greeter: Any) -> None:
    module = ModuleType("my_words.plugin")
    spec = WorkerSpec(name="w", role="w", description="d", rules=f"{__name__}:look")
    vars(module)["hivemind_workers"] = hookimpl(lambda: [spec])

    class Listens:
        def __init__(self) -> None:
            self.heard: list[str] = []

        @hookimpl
        def hivemind_event(self, event: Any) -> None:
            self.heard.append(event.type)

    first, second = Listens(), Listens()
    run = hive_project.run("x", plugins=[module, first, second])
    plan = run.events.of_type("plan_resolved")[0].details.plan  # type: ignore[union-attr]
    assert plan.worker("w").plugin == "my_words"
    assert first.heard == second.heard
    assert "worker_completed" in first.heard


@pytest.mark.parametrize(
    ("plugin", "error", "said"),
    [
        (int, UsageError, r"the plugin int is a class \(give an object: int\(\)\)"),
        (5, UsageError, "5 is no plugin"),
        (None, UsageError, "None is no plugin"),
    ],
)
def test_what_is_no_plugin(hive_project: HiveProject, plugin: object, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        hive_project.run("x", plugins=[plugin])


def test_a_broken_plugin_fails_the_test(hive_project: HiveProject) -> None:
    class Misspelt:
        @hookimpl
        def hivemind_wrkers(self) -> list[Any]:
            return []

    class Raises:
        @hookimpl
        def hivemind_workers(self) -> list[Any]:
            raise ValueError("no luck")

    with pytest.raises(PluginError, match=r"plugin 'misspelt' failed: .*unknown hook 'hivemind_wrkers'"):
        hive_project.run("x", plugins=[Misspelt()])
    with pytest.raises(PluginError, match=r"plugin 'raises' failed: hivemind_workers: ValueError: no luck"):
        hive_project.run("x", plugins=[Raises()])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"modle": "x"}, "unknown setting 'modle'"),
        ({"max_parallel": 0}, "setting 'max_parallel'"),
        ({"engine": "loca"}, "unknown engine 'loca'"),
    ],
)
def test_settings_that_do_not_hold(
    hive_project: HiveProject, greeter: Any, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        hive_project.run("x", plugins=[greeter], settings=settings)


def test_settings_and_files_of_the_project_hold(hive_project: HiveProject, greeter: Any) -> None:
    hive_project.write("hivemind.toml", 'sessions_root = "elsewhere"\nmax_parallel = 3\n')
    run = hive_project.run("x", plugins=[greeter])
    assert run.session.parent == hive_project.path / "elsewhere"
    assert run.events.of_type("session_started")[0].details.max_parallel == 3  # type: ignore[union-attr]
    run = hive_project.run("y", plugins=[greeter], settings={"max_parallel": 2})
    assert run.events.of_type("session_started")[0].details.max_parallel == 2  # type: ignore[union-attr]
    assert [one.session.name[17:] for one in hive_project.runs()] == ["x", "y"]


@pytest.mark.parametrize(
    ("model", "error", "said"),
    [
        ("nobody:x", HivemindError, "unknown provider 'nobody'"),
        ("openai-chat:gpt-5-mini", HivemindError, "OPENAI_API_KEY is not set"),
        (5, UsageError, "int is no model: 5"),
        ({"nobody": "test"}, HivemindError, "unknown worker 'nobody'"),
    ],
)
def test_models_that_can_not_be_asked(
    hive_project: HiveProject, greeter: Any, model: Any, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        hive_project.run("x", plugins=[greeter], model=model)
    assert hive_project.runs() == []


def test_a_session_that_takes_too_long_is_said_so(hive_project: HiveProject, doing: Any) -> None:
    async def sleep(runtime: Any) -> WorkerOutput:
        await asyncio.sleep(60)
        return WorkerOutput(summary="slept")

    plugin = doing(sleeper=sleep, waiter=sleep)
    plugin.after = {"waiter": ("sleeper",)}
    started = time.monotonic()
    with pytest.raises(AssertionError, match=r"not done after 0.2 s: sleeper was cancelled, waiter was pending"):
        hive_project.run("x", plugins=[plugin], timeout_s=0.2)
    assert time.monotonic() - started < 5
    (run,) = hive_project.runs()
    assert run.status == "cancelled"


def test_code_that_holds_the_loop_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hivemind.kit.running._MORE_S", 0.2)
    done = threading.Event()

    async def hold() -> None:
        done.wait(30)

    with pytest.raises(AssertionError, match=r"(?s)holds its event loop.*test_project\.py.*done\.wait"):
        run_to_end(hold, 0.1, 0.1, lambda: "holding")
    done.set()

    async def let_go() -> None:
        time.sleep(0.3)

    with pytest.raises(AssertionError, match=r"done only after its 0\.1 s: letting go"):
        run_to_end(let_go, 0.1, 5, lambda: "letting go")


def test_what_is_raised_inside_comes_out_and_a_time_limit_of_its_own_is_no_fault_of_the_session() -> None:
    async def run_out() -> None:
        async with asyncio.timeout(0):
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        run_to_end(run_out, 30, 1, lambda: "")

    async def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_to_end(interrupt, 30, 1, lambda: "")


def test_the_command_line_sees_what_ran_in_this_process(hive_project: HiveProject, greeter: Any) -> None:
    run = hive_project.run("x", plugins=[greeter])
    listed = hive_project.cli("sessions", "list", "--json", check=0).json
    assert [one["id"] for one in listed["sessions"]] == [run.session.name]
    done = hive_project.cli("run", "x", "--worker", "nobody")
    assert (done.code, done.out) == (2, "")
    assert "unknown worker 'nobody'" in done.err
    with pytest.raises(AssertionError, match=r"(?s)stdout holds no JSON document.*exit 2.*unknown worker"):
        _ = done.json
    with pytest.raises(AssertionError, match=r"(?s)exit 2, not 0.*unknown worker"):
        hive_project.cli("run", "x", "--worker", "nobody", check=0)
    with pytest.raises(subprocess.TimeoutExpired):
        hive_project.cli("--help", timeout=0.01)


def test_a_plugin_on_disk_is_found_by_the_command_line(hive_project: HiveProject) -> None:
    source = """
    from hivemind import WorkerOutput, WorkerSpec, hookimpl

    @hookimpl
    def hivemind_workers():
        yield WorkerSpec(name="found", role="found", description="Is found.", rules=f"{__name__}:rules")

    def rules(task, context):
        return WorkerOutput(summary=task.text)
    """
    hive_project.site.add("found", source)
    done = hive_project.cli("run", "look here", "--worker", "found", "--json", check=0)
    (run,) = hive_project.runs()
    assert str(run.session) == done.json["path"]
    assert run.output("found")["summary"] == "look here"


def test_a_session_for_a_hook_that_a_test_calls_by_itself(hive_project: HiveProject, hive_session: Any) -> None:
    assert hive_session.task.text == "Do the thing"
    assert hive_session.task.repo == str(hive_project.path)
    assert hive_session.status("greeter") is None
    written = hive_session.write_file("greeter", "a.txt", "text")
    assert written.read_text() == "text"
    other = hive_project.session("another task")
    assert other.id.endswith("another-task")
    assert other.path != hive_session.path


LOCAL = """
from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="local", role="local", description="Is local.", rules=f"{__name__}:rules")


def rules(task, context):
    return WorkerOutput(summary="from a folder")
"""


def test_settings_about_plugins_hold_as_on_the_command_line(hive_project: HiveProject, greeter: Any) -> None:
    folder = hive_project.write("own/local.py", LOCAL).parent
    settings = {"plugins_dir": [str(folder)], "block_plugins": ["facts"], "cache": False}
    run = hive_project.run("x", workers=["local"], settings=settings)
    assert run.output("local")["summary"] == "from a folder"
    run = hive_project.run("x", plugins=[greeter], settings=settings)
    assert run.workers == {"greeter": "completed", "local": "completed"}
    with pytest.raises(ConfigurationError, match=r"hivemind\.lock"):
        hive_project.run("x", workers=["local"], settings={**settings, "locked": True})
    hive_project.write("hivemind.toml", 'plugins_dir = ["own"]\n')
    with pytest.warns(UserWarning, match="are not loaded"), pytest.raises(UnknownWorkerError):
        hive_project.run("x", workers=["local"])


def test_agent_files_of_the_project_and_of_nobody_else(hive_project: HiveProject, scripted_model: Any) -> None:
    hive_project.write(".claude/agents/poet.md", "---\nname: poet\ndescription: Writes verses.\n---\nWrite one.\n")
    model = scripted_model([{"summary": "a verse"}])
    run = hive_project.run("x", workers=["poet"], model=model, settings={"user_agents": True})
    assert run.output("poet")["summary"] == "a verse"
    assert "Write one." in model.texts[0]
    listed = hive_project.cli("--user-agents", "workers", "list", "--json", check=0).json["workers"]
    names = {one["name"] for one in listed}
    assert names == {"poet", "analyzer-worker", "architect-worker", "backend-worker", "frontend-worker"}


def test_the_command_line_reads_standard_input(hive_project: HiveProject) -> None:
    hive_project.write("app.py", "x = 1\n")
    done = hive_project.cli("run", "-", "--worker", "architect", "--json", input="Look at it\n", check=0)
    assert done.json["task"] == "Look at it"
