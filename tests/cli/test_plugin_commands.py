"""Commands that plugins bring, and plugins that try to break the core's."""

from __future__ import annotations

import time

import pytest

HELLO = """
import click
from hivemind import HivemindError, hookimpl


@click.command("hello", help="Say hello from a plugin.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--how", default="well")
def hello(as_json, how):
    if how == "badly":
        raise RuntimeError("a plugin's bug")
    if how == "wrong":
        raise HivemindError("that is wrong", "do it right")
    click.echo('{"hello": true}' if as_json else "hello there")
    return 5


@hookimpl
def hivemind_commands():
    print("noise")
    yield hello
"""


def test_a_plugins_command_runs_and_is_listed(cli, plugin_site):
    plugin_site.add("hello", HELLO)
    result = cli("hello", check=5)
    assert result.out == "hello there\n"
    assert cli("hello", "--json").json == {"hello": True}
    for _ in range(2):
        result = cli("--help", check=0)
        assert "hello  Say hello from a plugin." in result.out
        assert "noise" not in result.out
    assert "hello" not in cli("--no-plugins", "--help", check=0).out.split("Commands:")[1]
    assert "no such command 'hello'" in cli("--no-plugins", "hello", check=2).err
    assert "no such command 'hello'" in cli("--block-plugin", "hello", "hello", check=2).err
    assert cli("plugins", "list", "--json").json["plugins"][-1]["commands"] == ["hello"]


def test_errors_of_a_plugins_command(cli, plugin_site, inside):
    plugin_site.add("hello", HELLO)
    result = inside("hello", "--how", "badly", check=3)
    assert "this is a bug in plugin 'hello': RuntimeError: a plugin's bug" in result.err
    assert "Traceback" not in result.err
    assert "Traceback" in inside("--debug", "hello", "--how", "badly", check=3).err
    assert "error: that is wrong\nhint: do it right\n" in inside("hello", "--how", "wrong", check=3).err
    assert inside("hello", "--how", "wrong", "--json", check=3).json["error"]["hint"] == "do it right"


def test_two_plugins_with_one_command_give_none(cli, plugin_site):
    plugin_site.add("hello", HELLO)
    plugin_site.add("another", HELLO)
    result = cli("hello", check=3)
    assert "command 'hello' is given by plugin 'hello' too" in result.err
    assert "given by plugins another and hello: block one of" in cli("--help", check=0).out
    assert cli("--block-plugin", "another", "hello").out == "hello there\n"
    assert "none of them is taken" in cli("plugins", "list", check=0).out


def test_a_plugin_can_not_take_a_command_of_the_core(cli, plugin_site, inside):
    plugin_site.add("thief", HELLO.replace('"hello"', '"run"'))
    assert "Run TASK through the workers" in inside("run", "--help", check=0).out
    assert "command 'run' is the core's own" in inside("plugins", "list", check=0).out


@pytest.mark.parametrize(
    "source",
    [
        "raise ValueError('broken')",
        "import sys; sys.exit(7)",
        "import os; os._exit(7)",
        "from hivemind import hookimpl\n@hookimpl\ndef hivemind_commands():\n    raise ValueError('broken')",
        "from hivemind import hookimpl\n@hookimpl\ndef hivemind_commands():\n    return [3]",
        "from hivemind import hookimpl\n@hookimpl\ndef hivemind_commands():\n    return 3",
        "from hivemind import hookimpl\n@hookimpl\ndef hivemind_commands():\n    return [None]",
        "from hivemind import hookimpl\n@hookimpl\ndef hivemind_commands():\n    import sys\n    sys.exit(3)",
        "this is not python",
    ],
)
def test_a_broken_plugin_does_not_break_help(cli, plugin_site, source):
    plugin_site.add("bad", source)
    plugin_site.add("hello", HELLO)
    result = cli("--help", check=0)
    assert "Run a task through the workers." in result.out
    assert "see 'hivemind plugins list'" in result.out
    if "os._exit" not in source:
        assert cli("hello").out == "hello there\n"
        assert "Say hello from a plugin." in result.out
        (bad,) = (one for one in cli("plugins", "list", "--json").json["plugins"] if one["name"] == "bad")
        assert (bad["status"], bool(bad["problem"])) == ("broken", True)


def test_a_plugin_that_hangs_costs_help_a_bounded_time_once(cli, plugin_site):
    hook = "import time\nfrom hivemind import hookimpl\n@hookimpl\ndef hivemind_commands():\n    time.sleep(600)"
    plugin_site.add("sleepy", hook)
    plugin_site.add("hello", HELLO)
    result = cli("--help", check=0, timeout=20)
    assert "Say hello from a plugin." in result.out
    started = time.monotonic()
    assert "Say hello from a plugin." in cli("--help", check=0).out
    assert time.monotonic() - started < 3
    assert cli("--version", check=0).out.startswith("hivemind ")
    assert cli("hello", timeout=20).out == "hello there\n"


def test_help_follows_what_is_installed(cli, plugin_site):
    assert "Say hello" not in cli("--help", check=0).out
    plugin_site.add("hello", HELLO)
    assert "Say hello from a plugin." in cli("--help", check=0).out
    plugin_site.add("hello", HELLO.replace("Say hello from a plugin.", "Say it in a new way."))
    assert "Say it in a new way." in cli("--help", check=0).out


def test_a_plugin_that_settings_block_is_not_even_asked_for_help(cli, plugin_site):
    plugin_site.add("hello", f"open({str(cli.home / 'loaded')!r}, 'w').close()\n" + HELLO.strip())
    (cli.cwd / "hivemind.toml").write_text('block_plugins = ["hello"]')
    assert "Say hello" not in cli("--help", check=0).out
    assert cli("hello", check=2)
    assert not (cli.home / "loaded").exists()


def test_list_shows_versions_hooks_workers_and_problems(cli, greeter, plugin_site, inside):
    plugin_site.add("broken", "import nothing_like_it")
    document = inside("plugins", "list", "--json", check=0).json
    by_name = {plugin["name"]: plugin for plugin in document["plugins"]}
    assert by_name["greeter"]["version"] == "2.1"
    assert by_name["greeter"]["distribution"] == "acme-greeter"
    assert by_name["greeter"]["hooks"] == ["hivemind_execute", "hivemind_workers"]
    assert by_name["greeter"]["workers"] == ["greeter-worker", "writer"]
    assert by_name["broken"]["problem"] == "ModuleNotFoundError: No module named 'nothing_like_it'"
    assert by_name["backend"]["status"] == "blocked"
    shown = inside("plugins", "list", check=0).out
    assert "problem   ModuleNotFoundError" in shown
    assert "Traceback" in inside("plugins", "list", "--debug", check=0).err
