"""Help, version, completion: what they say and what they do not load."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest

from hivemind.cli.commands import CORE
from hivemind.cli.main import cli as top


def _walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if path:
        yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from _walk(below, (*path, name))


def _commands() -> tuple[tuple[str, ...], ...]:
    context = click.Context(top, resilient_parsing=True)
    loaded = {name: top.get_command(context, name) for name in CORE}
    return tuple(words for name, command in loaded.items() if command for words in _walk(command, (name,)))


COMMANDS = _commands()
HEAVY = (
    "pydantic_ai",
    "networkx",
    "pydantic",
    "rich",
    "pluggy",
    "asyncio",
    "hivemind.plugins",
    "yaml",
    "greeter_plugin",
)
SPY = """
import json, sys
from hivemind.cli.main import main
code = main(json.loads(sys.argv[1]))
sys.stderr.write(json.dumps(sorted(sys.modules)))
sys.exit(code)
"""


@pytest.fixture
def modules(cli):
    """Lists the modules that a call of the command line loads."""

    def of(*words: str, env: dict[str, str] | None = None) -> set[str]:
        result = cli.python("-c", SPY, json.dumps(words), check=0, env=env)
        return set(json.loads(result.err.splitlines()[-1]))

    return of


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("run", "--help"), ("completion", "zsh")])
def test_help_and_version_load_nothing_heavy(modules, greeter, words):
    for _ in range(2):  # the first time nothing is known of the plugins yet
        loaded = modules(*words)
        assert "hivemind.cli.main" in loaded
        assert not loaded & set(HEAVY)


@pytest.mark.parametrize(
    "words", [("workers", "show", "writer"), ("graph", "show"), ("sessions", "list"), ("models",), ("run", "x")]
)
def test_commands_that_ask_no_model_do_not_load_its_library(modules, greeter, words):
    assert "pydantic_ai" not in modules(*words)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_of_every_command_has_an_example(cli, words, inside):
    result = inside(*words, "--help", check=0)
    assert "Example:\n" in result.out
    example = result.out.split("Example:\n")[1]
    assert "hivemind " + " ".join(words) in example
    assert all(len(line) <= 118 for line in result.out.splitlines())
    assert result.out == inside(*words, "-h", check=0).out


def test_the_list_of_commands_is_whole():
    top_level = {words[0] for words in COMMANDS}
    assert {"run", "resume", "retry", "cancel", "sessions", "watch", "diff", "workers"} <= top_level
    assert {("sessions", name) for name in ("show", "archive", "restore", "delete", "prune")} <= set(COMMANDS)
    context = click.Context(top, resilient_parsing=True)
    for name, (_, said) in CORE.items():
        command = top.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str(200) == said


def test_top_level(cli):
    from hivemind.version import __version__

    assert cli("--version", check=0).out == f"hivemind {__version__}\n"
    result = cli("--help", check=0)
    assert 'hivemind run "Add an orders API with pagination"' in result.out
    result = cli("rnu", check=2)
    assert "no such command 'rnu'" in result.err
    assert "did you mean 'run'" in result.err
    assert cli("--nonsense", check=2).out == ""
    result = cli("--json", "rnu", check=2)
    assert result.json["error"]["exit_code"] == 2
    assert "Usage: hivemind [OPTIONS] COMMAND [ARGS]..." in cli(check=2).err
    assert "Usage: hivemind sessions [OPTIONS]" in cli("sessions", check=2).err


def complete(cli, *words: str) -> list[str]:
    """Complete the last word as bash would ask for it."""
    env = {
        "_HIVEMIND_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("hivemind", *words)),
        "COMP_CWORD": str(len(words)),
    }
    result = cli(env=env, check=0)
    assert result.err == ""
    return [line.partition(",")[2] for line in result.out.splitlines() if line]


def test_completion_of_commands_workers_and_sessions(cli, greeter, sessions):
    assert complete(cli, "ru") == ["run"]
    assert "sessions" in complete(cli, "")
    assert complete(cli, "sessions", "sh") == ["show"]
    assert complete(cli, "run", "x", "--worker", "wr") == ["writer"]
    assert complete(cli, "workers", "show", "gr") == ["greeter-worker"]
    assert complete(cli, "sessions", "show", "") == ["last"]
    cli("run", "Say hello", "-q", check=0)
    (folder,) = sessions()
    assert complete(cli, "sessions", "show", "20") == [folder.name]
    assert complete(cli, "workers", "run", "writer", "--session", "") == ["last", folder.name]
    (cli.cwd / ".hivemind" / "workers").mkdir(parents=True)
    (cli.cwd / ".hivemind" / "workers" / "wright.md").write_text("---\nname: wright\ndescription: x\n---\n")
    assert complete(cli, "run", "x", "--worker", "wr") == ["wright", "writer"]
    (cli.cwd / "hivemind.toml").write_text("nonsense")
    assert complete(cli, "sessions", "show", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(cli, shell, inside):
    script = inside("completion", shell, check=0).out
    assert f"_HIVEMIND_COMPLETE={shell}_complete" in script
    assert inside("completion", "tcsh", check=2).out == ""


def test_a_bug_is_one_line_and_a_traceback_on_request(cli, tmp_path):
    breaking = tmp_path / "breaking"
    breaking.mkdir()
    (breaking / "sitecustomize.py").write_text(
        "import hivemind.cli.task\n\n\ndef explode(given):\n    raise KeyError('x')\n\n\n"
        "hivemind.cli.task.read_task = explode\n"
    )
    env = {"PYTHONPATH": str(breaking)}
    result = cli("run", "x", env=env, check=3)
    assert result.err == (
        "error: this is a bug in hivemind: KeyError: 'x'\nhint: see the traceback with --debug, and report it\n"
    )
    assert "Traceback (most recent call last)" in cli("--debug", "run", "x", env=env, check=3).err
    assert "Traceback (most recent call last)" in cli("run", "x", "--debug", env=env, check=3).err
    assert cli("run", "x", "--json", env=env, check=3).json["error"]["type"] == "KeyError"
