"""What can be named to be checked: trees, packages, files, modules, objects; and what can't."""

from __future__ import annotations

import importlib.util
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

import pytest

from hivemind import WorkerOutput, WorkerSpec, hookimpl
from hivemind.conformance import check
from hivemind.conformance.finding import find_target
from hivemind.errors import ConfigurationError, UsageError

QUICK = ("loads", "hook-names", "registration", "worker-names", "code-paths")
SOURCE = """
    from hivemind import WorkerOutput, WorkerSpec, hookimpl

    @hookimpl
    def hivemind_workers():
        yield WorkerSpec(name="tree-worker", role="tree", description="Counts trees.", rules="grove.counting:rules")
    """
RULES = """
    from hivemind import WorkerOutput

    def rules(task, context):
        return WorkerOutput(summary="one tree")
    """


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def grove(folder: Path) -> Path:
    """A package with a plugin in it."""
    write(folder / "grove" / "__init__.py", "")
    write(folder / "grove" / "counting.py", RULES)
    return write(folder / "grove" / "plugin.py", SOURCE)


PROJECT = """
    [project]
    name = "hivemind-grove"
    version = "1.0"
    dependencies = ["hivemind-orchestrator>=0.1"]

    [project.entry-points."hivemind.plugins"]
    grove = "grove.plugin"
    """


def test_a_source_tree_that_is_not_installed(tmp_path: Path) -> None:
    grove(tmp_path / "src")
    write(tmp_path / "pyproject.toml", PROJECT)
    report = check(tmp_path, rules=["metadata", *QUICK])
    assert report.ok, report.failed
    assert (report.target, report.plugins) == ("hivemind-grove", ("grove",))
    assert report.result("worker-names").detail == "tree-worker"
    assert report.result("metadata").status == "passed"


@pytest.mark.parametrize(
    ("code", "more"),
    [
        (".", ""),
        ("lib", '\n[tool.hatch.build.targets.wheel]\npackages = ["lib/grove"]\n'),
        ("python", '\n[tool.setuptools.packages.find]\nwhere = ["python"]\n'),
        ("code", '\n[tool.uv.build-backend]\nmodule-root = "code"\n'),
    ],
)
def test_where_the_code_of_a_tree_lies(tmp_path: Path, code: str, more: str) -> None:
    grove(tmp_path / code)
    write(tmp_path / "pyproject.toml", textwrap.dedent(PROJECT) + more)
    assert find_target(tmp_path).paths == (str((tmp_path / code).resolve()),)


def test_a_source_tree_with_a_setup_cfg(tmp_path: Path) -> None:
    grove(tmp_path / "src")
    write(
        tmp_path / "setup.cfg",
        """
        [metadata]
        name = hivemind-grove

        [options]
        install_requires =
            hivemind-orchestrator

        [options.entry_points]
        hivemind.plugins =
            grove = grove.plugin
        """,
    )
    # ConfigParser's own form of the group's name, as setuptools reads it
    target = find_target(tmp_path)
    assert [ref.value for ref in target.plugins] == ["grove.plugin"]
    assert target.declared is not None
    assert target.declared.requires == ("hivemind-orchestrator",)


def test_a_package_and_a_file(tmp_path: Path) -> None:
    plugin = grove(tmp_path)
    for target in (tmp_path / "grove", plugin):
        report = check(target, rules=QUICK)
        assert report.ok, report.failed
        assert report.result("worker-names").detail == "tree-worker"


def test_a_file_whose_name_no_import_can_say(tmp_path: Path, good: Path) -> None:
    path = write(tmp_path / "my greeter-2.py", (good / "greeter.py").read_text())
    report = check(path, rules=QUICK)
    assert report.ok, report.failed


def test_a_module_of_this_process(good: Path) -> None:
    spec = importlib.util.spec_from_file_location("somewhere_else", good / "greeter.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["somewhere_else"] = module
    try:
        spec.loader.exec_module(module)
        report = check(module, rules=QUICK)
    finally:
        del sys.modules["somewhere_else"]
    assert report.ok, report.failed
    assert report.result("worker-names").detail == "greeter"


class Lines:
    """A plugin that is an object, with state of its own."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)

    @hookimpl
    def hivemind_workers(self):
        for name in self.names:
            yield WorkerSpec(name=name, role=name, description=f"Draws {name}.")

    @hookimpl
    def hivemind_execute(self, worker):
        return draw(worker.name) if worker.name in self.names else None


async def draw(name: str) -> WorkerOutput:
    return WorkerOutput(summary=f"drew {name}")


def test_an_object_of_this_process() -> None:
    report = check(Lines(["squares", "circles"]), rules=["import-cost", "worker-names", "embedded-run"])
    assert report.ok, report.failed
    assert report.result("worker-names").detail == "circles, squares"
    assert report.result("embedded-run").status == "passed"
    assert report.result("import-cost").status == "skipped"


def test_an_object_that_breaks_a_rule() -> None:
    report = check(Lines(["backend-worker"]), rules=["worker-names", "hook-names"])
    assert [one.rule for one in report.failed] == ["worker-names"]


@pytest.mark.parametrize(
    ("target", "error", "says"),
    [
        ("bakend", UsageError, "did you mean 'backend'"),
        ("hivemind-orchestratr", UsageError, "did you mean 'hivemind-orchestrator'"),
        ("./nowhere.py", UsageError, "there is no nowhere.py"),
        ("", UsageError, "no plugin named"),
        ("click", ConfigurationError, "brings no plugin"),
    ],
)
def test_what_can_not_be_checked(target: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        check(target)


def test_trees_that_do_not_hold(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no plugin"):
        check(tmp_path)
    project = write(tmp_path / "pyproject.toml", '[project]\nname = "empty"\n')
    with pytest.raises(ConfigurationError, match="no entry point in the group"):
        check(tmp_path)
    write(project, PROJECT)
    with pytest.raises(ConfigurationError, match=r"module 'grove\.plugin' for plugin 'grove', which is not there"):
        check(tmp_path)
    write(project, "[project\n")
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        check(tmp_path)


def test_an_unknown_rule_is_refused(good: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'loads'"):
        check(good / "greeter.py", rules=["load"])
