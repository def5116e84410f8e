"""`hivemind run` in real processes."""

from __future__ import annotations

import os

import pytest

WORKER_KEYS = {
    "name",
    "role",
    "status",
    "model",
    "model_origin",
    "started_at",
    "duration_s",
    "usage",
    "artifacts",
    "error",
}


def test_run_ends_with_where_everything_is(cli, greeter, sessions):
    result = cli("run", "Say hello", check=0)
    (folder,) = sessions()
    assert "completed: 2 of 2 workers, 2 findings (2 low)" in result.out
    assert f"report:  {os.path.join('Docs', 'hive-mind', 'sessions', folder.name, 'REPORT.md')}" in result.out
    assert "Hello from writer." in (folder / "REPORT.md").read_text()
    assert "go on" not in result.out
    assert "greeter-worker  started" in result.err
    assert "reading the task" in result.err
    assert "plugins of others in use: greeter (acme-greeter 2.1)" in result.err
    assert "no worker asks a model" in result.err
    assert "GOOGLE_API_KEY" in result.err


def test_run_json_is_one_document_of_the_promised_shape(cli, greeter, sessions):
    document = cli("run", "Say hello", "--json", check=0).json
    (folder,) = sessions()
    promised = {"schema_version", "session_id", "path", "status", "task", "workers", "report"}
    assert set(document) == promised | {"models", "planner", "reason", "usage"}
    assert document["session_id"] == folder.name
    assert document["path"] == str(folder)
    assert (document["status"], document["task"]) == ("completed", "Say hello")
    assert document["report"] == str(folder / "REPORT.md")
    assert [worker["name"] for worker in document["workers"]] == ["greeter-worker", "writer"]
    for worker in document["workers"]:
        assert set(worker) == WORKER_KEYS
        told = {"input_tokens", "output_tokens", "requests", "cost_usd"}
        assert set(worker["usage"]) == told | {"cache_read_tokens", "cache_write_tokens"}
        assert worker["error"] is None
        for artifact in worker["artifacts"]:
            assert (folder / artifact["path"]).is_file()


def test_run_json_with_a_failed_worker_is_a_document_and_exit_code_1(cli, greeter, inside):
    result = inside("run", "fail please", "--json", check=1)
    greeter_run, writer = result.json["workers"]
    assert result.json["status"] == "failed"
    assert (greeter_run["status"], greeter_run["error"]) == ("failed", "the greeting got lost")
    assert writer["status"] == "completed"


def test_a_failed_run_says_what_failed_and_a_command_that_goes_on(cli, greeter, sessions):
    result = cli("run", "fail please", check=1)
    assert "failed: 1 of 2 workers" in result.out
    assert "greeter-worker failed: the greeting got lost" in result.out
    assert "hint: say it again" in result.out
    command = result.out.strip().splitlines()[-1].removeprefix("run again what failed: ").split()
    assert command[:2] == ["hivemind", "retry"]
    again = cli(*command[1:], check=1)
    assert "greeter-worker failed: the greeting got lost" in again.out
    assert len(sessions()) == 1


def test_quiet_shows_only_the_last_lines(cli, greeter, inside):
    result = inside("run", "Say hello", "--quiet", check=0)
    assert "completed: 2 of 2" in result.out
    assert "started" not in result.err
    assert "session " not in result.err


