"""`hivemind workers` and the module runners in real processes."""

from __future__ import annotations

import pytest

REVIEWER = """---
type: worker
name: reviewer
role: reviewer
description: Reviews what others wrote.
capabilities: [review, criticism]
priority: low
color: red
---

Read it twice.
"""


def test_list_is_specs_with_plugin_and_source(cli, greeter, inside):
    (cli.cwd / ".hivemind" / "workers").mkdir(parents=True)
    (cli.cwd / ".hivemind" / "workers" / "reviewer.md").write_text(REVIEWER)
    document = inside("workers", "list", "--json", check=0).json
    assert set(document) == {"schema_version", "workers"}
    by_name = {worker["name"]: worker for worker in document["workers"]}
    assert set(by_name) == {"greeter-worker", "reviewer", "writer"}
    writer = by_name["writer"]
    assert (writer["plugin"], writer["source"]) == ("greeter", "entry point greeter = greeter_plugin")
    assert (writer["role"], writer["after"], writer["priority"]) == ("writer", ["greeter"], "medium")
    assert by_name["reviewer"]["source"] == ".hivemind/workers/reviewer.md"
    for worker in by_name.values():
        assert inside("workers", "show", worker["name"], "--json", check=0).json == worker
    listed = inside("workers", "list", check=0).out
    assert "Says hello." in listed


def test_show_takes_a_name_a_role_or_a_file(cli, greeter, inside):
    (cli.cwd / "reviewer.md").write_text(REVIEWER)
    shown = inside("workers", "show", "reviewer.md", check=0).out
    assert "Read it twice." in shown
    assert "review, criticism" in shown
    document = inside("workers", "show", "reviewer.md", "--json", check=0).json
    assert (document["name"], document["plugin"], document["source"]) == ("reviewer", "files", "reviewer.md")
    assert document["instructions"] == "Read it twice."
    assert "greeter-worker" in inside("workers", "show", "greeter", check=0).out
    result = inside("workers", "show", "greter", check=2)
    assert "did you mean 'greeter'" in result.err


def test_a_worker_given_twice_is_a_warning_in_the_list_and_an_error_when_shown(cli, greeter, plugin_site, inside):
    plugin_site.add("other", greeter.read_text(), distribution="zeta-greeter")
    result = inside("workers", "list", "--json", check=0)
    assert result.json["workers"] == []
    assert "worker 'writer' is given more than once: by greeter" in result.err
    result = inside("workers", "show", "writer", "--json", check=3)
    assert result.json["error"]["type"] == "DuplicateWorkerError"


def test_run_one_worker_in_a_session(cli, greeter, sessions, journal):
    cli("run", "Say hello", "-q", "--worker", "greeter", check=0)
    (folder,) = sessions()
    document = cli("workers", "run", "writer", "--session", "last", "--json", check=0).json
    assert set(document) == {"schema_version", "session_id", "path", "worker"}
    assert (document["session_id"], document["path"]) == (folder.name, str(folder))
    assert (document["worker"]["name"], document["worker"]["status"]) == ("writer", "completed")
    assert (folder / "workers" / "notes" / "writer_implementation.md").is_file()
    events = journal(folder)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    shown = cli("sessions", "show", "--json", check=0).json
    assert {worker["name"]: worker["status"] for worker in shown["workers"]} == {
        "greeter-worker": "completed",
        "writer": "completed",
    }


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        (("writer", "--session", "nothing"), "SessionNotFoundError", 3),
        (("writr", "--session", "last"), "UnknownWorkerError", 2),
        (("writer", "--session", "last", "--model", "nonsense"), "ModelError", 3),
        (("writer", "--session", "last", "--model", "openai:gpt-5"), "ModelError", 3),
        (("writer", "--session", "last", "--task", " "), "UsageError", 2),
        (("writer",), "MissingParameter", 2),
    ],
)
def test_each_step_of_the_start_up_has_its_own_error(cli, greeter, words, kind, code, inside):
    inside("run", "Say hello", "-q", check=0)
    result = inside("workers", "run", *words, "--json", check=code)
    assert result.json["error"]["type"] == kind


def test_a_failed_worker_is_exit_code_1_and_one_document(cli, greeter, inside):
    inside("run", "Say hello", "-q", check=0)
    result = inside("workers", "run", "greeter", "--session", "last", "--task", "fail now", "--json", check=1)
    assert result.json["worker"]["error"] == "the greeting got lost"
    assert "greeter-worker failed" in result.err


def test_a_session_is_found_by_its_path_from_anywhere(cli, greeter, sessions, tmp_path, inside):
    inside("run", "Say hello", "-q", check=0)
    (folder,) = sessions()
    inside("workers", "run", "writer", "--session", str(folder), cwd=tmp_path, check=0)
    moved = cli.cwd.rename(tmp_path / "moved")
    path = str(moved / "Docs" / "hive-mind" / "sessions" / folder.name)
    result = inside("workers", "run", "writer", "--session", path, cwd=tmp_path, check=3)
    assert "the repository of session" in result.err
    inside("workers", "run", "writer", "--session", path, "--repo", str(moved), cwd=tmp_path, check=0)


def test_a_module_runner_is_the_same_command(cli, greeter, plugin_site, sessions):
    plugin_site.add("greeter-runner", "", entry_points=(), module="greeter_runner")
    code = "import sys\nfrom hivemind import run_worker\nsys.exit(run_worker('greeter-worker'))\n"
    (plugin_site.path / "greeter_runner.py").write_text(code)
    cli("run", "Say hello", "-q", check=0)
    result = cli.python("-m", "greeter_runner", "--session", sessions()[0].name, "--task", "Say it", check=0)
    assert "greeter-worker completed" in result.out
    assert cli.python("-m", "greeter_runner", "--session", "last", "--task", "fail", check=1).code == 1
    result = cli.python("-m", "greeter_runner", "--session", "none", "--json", check=3)
    assert result.json["error"]["type"] == "SessionNotFoundError"
    shown = cli.python("-m", "greeter_runner", "--help", check=0).out
    assert "Usage: python -m greeter_runner [OPTIONS]" in shown
    assert "--block-plugin" in shown
    assert "requires an argument" in cli.python("-m", "greeter_runner", "--session", check=2).err
