"""The files of a new plugin: complete, in our own style, and right for every name."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from hivemind.hookspecs import HOOK_API_VERSION
from hivemind.models import WorkerSpec
from hivemind.scaffold.naming import PluginNames, plugin_names
from hivemind.scaffold.rendering import FILES, render
from hivemind.scaffold.writing import write_folder
from hivemind.version import __version__

LONG = "a-name-that-is-as-long-as-the-name-of-a-plugin-can"
NAMES = {
    "short": plugin_names("a", "b"),
    "digits": plugin_names("3d", "4.d_e-f"),
    "usual": plugin_names("database-reviewer"),
    "long": plugin_names(LONG, LONG[::-1]),
}
STRICT = """
[mypy]
strict = True
python_version = 3.11
mypy_path = src
files = src, tests
[mypy-pydantic_ai.*,pydantic_ai_harness.*,networkx.*,sqlglot.*,rich.*,tree_sitter.*,openapi_spec_validator.*,click.*]
follow_imports = skip
"""
"""Strict, but without the time that it takes to look into what the plugin's code hardly touches."""


@pytest.fixture(params=NAMES)
def names(request: pytest.FixtureRequest) -> PluginNames:
    """Names of several plugins."""
    return NAMES[request.param]


def test_every_template_is_used_and_there() -> None:
    there = {path.name.removesuffix(".tmpl") for path in (files("hivemind.scaffold") / "templates").iterdir()}
    assert there == set(FILES.values())
    assert len(LONG) == 50


def test_the_distribution_says_what_it_is(names: PluginNames) -> None:
    made = render(names)
    assert {"README.md", "LICENSE", ".gitignore", ".github/workflows/ci.yml"} <= set(made)
    project = tomllib.loads(made["pyproject.toml"])["project"]
    assert project["name"] == names.distribution
    assert project["entry-points"] == {"hivemind.plugins": {names.plugin: f"{names.package}.plugin"}}
    assert f"hivemind-orchestrator>={__version__}" in project["dependencies"]
    assert {"pytest", "mypy", "ruff"} == {one.split(">")[0] for one in project["optional-dependencies"]["test"]}
    assert names.worker in made["README.md"]


def test_the_entry_point_is_thin_and_gives_the_worker(names: PluginNames) -> None:
    code = render(names)[f"src/{names.package}/plugin.py"]
    module: dict[str, object] = {"__name__": f"{names.package}.plugin"}
    exec(compile(code, "plugin.py", "exec"), module)  # its package is not there: nothing of it may be imported yet
    assert module["HOOK_API_VERSION"] == HOOK_API_VERSION
    (spec,) = module["hivemind_workers"]()  # type: ignore[operator]
    assert isinstance(spec, WorkerSpec)
    assert (spec.name, spec.role) == (names.worker, names.role)
    assert {f"hivemind_{hook}" for hook in ("workers", "load_context", "execute", "publish")} <= set(module)


def test_the_pipeline_checks_what_the_readme_says(names: PluginNames) -> None:
    made = render(names)
    pipeline = yaml.safe_load(made[".github/workflows/ci.yml"])
    steps = [step["run"] for job in pipeline["jobs"].values() for step in job["steps"] if "run" in step]
    for command in ("ruff check .", "mypy", "pytest", "hivemind plugins check ."):
        assert command in steps
        assert command in made["README.md"]
    assert pipeline["jobs"]["test"]["runs-on"] == "${{ matrix.os }}"
    assert pipeline["permissions"] == {"contents": "read"}


def test_nothing_is_left_to_fill_in(names: PluginNames) -> None:
    for path, text in render(names).items():
        assert "$" not in text.replace("${{", "").replace(r"\s*$", ""), path
        assert not text or text.endswith("\n")
        assert "\n\n\n\n" not in text
        assert not any(line != line.rstrip() for line in text.splitlines()), path


def test_ruff_finds_nothing_whatever_the_name(tmp_path: Path) -> None:
    for key, names in NAMES.items():
        write_folder(tmp_path / key, render(names))
    for command in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_finds_nothing_in_strict_mode(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "new", render(NAMES["long"]))
    assert tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["strict"] is True
    (tmp_path / "mypy.ini").write_text(STRICT, encoding="utf-8")
    options = ["--config-file", str(tmp_path / "mypy.ini"), "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options], cwd=folder, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
