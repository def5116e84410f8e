"""Local plugins from the command line: every command has them, and a clone runs nothing by itself."""

from __future__ import annotations

import textwrap
import time
from pathlib import Path

import pytest

GREETER = """
import click
from hivemind import WorkerOutput, WorkerSpec, hookimpl


@click.command("hello", help="Say hello from a folder.")
def hello():
    click.echo("hello there")


@hookimpl
def hivemind_commands():
    yield hello


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="greeter", role="greeter", description="Says hello.", rules=f"{__name__}:greet")


def greet(task, context):
    from .words import HELLO
    return WorkerOutput(summary=HELLO)
"""
LOUD = "import os, pathlib\npathlib.Path(os.environ['LOUD']).touch()\n"


@pytest.fixture
def tools(cli) -> Path:
    """A folder `tools` with a package `greeter`, in the working folder."""
    cli.env["HIVEMIND_BLOCK_PLUGINS"] = "analyzer,architect,backend,facts,frontend"
    cli.env["LOUD"] = str(cli.home / "imported")
    folder = cli.cwd / "tools"
    write(folder / "greeter" / "__init__.py", "")
    write(folder / "greeter" / "words.py", "HELLO = 'hello from a package'")
    write(folder / "greeter" / "plugin.py", GREETER)
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


def test_a_run_by_option_and_all_that_follows(cli, tools, inside) -> None:
    ran = cli("run", "Say hello", "--plugins-dir", "tools", "--worker", "greeter", "--json", check=0)
    assert ran.json["workers"][0]["status"] == "completed"
    assert f"from {tools}" in ran.err
    session = Path(ran.json["path"])
    assert "hello from a package" in (session / "workers" / "json" / "greeter.json").read_text()
    assert f"local plugin {tools / 'greeter'}" in (session / "REPORT.md").read_text()
    (planned,) = inside("sessions", "show", "last", "--json", check=0).json["plan"]["workers"]
    assert planned["source"] == f"local plugin {tools / 'greeter'}"
    assert planned["plugin_version"]
    again = inside("--plugins-dir", "tools", "run", "Say hello", "--worker", "greeter", "--json", check=0)
    assert again.json["workers"][0]["status"] == "cached"
    lost = inside("resume", "last", check=3)
    assert f"it came from local plugin {tools / 'greeter'}" in lost.err
    inside("resume", "last", "--plugins-dir", str(tools), check=0)
    inside("workers", "run", "greeter", "--session", "last", "--plugins-dir", "tools", "--no-cache", check=0)
    planned = inside("plan", "Say hello", "--worker", "greeter", "--plugins-dir", "tools", check=0)
    assert f"local plugin {tools / 'greeter'}" in planned.out
    write(tools / "greeter" / "words.py", "HELLO = 'changed'")
    assert "plugin 'greeter' is of version" in inside("resume", "last", "--plugins-dir", "tools", check=3).err
    changed = cli("run", "Say hello", "--worker", "greeter", "--json", "--plugins-dir", "tools", check=0)
    assert changed.json["workers"][0]["status"] == "completed"


def test_every_command_knows_them(cli, tools, inside) -> None:
    env = {"HIVEMIND_PLUGINS_DIR": str(tools)}
    assert "greeter" in inside("workers", "list", env=env, check=0).out
    assert "greeter" in inside("graph", "show", env=env, check=0).out
    listed = inside("plugins", "list", "--json", env=env, check=0).json["plugins"]
    (greeter,) = (one for one in listed if one["name"] == "greeter")
    assert (greeter["folder"], greeter["commands"], greeter["workers"]) == (str(tools), ["hello"], ["greeter"])
    assert "local" in inside("doctor", env=env).out
    assert inside("hello", env=env, check=0).out == "hello there\n"
    assert inside("--plugins-dir", "tools", "hello", check=0).out == "hello there\n"
    assert "no such command 'hello'" in inside("hello", check=2).err
    only = inside("--no-plugins", "--plugins-dir", "tools", "workers", "list", "--json", check=0).json
    assert [one["name"] for one in only["workers"]] == ["greeter"]
    assert inside("--no-plugins", "workers", "list", "--json", env=env, check=0).json["workers"] == []