def test_the_task_comes_from_standard_input_or_a_file(cli, greeter, inside):
    assert inside("run", "-", "--json", input="From a pipe: grüße\n", check=0).json["task"] == "From a pipe: grüße"
    (cli.cwd / "task.md").write_bytes("\ufeffFrom a file\r\nwith two lines\n".encode())
    assert inside("run", "@task.md", "--json", check=0).json["task"] == "From a file\r\nwith two lines"
    (cli.cwd / "wide.txt").write_bytes("From PowerShell".encode("utf-16"))
    assert inside("run", "@wide.txt", "--json", check=0).json["task"] == "From PowerShell"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([""], "the task is empty"),
        (["  \n "], "the task is empty"),
        (["-"], "the task is empty"),
        (["@missing.md"], "task file missing.md does not exist"),
        (["@"], "'@' names no file"),
        (["@."], "task file . is a folder"),
        (["@binary"], "the task in binary is not text"),
        (["@zeros"], "the task in zeros is not text"),
        (["@large"], "larger than 1,000,000 bytes"),
        (["x", "--repo", "nowhere"], "nowhere is not a folder"),
        (["x", "--repo", "zeros"], "zeros is not a folder"),
        (["x", "--worker", "greter"], "unknown worker 'greter'"),
        (["x", "--worker", "nothing.md"], "can't read worker file nothing.md"),
        (["x", "--engine", "locl"], "unknown engine 'locl'"),
        (["x", "--model", "nonsense"], "model 'nonsense' names no provider"),
        (["x", "--model", "gogle:x"], "unknown provider 'gogle'"),
        (["x", "--model", ""], "--model is empty"),
        (["x", "--model", "openai:gpt-5"], "OPENAI_API_KEY"),
        (["x", "--model-for", "writer"], "--model-for wants WORKER=MODEL"),
        (["x", "--model-for", "writer="], "--model-for wants WORKER=MODEL"),
        (["x", "--model-for", "writr=embedded"], "unknown worker 'writr'"),
        (["x", "--model-for", "writer=embedded", "--model-for", "writer=test:x"], "two models"),
        (["x", "--sessions-root", "zeros"], "can't make a session folder"),
        (["x", "--max-parallel", "0"], "--max-parallel"),
        (["x", "--timeout", "0"], "--timeout"),
        (["x", "--timeout", "nan"], "timeout_s"),
        ([], "missing argument 'TASK'"),
        (["x", "y"], "unexpected extra argument"),
        (["x", "--unknown"], "no such option"),
    ],
)
def test_bad_input_is_a_sentence_a_document_and_no_session(cli, greeter, sessions, words, said, inside):
    (cli.cwd / "binary").write_bytes(b"\xff\x00\xfe\x80abc")
    (cli.cwd / "zeros").write_bytes(b"a\x00b")
    (cli.cwd / "large").write_bytes(b"a" * 1_000_001)
    result = inside("run", *words, "--json")
    assert result.code in (2, 3)
    error = result.json["error"]
    assert said.lower() in error["message"].lower() or said in (error["hint"] or "")
    assert error["exit_code"] == result.code
    assert set(error) == {"type", "message", "hint", "exit_code"}
    assert "error: " in result.err
    assert "Traceback" not in result.err
    assert not sessions()


def test_usage_is_2_and_configuration_is_3(cli, greeter):
    assert cli("run", "").code == 2
    assert cli("run", "x", "--model", "openai:gpt-5").code == 3
    (cli.cwd / "hivemind.toml").write_text("max_parallel = ")
    result = cli("run", "x", check=3)
    assert "hivemind.toml is not valid TOML" in result.err
    (cli.cwd / "hivemind.toml").write_text("max_paralel = 3")
    result = cli("run", "x", check=3)
    assert "unknown setting 'max_paralel' in hivemind.toml" in result.err
    assert "max_parallel" in result.err


def test_a_broken_plugin_is_a_warning(cli, greeter, plugin_site, inside):
    plugin_site.add("broken", "raise ValueError('no luck')")
    result = inside("run", "Say hello", "--quiet", check=0)
    assert "warning: plugin 'broken' is broken: ValueError: no luck" in result.err
    assert "Traceback" not in result.err
    assert "no luck" in inside("--debug", "run", "Say hello", "--quiet", check=0).err.split("Traceback")[1]


def test_blocked_and_no_plugins(cli, greeter, inside):
    result = inside("--block-plugin", "greeter", "run", "Say hello", check=2)
    assert "no worker to run" in result.err
    result = inside("run", "Say hello", "--no-plugins", check=2)
    assert "no worker to run" in result.err
    result = inside("run", "Say hello", "--block-plugin", "greetr", "-q", check=0)
    assert "no plugin 'greetr' is installed to be blocked (did you mean 'greeter'?)" in result.err


def test_the_repository_is_the_git_root_around_the_folder(cli, greeter, inside):
    (cli.cwd / ".git").mkdir()
    inner = cli.cwd / "a" / "b"
    inner.mkdir(parents=True)
    document = inside("run", "Say hello", "--json", cwd=inner, check=0).json
    assert document["path"].startswith(str(cli.cwd / "Docs"))
    relative = inside("run", "Say hello", "--json", "--sessions-root", "here", cwd=inner, check=0).json
    assert relative["path"].startswith(str(inner / "here"))


def test_a_worker_file_without_rules_is_blocked_with_what_to_do(cli, greeter, inside):
    (cli.cwd / "reviewer.md").write_text("---\nname: reviewer\ndescription: Reviews.\n---\nReview it.\n")
    result = inside("run", "Say hello", "--worker", "reviewer.md", check=1)
    assert "reviewer blocked" in result.out
    assert "--model" in result.out


def test_control_characters_of_a_task_do_not_reach_the_terminal(cli, greeter, inside):
    inside("run", "red \x1b[31m alert \x07", "--quiet", check=0)
    listed = inside("sessions", "list", check=0).out
    assert "\x1b" not in listed
    assert "\x07" not in listed
    assert "\x1b" not in inside("sessions", "show", check=0).out


def test_output_that_the_terminal_can_not_show_is_no_crash(cli, greeter):
    result = cli("run", "Grüße 🐝", "--json", env={"PYTHONIOENCODING": "ascii"}, check=0)
    assert result.json["task"] == "Grüße 🐝"
    assert cli("sessions", "list", env={"PYTHONIOENCODING": "ascii"}).code == 0
