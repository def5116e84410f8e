"""Plugins of folders: what counts as one, how it is imported, and how each way of being broken is told."""

from __future__ import annotations

import importlib
import os
import py_compile
import sys
import textwrap
from pathlib import Path

import pytest

from hivemind.errors import ConfigurationError
from hivemind.imports import load
from hivemind.local_plugins import plugins_in
from hivemind.plugins import PluginManager, load_plugins
from hivemind.registry import build_registry

GREETER = """
from hivemind import WorkerOutput, WorkerSpec, hookimpl


@hookimpl
def hivemind_workers():
    yield WorkerSpec(name="NAME", role="NAME", description="Says hello.", rules=f"{__name__}:greet")


def greet(task, context):
    return WorkerOutput(summary="SUMMARY")
"""


def greeter(name: str, summary: str = "hello") -> str:
    return GREETER.replace("NAME", name).replace("SUMMARY", summary)


def write(folder: Path, **files: str) -> Path:
    """Write files, named by their path with `_0_` for a slash."""
    for name, text in files.items():
        path = folder / f"{name.replace('_0_', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


def loaded(*folders: Path, **options: object) -> PluginManager:
    return load_plugins(entry_points=False, local=folders, **options)  # type: ignore[arg-type]


def rules_of(manager: PluginManager, worker: str) -> object:
    path = build_registry(manager).get(worker).spec.rules
    assert path is not None
    return load(path, "rules")


def test_files_and_packages_are_plugins_and_nothing_else(tmp_path: Path) -> None:
    write(
        tmp_path,
        greeter="",
        _private="",
        conftest="",
        test_greeter="",
        greeter_test="",
        package_0___init__="",
        tests_0___init__="",
        __pycache___0___init__="",
        notpackage_0_module="",
    )
    (tmp_path / ".hidden.py").write_text("")
    (tmp_path / "README.md").write_text("")
    (tmp_path / "my-plugin.py").write_text("")
    assert [one.name for one in plugins_in(tmp_path, "x")] == ["greeter", "my-plugin", "package"]


def test_a_file_is_loaded_under_a_private_name_that_its_specs_can_use(tmp_path: Path) -> None:
    path = list(sys.path)
    write(tmp_path, greeter=greeter("hello-worker"))
    (tmp_path / "my-plugin.v2.py").write_text(greeter("second"))
    manager = loaded(tmp_path)
    assert manager.plugins["greeter"].status == "loaded", manager.plugins["greeter"].problem
    assert rules_of(manager, "hello-worker")(None, None).summary == "hello"  # type: ignore[operator]
    assert rules_of(manager, "second")(None, None).summary == "hello"  # type: ignore[operator]
    assert sys.path == path
    assert "greeter" not in sys.modules
    assert build_registry(manager).get("hello-worker").source == f"local plugin {tmp_path / 'greeter.py'}"


def test_a_package_imports_its_own_modules_relatively(tmp_path: Path) -> None:
    write(
        tmp_path,
        shop_0___init__="NAME = 'shop-worker'",
        shop_0_plugin="""
            from hivemind import WorkerSpec, hookimpl
            from . import NAME
            from .parts import rules

            @hookimpl
            def hivemind_workers():
                yield WorkerSpec(name=NAME, role="shop", description="d", rules=f"{rules.__name__}:run")
            """,
        shop_0_parts_0___init__="",
        shop_0_parts_0_rules="""
            from hivemind import WorkerOutput

            def run(task, context):
                return WorkerOutput(summary="from the depth")
            """,
    )
    manager = loaded(tmp_path)
    assert manager.plugins["shop"].module.endswith(".plugin")
    assert rules_of(manager, "shop-worker")(None, None).summary == "from the depth"  # type: ignore[operator]


def test_a_package_without_a_plugin_module_is_its_own_entry(tmp_path: Path) -> None:
    write(tmp_path, shop_0___init__=greeter("shop"))
    manager = loaded(tmp_path)
    assert rules_of(manager, "shop")(None, None).summary == "hello"  # type: ignore[operator]


def test_two_folders_with_files_of_one_name_do_not_mix(tmp_path: Path) -> None:
    one = write(tmp_path / "one", greeter=greeter("a", "from one"))
    two = write(tmp_path / "two", greeter=greeter("a", "from two"))
    first, second = loaded(one), loaded(two)
    assert rules_of(second, "a")(None, None).summary == "from two"  # type: ignore[operator]
    assert rules_of(first, "a")(None, None).summary == "from one"  # type: ignore[operator]


def test_a_name_that_is_taken_is_reported_with_both_and_not_imported(tmp_path: Path) -> None:
    loud = "import pathlib\npathlib.Path(__file__).with_suffix('.imported').touch()\n"
    one = write(tmp_path / "one", greeter=greeter("a"), backend=loud)
    two = write(tmp_path / "two", greeter=loud)
    manager = load_plugins(local=[two, one])
    assert manager.plugins["greeter"].path == str(one / "greeter.py")
    told = {info.path: info.problem for info in manager.broken}
    assert str(one / "greeter.py") in str(told[str(two / "greeter.py")])
    assert "'backend' is taken by hivemind-orchestrator" in str(told[str(one / "backend.py")])
    assert not list(tmp_path.rglob("*.imported"))


BROKEN = {
    "syntax": ("x = 1\ndef broken(:\n", 2, "SyntaxError"),
    "raises": ("x = 1\n\nraise RuntimeError('at import')\n", 3, "RuntimeError: at import"),
    "leaves": ("import sys\nsys.exit(3)\n", 2, "SystemExit: 3"),
    "missing": ("import no_such_module_here\n", 1, "No module named 'no_such_module_here'"),
    "itself": ("import itself.models\n", 1, "relatively"),
    "hangs": ("import time\ntime.sleep(600)\n", 2, "did not answer within"),
}