def test_help_and_completion_list_them_at_once(cli, tools) -> None:
    env = {"HIVEMIND_PLUGINS_DIR": "tools"}
    assert "Say hello from a folder." in cli("--help", env=env, check=0).out
    started = time.monotonic()
    assert "Say hello from a folder." in cli("--help", env=env, check=0).out
    assert time.monotonic() - started < 3
    assert "Say hello" not in cli("--help", check=0).out
    write(tools / "greeter" / "plugin.py", GREETER.replace("from a folder", "in a new way, from a folder"))
    assert "Say hello in a new way" in cli("--help", env=env, check=0).out
    words = {"COMP_WORDS": "hivemind workers show gr", "COMP_CWORD": "3", "_HIVEMIND_COMPLETE": "bash_complete"}
    assert (
        "greeter"
        in cli.python("-c", "from hivemind.cli.main import cli; cli(prog_name='hivemind')", env=env | words).out
    )


def test_a_broken_one_is_told_and_the_rest_works(cli, tools) -> None:
    write(tools / "bad.py", "x = 1\nraise RuntimeError('at import')\n")
    write(tools / "worse.py", "def broken(:\n")
    ran = cli("run", "Say hello", "--plugins-dir", "tools", "--worker", "greeter", check=0)
    assert f"{tools / 'bad.py'}:2: RuntimeError: at import" in ran.err
    assert f"{tools / 'worse.py'}:1: SyntaxError" in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in cli("--debug", "plugins", "info", "bad", "--plugins-dir", "tools", check=0).err


@pytest.mark.parametrize(
    ("arguments", "env", "settings", "said"),
    [
        (["--plugins-dir", "nowhere"], {}, "", "option --plugins-dir names"),
        (["--plugins-dir", "file.py"], {}, "", "which is no folder"),
        ([], {"HIVEMIND_PLUGINS_DIR": "nowhere"}, "", "HIVEMIND_PLUGINS_DIR names"),
        ([], {}, "plugins_dir = ['nowhere']", "setting 'plugins_dir' from hivemind.toml names"),
        ([], {}, "plugins_dir = ['.']", "in which the whole repository lies"),
        ([], {}, "plugins_dir = ['']", "names no folder"),
        ([], {}, "plugins_dir = 'tools'", "setting 'plugins_dir' from hivemind.toml is 'tools'"),
    ],
)
def test_a_folder_that_is_none(cli, inside, arguments, env, settings, said) -> None:
    (cli.cwd / "file.py").write_text("")
    (cli.cwd / "hivemind.toml").write_text(settings)
    assert said in inside(*arguments, "workers", "list", env=env, check=3).err
    assert "Run a task through the workers." in inside(*arguments, "--help", env=env, check=0).out
    assert said in inside(*arguments, "doctor", env=env, check=3).out


def test_a_clone_runs_nothing_until_it_is_trusted(cli, tools, inside) -> None:
    write(tools / "loud.py", LOUD)
    (cli.cwd / "pyproject.toml").write_text('[tool.hivemind]\nplugins_dir = ["tools"]\n')
    trust = f"hivemind plugins trust {tools}"
    for arguments in (["plugins", "list"], ["--help"], ["doctor"], ["plugins", "info", "loud"]):
        assert inside(*arguments).code in (0, 3)
    refused = cli("run", "Say hello", "--worker", "greeter", check=2)
    assert f"pyproject.toml names {tools} as a folder of plugins, and you have not trusted it" in refused.err
    assert "greeter, loud are not loaded" in refused.err
    assert refused.err.count(trust) == 2, "in the warning and in the hint of the unknown worker"
    assert trust in inside("hello", check=2).err
    assert trust in inside("graph", "show", "--select", "greeter", check=2).err.partition("hint:")[2]
    assert not (cli.home / "imported").exists()
    assert not list(tools.rglob("__pycache__"))
    trusted = inside("plugins", "trust", "./tools", check=0)
    assert "greeter/plugin.py" in trusted.out
    assert not (cli.home / "imported").exists(), "trusting imports nothing"
    ran = cli("run", "Say hello", "--worker", "greeter", check=0)
    assert "not trusted" not in ran.err
    assert cli("hello", check=0).out == "hello there\n"
    assert "Say hello from a folder." in cli("--help", check=0).out


