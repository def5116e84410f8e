"""Every command that a page shows is one that there is: its words are parsed by the real command line."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator

import click
import pytest

from hivemind import HivemindError

BREAKS = ("&&", "||", "|", ";", "(", ")", "<", ">", "&")
SHELL = ("sh", "bash", "shell")


def commands(block: str) -> Iterator[list[str]]:
    """The simple commands of a shell block, those in `$(...)` too."""
    block = block.replace("\\\n", " ")
    for inner in re.findall(r"\$\(([^)]*)\)", block):
        yield from commands(inner)
    block = re.sub(r"\"?\$\([^)]*\)[^\s\"]*\"?", "SUBSTITUTED", block)
    for line in block.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        lexer.commenters = "#"
        words: list[str] = []
        skip = False
        for token in lexer:
            if token in ("<", ">", ">>"):
                skip = True
            elif token in BREAKS:
                yield words
                words = []
            elif skip:
                skip = False
            else:
                words.append(token)
        yield words


def parse(command: click.Command, words: list[str], name: str) -> None:
    """Parse words as the command line does, to the last subcommand, and call nothing."""
    context = command.make_context(name, list(words))
    while isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        if not rest:
            break
        sub, inner, rest = command.resolve_command(context, rest)
        assert inner is not None, f"no command {sub!r}"
        context = inner.make_context(sub, rest, parent=context)
        command = inner


def check(words: list[str], root) -> bool:
    """Check one command; False for one that is not ours."""
    from hivemind.cli.main import cli

    program = words[0].rsplit("/", 1)[-1]
    if program == "hivemind":
        parse(cli, words[1:], "hivemind")
        return True
    if program in ("python", "python3") and words[1] == "-m" and words[2].startswith("hivemind_"):
        assert importlib.util.find_spec(words[2]) is not None, f"no module {words[2]}"
        from hivemind.cli.workers import run_named

        parse(run_named(words[2].split(".")[0].removeprefix("hivemind_")), words[3:], words[2])
        return True
    if program in ("python", "python3") and words[1].endswith(".py"):
        script = (root / words[1]).read_text(encoding="utf-8")
        for word in words[2:]:
            assert not word.startswith("--") or f'"{word}"' in script, f"{words[1]} has no option {word}"
        return True
    if program == "pip" and any(".[" in word for word in words):
        from importlib.metadata import metadata

        extras = set(metadata("hivemind-orchestrator").get_all("Provides-Extra") or ())
        for word in words:
            if named := re.fullmatch(r"\.\[(.*)\]", word):
                assert set(named.group(1).split(",")) <= extras
        return True
    return False


def test_commands_on_every_page(manual) -> None:
    checked: dict[str, int] = {}
    for page in manual.pages:
        for block in manual.blocks(page, *SHELL):
            for words in commands(block):
                if not words or "=" in words[0] or words[0] in ("export", "cd"):
                    continue
                try:
                    checked[page] = checked.get(page, 0) + check(words, manual.root)
                except click.exceptions.Exit:  # --version and --help answer while they are parsed
                    checked[page] += 1
                except (click.ClickException, HivemindError, AssertionError) as error:
                    pytest.fail(f"{page}: {shlex.join(words)}: {getattr(error, 'message', error)}")
    assert checked["README.md"] >= 8
    assert checked["docs/getting-started.md"] >= 15
    assert checked["docs/reference/cli.md"] >= 30


def test_a_wrong_option_a_wrong_command_and_a_wrong_script_are_seen(manual) -> None:
    for line in ("hivemind run x --modle y", "hivemind sesions list", ".venv/bin/hivemind sessions lst"):
        (words,) = [one for one in commands(line) if one]
        with pytest.raises((click.ClickException, HivemindError)):
            check(words, manual.root)
    with pytest.raises(AssertionError):
        check(["python", "benchmarks/scheduler.py", "--nothing"], manual.root)
    with pytest.raises(FileNotFoundError):
        check(["python", "benchmarks/nothing.py"], manual.root)


def test_commands_are_taken_out_of_a_block() -> None:
    block = 'a "b c" && d > e | f\ncat "$(hivemind sessions path last)/REPORT.md"  # h\n'
    found = [words for words in commands(block) if words]
    assert found == [["hivemind", "sessions", "path", "last"], ["a", "b c"], ["d"], ["f"], ["cat", "SUBSTITUTED"]]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash to parse the blocks")
def test_the_shell_can_parse_every_block(manual) -> None:
    blocks = [block for page in manual.pages for block in manual.blocks(page, *SHELL)]
    done = subprocess.run(["bash", "-n"], input="\n".join(blocks), capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_two_commands_are_found_and_make_their_own_environment(manual) -> None:
    for name, end in (("run", "--repo examples/shop"), ("test", "-m pytest -q -n auto")):
        page = manual.text("README.md")
        (found,) = re.findall(rf"<!-- command: {name} -->\n```sh\n(.*?)```", page, re.DOTALL)
        assert found.startswith("python3 -m venv .venv && .venv/bin/pip install --quiet ")
        assert found.strip().endswith(end)
        assert found.count("\n") == 1