def test_each_broken_one_is_told_with_file_and_line_and_the_rest_is_loaded(tmp_path: Path) -> None:
    write(tmp_path, good=greeter("good"), **{name: text for name, (text, _, _) in BROKEN.items()})
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    write(tmp_path, hook="from hivemind import hookimpl\n@hookimpl\ndef hivemind_wrokers():\n    pass\n")
    write(tmp_path, late=greeter("late").replace("    yield", "    raise ValueError('late')\n    yield"))
    manager = loaded(tmp_path, patience_s=1)
    workers = build_registry(manager).workers
    assert set(workers) == {"good"}
    for name, (_, line, said) in BROKEN.items():
        problem = str(manager.plugins[name].problem)
        assert problem.startswith(f"{tmp_path / name}.py:{line}"), problem
        assert said in problem
        assert manager.plugins[name].traceback
    assert f"{tmp_path / 'gone.py'}" in str(manager.plugins["gone"].problem)
    assert manager.plugins["bytes"].status == "broken"
    assert "did you mean 'hivemind_workers'" in str(manager.plugins["hook"].problem)
    assert f"{tmp_path / 'late.py'}:7: ValueError: late" in str(manager.plugins["late"].problem)
    assert not [name for name in sys.modules if "hivemind_local_raises" in name]


def test_a_pipe_with_a_plugins_name_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    manager = loaded(tmp_path)
    assert "no regular file" in str(manager.plugins["pipe"].problem)


def test_a_package_that_lacks_its_init_is_told(tmp_path: Path) -> None:
    write(tmp_path, shop_0_plugin="")
    assert "needs an __init__.py" in str(loaded(tmp_path).plugins["shop"].problem)


def test_a_blocked_one_is_not_imported(tmp_path: Path) -> None:
    write(tmp_path, loud="raise SystemExit(1)")
    assert loaded(tmp_path, blocked=["loud"]).plugins["loud"].status == "blocked"


def test_the_version_is_the_content_and_nothing_else(tmp_path: Path) -> None:
    def versions(folder: Path) -> dict[str, str]:
        return {one.name: one.version for one in plugins_in(folder, "x")}

    files = {"greeter": "x = 1", "shop_0___init__": "", "shop_0_deep_0_data": "y = 1"}
    one, two = write(tmp_path / "one", **files), write(tmp_path / "two", **dict(reversed(files.items())))
    before = versions(one)
    assert before == versions(two)
    py_compile.compile(str(one / "shop" / "__init__.py"))
    assert list((one / "shop").glob("__pycache__/*"))
    assert versions(one) == before
    (one / "shop" / "deep" / "data.json").write_text("{}")
    (two / "greeter.py").write_text("x = 2")
    assert versions(one)["shop"] != before["shop"]
    assert versions(two)["greeter"] != before["greeter"]
    assert versions(one)["greeter"] == before["greeter"] == plugins_in(one, "x")[0].version


def test_compiled_code_that_came_with_the_folder_is_not_run(tmp_path: Path) -> None:
    """A cache can say that it need not be held against its source: only the source was looked at."""
    write(tmp_path, shop_0___init__="WHO = 'forged'", shop_0_part="WHO = 'forged'", single="WHO = 'forged'")
    for path in tmp_path.rglob("*.py"):
        py_compile.compile(str(path), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    write(
        tmp_path,
        shop_0___init__="from .part import WHO as PART\nWHO = 'real'",
        shop_0_part="WHO = 'real'",
        single="WHO = 'real'",
    )
    manager = loaded(tmp_path)
    shop = importlib.import_module(manager.plugins["shop"].module)
    assert (shop.WHO, shop.PART) == ("real", "real")
    assert importlib.import_module(manager.plugins["single"].module).WHO == "real"


def test_a_file_that_changes_after_it_was_looked_at_is_not_run(tmp_path: Path) -> None:
    write(tmp_path, greeter=greeter("a"))
    (plugin,) = plugins_in(tmp_path, "x")
    assert plugin.version
    (tmp_path / "greeter.py").write_text("raise SystemExit('changed')")
    with pytest.raises(ImportError, match="has changed since it was checked"):
        plugin.load()


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_what_is_no_folder_is_refused_by_who_named_it(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "file":
        place.write_text("")
    with pytest.raises(ConfigurationError, match=r"option --plugins-dir names .*place, which"):
        plugins_in(place, "option --plugins-dir")


def test_a_link_round_in_circles_ends(tmp_path: Path) -> None:
    write(tmp_path, shop_0___init__=greeter("shop"))
    (tmp_path / "shop" / "again").symlink_to(tmp_path / "shop")
    assert loaded(tmp_path).plugins["shop"].status == "loaded"


def test_a_fingerprint_sees_a_change_of_any_file(tmp_path: Path) -> None:
    from hivemind.code_identity import _place_digest, code_digest, plugin_module

    digests = []
    for text in ("X = 1", "X = 2"):
        write(tmp_path, shop_0___init__="", shop_0_plugin=greeter("shop"), shop_0_other=text)
        manager = loaded(tmp_path)
        module = plugin_module(manager, "shop")
        assert module is not None
        _place_digest.cache_clear()  # a process of its own reads the files once
        digests.append((code_digest((), module), manager.plugins["shop"].version))
    assert digests[0][0] != digests[1][0]
    assert digests[0][1] != digests[1][1]