@pytest.mark.parametrize("change", ["edit", "add", "data"])
def test_a_change_asks_again(cli, tools, inside, change) -> None:
    (cli.cwd / "hivemind.toml").write_text('plugins_dir = ["tools"]\n')
    inside("plugins", "trust", "tools/", check=0)
    assert "greeter" in inside("workers", "list", check=0).out
    names = {"edit": "greeter/words.py", "add": "new.py", "data": "_shared/prompt.txt"}
    write(tools / names[change], "HELLO = 'changed'")
    asked = inside("workers", "list", check=0)
    assert "greeter" not in asked.out
    assert "it has changed since you trusted it" in asked.err
    assert names[change] in asked.err
    inside("plugins", "trust", "./tools", check=0)
    assert "greeter" in inside("workers", "list", check=0).out
    assert "no longer trusted" in inside("plugins", "trust", "./tools", "--revoke", check=0).out
    assert "you have not trusted it" in inside("workers", "list", check=0).err
    assert "was not trusted" in inside("plugins", "trust", "./tools", "--revoke", check=0).out


def test_who_names_a_folder_decides(cli, tools, inside) -> None:
    (cli.cwd / "hivemind.toml").write_text('plugins_dir = ["tools"]\n')
    assert "not trusted" in inside("workers", "list", check=0).err
    assert inside("workers", "list", "--plugins-dir", "tools", check=0).err == ""
    config = cli.home / "config" / "hivemind.toml"
    write(config, 'plugins_dir = ["mine"]\n')
    write(config.parent / "mine" / "own.py", "from hivemind import *\n")
    listed = inside("plugins", "list", "--json", check=0)
    assert {one["name"]: one["status"] for one in listed.json["plugins"] if one["folder"]} == {
        "own": "loaded",
        "greeter": "not trusted",
    }
    shown = {one["name"]: one for one in inside("config", "show", "--json", check=0).json["settings"]}
    assert shown["plugins_dir"]["value"] == [str(config.parent / "mine"), str(tools)]
    assert shown["plugins_dir"]["origin"] == f"{config} and hivemind.toml"


def test_a_folder_of_the_current_place_is_no_code_of_ours(cli, plugin_site, tools) -> None:
    """`python -m` puts the current folder first: a clone could bring an entry point, or a module that others import."""
    write(cli.cwd / "evil-1.0.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    write(cli.cwd / "evil-1.0.dist-info" / "entry_points.txt", "[hivemind.plugins]\nevil = evil\n")
    write(cli.cwd / "evil.py", LOUD)
    write(cli.cwd / "greeter_plugin.py", LOUD)
    plugin_site.add("installed", "import greeter_plugin\n")
    plugin_site.add("other", "x = 1\n", module="greeter_plugin")
    listed = cli("plugins", "list", "--json", check=0).json["plugins"]
    assert "evil" not in {one["name"] for one in listed}
    assert not (cli.home / "imported").exists()


def test_the_users_own_goes_before_a_repositorys_of_its_name(cli, tools, inside) -> None:
    (cli.cwd / "hivemind.toml").write_text('plugins_dir = ["tools"]\n')
    inside("plugins", "trust", "tools", check=0)
    mine = cli.home / "zzz" / "greeter.py"
    write(mine, "x = 1\n")
    listed = inside("plugins", "list", "--json", env={"HIVEMIND_PLUGINS_DIR": str(mine.parent)}, check=0).json
    status = {one["folder"]: one["status"] for one in listed["plugins"] if one["folder"]}
    assert status == {str(mine.parent): "loaded", str(tools): "broken"}
