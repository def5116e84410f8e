"""The generated pages: they say what the code says, and nothing is missing on them."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest


def test_no_page_is_stale(manual) -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=manual.root, capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stdout) == (0, ""), f"run: python docs/generate.py\n{done.stdout}{done.stderr}"


def test_a_stale_and_a_missing_page_are_named(generator, tmp_path: Path) -> None:
    (tmp_path / "right.md").write_text("right\n", encoding="utf-8")
    (tmp_path / "old.md").write_text("old\n", encoding="utf-8")
    pages = {tmp_path / name: f"{name.removesuffix('.md')}\n" for name in ("right.md", "missing.md")}
    pages[tmp_path / "old.md"] = "new\n"
    assert [path.name for path in generator.stale(pages)] == ["missing.md", "old.md"]


def test_check_exits_1_and_writes_nothing(generator, monkeypatch, capsys) -> None:
    page = generator.DOCS / "reference" / "no-such-page.md"
    monkeypatch.setattr(generator, "render", lambda: {page: "text\n"})
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generator.main() == 1
    assert capsys.readouterr().out == "stale: docs/reference/no-such-page.md\n"
    assert not page.exists()


def test_every_command_has_a_section_with_an_example(manual, generator) -> None:
    text = manual.text("docs/reference/cli.md")
    sections = dict(re.findall(r"^## (hivemind[^\n]*)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))
    paths = set()
    for path, command, context, _ in importlib.import_module("generators.cli_page").commands():
        paths.add(path)
        assert path in sections, f"docs/reference/cli.md lacks {path!r}"
        assert re.search(r"Example:\n\n```sh\n[^`]*hivemind ", sections[path]), f"{path} has no example in its help"
        for option in command.get_params(context):
            if isinstance(option, click.Option) and not option.hidden and "--help" not in option.opts:
                assert all(name in sections[path] for name in option.opts), f"{path} {option.opts}"
    assert set(sections) == paths
    assert {"hivemind run", "hivemind resume", "hivemind sessions events", "hivemind facts diff"} <= paths


def test_every_hook_has_a_section_with_its_signature(manual, hooks) -> None:
    page = importlib.import_module("generators.hooks_page")
    text = manual.text("docs/reference/hooks.md")
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))
    assert set(sections) == {hook for _, hook, _ in hooks}
    for _, hook, module in hooks:
        assert page.signature(module, hook) in sections[hook]
        assert "**On failure:**" in sections[hook]
        assert (manual.root / "docs" / "examples" / f"{hook}.py").read_text(encoding="utf-8") in sections[hook]
    assert set(page.FAILURES) == set(sections), "a hook that is gone has a line about its failure"


def test_a_hook_without_a_word_on_its_failure_or_without_an_example_stops_the_page(hooks, monkeypatch) -> None:
    page = importlib.import_module("generators.hooks_page")
    monkeypatch.delitem(page.FAILURES, "hivemind_event")
    with pytest.raises(SystemExit, match="hivemind_event"):
        page.page()
    monkeypatch.undo()
    monkeypatch.setattr(page, "EXAMPLES", Path("nowhere"))
    with pytest.raises(SystemExit, match="every hook has an example"):
        page.page()


def test_every_hook_has_a_test_named_after_it(manual, hooks) -> None:
    named: set[str] = set()
    for file in (manual.root / "tests").rglob("test_*.py"):
        for function in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            named.add(function)
    for _, hook, _ in hooks:
        assert any(hook in name for name in named), f"no test is named after {hook}"


def test_every_setting_error_and_event_is_listed(manual) -> None:
    from hivemind import errors, events
    from hivemind.config import Settings

    for name in Settings.model_fields:
        assert f"| `{name}` |" in manual.text("docs/reference/configuration.md")
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.HivemindError):
            assert f"| `{kind.__name__}` | {int(kind.exit_code)} |" in manual.text("docs/reference/errors.md")
    for kind in events.KnownEvent.__origin__.__args__:  # type: ignore[attr-defined]
        for name in kind.model_fields["type"].annotation.__args__:
            assert f"`{name}`" in manual.text("docs/reference/events.md")


def test_the_exit_codes_of_the_front_page_are_those_there_are(manual) -> None:
    from hivemind.errors import ExitCode

    section = manual.text("README.md").split("## Exit codes")[1].split("##")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)] == [int(one) for one in ExitCode]
