"""A new plugin in a fresh environment: installed by pip, found by its entry point, its own tests unchanged."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from hivemind.scaffold.naming import plugin_names
from hivemind.scaffold.rendering import render


@pytest.mark.skipif(find_spec("hatchling") is None or find_spec("pip") is None, reason="there is nothing to build with")
def test_a_new_plugin_is_installed_found_run_and_tested(fresh_environment, tmp_path: Path) -> None:
    run = fresh_environment.run
    made = run("hivemind", "plugins", "new", "Quality_Gate", "--worker", "open-work", "--json", cwd=tmp_path).json
    folder = Path(made["path"])
    assert (made["distribution"], made["worker"]) == ("hivemind-quality-gate", "open-work-worker")
    assert folder == tmp_path / "hivemind-quality-gate"

    run("python", "-m", "pip", "install", "-e", ".[test]", cwd=folder)
    plugins = {one["name"]: one for one in run("hivemind", "plugins", "list", "--json", cwd=tmp_path).json["plugins"]}
    plugin = plugins["quality-gate"]
    assert (plugin["status"], plugin["distribution"]) == ("loaded", "hivemind-quality-gate")
    assert {f"hivemind_{hook}" for hook in ("load_context", "execute", "publish")} <= set(plugin["hooks"])

    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "app.py").write_text("def f():\n    return 1  # FIXME: always one\n", encoding="utf-8")
    done = run("hivemind", "run", "Look", "--worker", "open-work", "--repo", str(repo), "--json", cwd=tmp_path).json
    assert [(one["name"], one["status"]) for one in done["workers"]] == [("open-work-worker", "completed")]
    assert "marked FIXME: always one" in Path(done["report"]).read_text(encoding="utf-8")
    (published,) = Path(done["path"], "workers", "files").rglob("unfinished.md")
    assert "`app.py:2` FIXME always one" in published.read_text(encoding="utf-8")

    tests = run("python", "-m", "pytest", "-q", cwd=folder)
    assert re.search(r"^\d+ passed in ", tests.out, re.MULTILINE), tests.out
    checked = run("hivemind", "plugins", "check", ".", "--json", cwd=folder).json
    assert checked["ok"] is True, checked

    names = plugin_names("Quality_Gate", "open-work")
    assert all((folder / path).read_text(encoding="utf-8") == text for path, text in render(names).items())

    run("python", "-m", "pip", "uninstall", "--yes", "hivemind-quality-gate", cwd=tmp_path)
    gone = run("hivemind", "run", "Look", "--worker", "open-work", "--repo", str(repo), cwd=tmp_path, check=2)
    assert "unknown worker 'open-work'" in gone.err
