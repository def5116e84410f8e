"""`hivemind plugins new`: what it writes, says and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from hivemind.scaffold.naming import plugin_names
from hivemind.scaffold.rendering import FILES, render


def written(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_writes_a_folder_and_says_what_comes_next(inside, cli) -> None:
    done = inside("plugins", "new", "database-reviewer", check=0)
    folder = cli.cwd / "hivemind-database-reviewer"
    assert written(cli.cwd) == {
        f"hivemind-database-reviewer/{path}": text for path, text in render(plugin_names("database-reviewer")).items()
    }
    lines = done.out.splitlines()
    assert lines[0].startswith("written: hivemind-database-reviewer, plugin 'database-reviewer' with worker ")
    assert [line.strip() for line in lines[1 : lines.index("next:")]] == sorted(written(folder), key=lines_of(done.out))
    assert [line.strip() for line in lines[lines.index("next:") + 1 :]] == [
        "cd hivemind-database-reviewer",
        "python -m pip install -e '.[test]'",
        "python -m pytest",
        "hivemind plugins check .",
        "hivemind run 'Look at what is left to do' --worker database-reviewer",
    ]
    assert done.err == ""


def lines_of(text: str):
    """The place of a line in a text, to sort by."""
    lines = [line.strip() for line in text.splitlines()]
    return lines.index


def test_its_document_says_the_names_the_files_and_the_next_commands(inside, cli) -> None:
    made = inside("plugins", "new", "Acme.Tools", "--worker", "security", "--json", check=0).json
    assert made["schema_version"] == 1
    assert (made["plugin"], made["distribution"], made["package"]) == (
        "acme-tools",
        "hivemind-acme-tools",
        "hivemind_acme_tools",
    )
    assert (made["worker"], made["role"]) == ("security-worker", "security")
    assert Path(made["path"]) == cli.cwd / "hivemind-acme-tools"
    assert sorted(made["files"]) == sorted(written(Path(made["path"])))
    assert len(made["files"]) == len(FILES)
    assert made["next"][0] == "cd hivemind-acme-tools"


def test_a_path_is_the_folder_itself_and_is_quoted(inside, cli) -> None:
    done = inside("plugins", "new", "acme", "--path", "a folder/of mine", check=0)
    assert (cli.cwd / "a folder" / "of mine" / "pyproject.toml").is_file()
    assert "  cd 'a folder/of mine'\n" in done.out


def test_a_home_that_the_shell_left_is_expanded(inside, cli) -> None:
    home = {"HOME": str(cli.home), "USERPROFILE": str(cli.home)}
    made = inside("plugins", "new", "acme", "--path", "~/acme", "--json", env=home, check=0).json
    assert Path(made["path"]) == cli.home / "acme"
    assert made["next"][0] == f"cd {cli.home / 'acme'}"


def test_the_current_folder_needs_no_cd(inside, cli) -> None:
    made = inside("plugins", "new", "acme", "--path", ".", "--json", check=0).json
    assert Path(made["path"]) == cli.cwd
    assert not any(command.startswith("cd") for command in made["next"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grüezi",), "is no name for a distribution"),
        (("a b",), "is no name for a distribution"),
        (("class",), "'class' is a word of the Python language"),
        (("hivemind",), "the core's own name"),
        (("backend",), "'backend' is a plugin that hivemind ships"),
        (("acme", "--worker", "backend"), "'backend-worker' is a worker that hivemind ships"),
        (("acme", "--worker", "a/b"), "'a/b' is no role for a worker"),
        ((), "missing argument 'NAME'"),
        (("acme", "--path", "file"), "file is there and is no folder"),
        (("acme", "--path", "full"), "full is not empty, and nothing is overwritten"),
    ],
)
def test_what_can_not_be_is_a_usage_error_and_writes_nothing(inside, cli, words: tuple[str, ...], said: str) -> None:
    (cli.cwd / "file").write_text("mine", encoding="utf-8")
    (cli.cwd / "full").mkdir()
    (cli.cwd / "full" / "file").write_text("mine", encoding="utf-8")
    done = inside("plugins", "new", *words, check=2)
    assert said in done.err
    assert "hint: " in done.err
    assert done.out == ""
    assert written(cli.cwd) == {"file": "mine", "full/file": "mine"}


def test_a_second_time_nothing_is_overwritten(inside, cli) -> None:
    inside("plugins", "new", "acme", check=0)
    (cli.cwd / "hivemind-acme" / "README.md").write_text("mine", encoding="utf-8")
    failed = inside("plugins", "new", "acme", "--json", check=2)
    assert "is not empty" in failed.json["error"]["message"]
    assert (cli.cwd / "hivemind-acme" / "README.md").read_text(encoding="utf-8") == "mine"


def test_a_folder_for_several_plugins_is_taken_for_the_plugins_own_and_the_right_one_is_named(inside, cli) -> None:
    (cli.cwd / "plugins" / "mine").mkdir(parents=True)
    failed = inside("plugins", "new", "acme", "--path", "plugins", check=2)
    assert f"such as {Path('plugins', 'hivemind-acme')}" in failed.err
    inside("plugins", "new", "acme", "--path", "plugins/hivemind-acme", check=0)


def test_a_folder_that_can_not_be_written_is_no_bug(inside, cli) -> None:
    (cli.cwd / "file").write_text("mine", encoding="utf-8")
    failed = inside("plugins", "new", "acme", "--path", "file/below", "--json", check=3).json["error"]
    assert failed["type"] == "HivemindError"
    assert failed["hint"] == "choose another folder with --path"


def test_neither_settings_nor_other_plugins_are_needed(inside, cli, plugin_site) -> None:
    plugin_site.add("broken", "raise RuntimeError('no')")
    (cli.cwd / "hivemind.toml").write_text("no toml at all", encoding="utf-8")
    done = inside("plugins", "new", "acme", check=0)
    assert done.err == ""
