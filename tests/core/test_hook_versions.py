"""The versions of the hook API: what loads, what is refused with which sentence, and how names change."""

from __future__ import annotations

import asyncio
import warnings
from types import ModuleType
from typing import Any

import pluggy
import pytest

from hivemind import hook_versions, hookimpl, hookspec, hookspecs
from hivemind.errors import ConfigurationError, UsageError
from hivemind.hook_versions import HookVersion, RenamedWarning, read_version
from hivemind.plugins import PluginInfo, PluginManager, load_plugins
from hivemind.registry import build_registry


def module(name: str = "theirs", **attributes: object) -> ModuleType:
    """A plugin's module with these attributes."""
    made = ModuleType(name)
    vars(made).update(attributes)
    return made


def one(hook: str, function: Any) -> object:
    """A plugin with one hook."""
    return type("Plugin", (), {hook: hookimpl(function)})()


def register(plugin: object) -> PluginInfo:
    return load_plugins(entry_points=False).register(plugin, "theirs")


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch):
    """Makes this core one of another version, with more or other specifications."""

    def make(major: int = 1, minor: int = 0, **specifications: Any) -> None:
        monkeypatch.setattr(hookspecs, "HOOK_API_VERSION", major)
        monkeypatch.setattr(hookspecs, "HOOK_API_MINOR", minor)
        for name, function in specifications.items():
            monkeypatch.setattr(hookspecs, name, function, raising=False)

    return make


# -- versions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "version"),
    [
        (1, (1, 0)),
        ("1", (1, 0)),
        ("1.2", (1, 2)),
        ("1.10", (1, 10)),
        ("2.3.4", (2, 3)),
        ((1,), (1, 0)),
        ((1, 2), (1, 2)),
        ([1, 2, 3], (1, 2)),
        (99, (99, 0)),
    ],
)
def test_how_a_version_may_be_written(value: object, version: tuple[int, int]) -> None:
    assert read_version(value) == HookVersion(*version)


@pytest.mark.parametrize(
    "value",
    [
        *("", "v1", "1.", ".1", "1.x", "1 ", "one", "-1", "1.2.3.4", "²", "1" * 5000, "٣"),
        *(
            None,
            True,
            False,
            1.0,
            1.2,
            -1,
            (),
            [],
            (1, "2"),
            ("1",),
            (1, True),
            (1, -2),
            (1, 2, 3, 4),
            {1},
            b"1",
            object(),
        ),
    ],
)
def test_what_is_no_version_is_refused_with_a_sentence(value: object) -> None:
    info = register(module(HOOK_API_VERSION=value))
    assert info.status == "broken"
    assert "HOOK_API_VERSION is " in (info.problem or "")
    assert 'which is no version (write 1, "1.2" or (1, 2))' in (info.problem or "")
    assert len(info.problem or "") < 200
    info = register(module(HOOK_API_MINIMUM=value))
    assert "HOOK_API_MINIMUM is " in (info.problem or "")


@pytest.mark.parametrize("value", [0, "0", "0.9", (0, 1)])
def test_versions_begin_at_1(value: object) -> None:
    assert "versions of the hooks begin at 1" in (register(module(HOOK_API_VERSION=value)).problem or "")


def test_a_version_reads_as_it_is_written() -> None:
    assert [str(read_version(value)) for value in (1, "1.2", (3, 0))] == ["1", "1.2", "3"]


@pytest.mark.parametrize("value", [1, "1", "1.0", "1.7", (1, 7)])
def test_the_same_major_version_loads_whatever_the_minor_one(value: object) -> None:
    assert register(module(HOOK_API_VERSION=value)).status == "loaded"


def test_a_plugin_that_says_nothing_loads() -> None:
    assert register(module()).status == "loaded"


@pytest.mark.parametrize(("value", "said"), [(2, "2"), ("2", "2"), ("2.1", "2.1"), ((7, 3), "7.3")])
def test_a_newer_major_version_is_refused(value: object, said: str) -> None:
    info = register(module(HOOK_API_VERSION=value))
    assert info.status == "broken"
    assert info.problem == (
        f"ConfigurationError: made for hook API version {said}, this hivemind has 1 (upgrade hivemind-orchestrator)"
    )
    assert info.hooks == ()


def test_an_older_major_version_loads_as_long_as_it_is_supported(core, monkeypatch: pytest.MonkeyPatch) -> None:
    core(3, 1)
    monkeypatch.setattr(hook_versions, "OLDEST", 2)
    assert register(module(HOOK_API_VERSION=2)).status == "loaded"
    info = register(module(HOOK_API_VERSION=1))
    assert "made for hook API version 1, and this hivemind has 3.1 and takes 2 at the least" in (info.problem or "")


def test_a_plugin_names_what_it_needs_at_the_least(core) -> None:
    core(1, 2)
    assert register(module(HOOK_API_MINIMUM="1.2")).status == "loaded"
    assert register(module(HOOK_API_MINIMUM=1, HOOK_API_VERSION=1)).status == "loaded"
    info = register(module(HOOK_API_MINIMUM="1.3"))
    assert "needs hook API version 1.3 at the least, this hivemind has 1.2" in (info.problem or "")
    info = register(module(HOOK_API_MINIMUM="1.2", HOOK_API_VERSION="1.1"))
    assert "HOOK_API_MINIMUM is 1.2, which is newer than its own HOOK_API_VERSION 1.1" in (info.problem or "")


# -- arguments ---------------------------------------------------------------------------------------------------------


@hookspec
def hivemind_load_context(worker: Any, task: Any, session: Any, budget: Any) -> Any:
    """The specification of a core that gained an argument."""


def test_an_old_plugin_works_where_the_hook_gained_an_argument(core) -> None:
    core(hivemind_load_context=hivemind_load_context)
    manager = load_plugins(entry_points=False)
    seen: list[object] = []

    def old(self: Any, worker: Any, task: Any, session: Any) -> list[object]:
        seen.append((worker, task, session))
        return []

    def new(self: Any, budget: Any, worker: Any) -> list[object]:
        seen.append((budget, worker))
        return []

    assert manager.register(one("hivemind_load_context", old), "old").status == "loaded"
    assert manager.register(one("hivemind_load_context", new), "new").status == "loaded"
    asyncio.run(manager.collect("hivemind_load_context", worker="w", task="t", session="s", budget=5))
    assert sorted(seen, key=str) == [("w", "t", "s"), (5, "w")]


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda self, worker, output, session, folder: [], "names the argument 'folder'"),
        (lambda self, sesion: [], "did you mean 'session'?"),
    ],
)
def test_an_argument_that_this_core_has_not_is_refused_with_a_sentence(function: Any, said: str) -> None:
    info = register(one("hivemind_publish", function))
    assert info.status == "broken"
    assert said in (info.problem or "")
    assert "which this hivemind's hook API 1 does not have: the plugin is made for a newer hook API" in info.problem
    assert "\n" not in (info.problem or "")


def test_the_arguments_that_there_are_are_told() -> None:
    problem = register(one("hivemind_publish", lambda self, zzz: [])).problem or ""
    assert "upgrade hivemind-orchestrator, or take the argument out (it has worker, output, session)" in problem
    assert "(it has none)" in (register(one("hivemind_workers", lambda self, zzz: [])).problem or "")


def test_a_newer_argument_with_a_default_makes_a_plugin_fit_both() -> None:
    manager = load_plugins(entry_points=False)
    seen: list[object] = []

    def workers(self: Any, catalogue: Any = None) -> list[object]:
        seen.append(catalogue)
        return []

    assert manager.register(one("hivemind_workers", workers), "theirs").status == "loaded"
    build_registry(manager)
    assert seen == [None]


def test_what_takes_everything_is_given_nothing_and_what_is_by_name_only_is_refused() -> None:
    assert register(one("hivemind_workers", lambda self, *args, **more: [])).status == "loaded"
    info = register(one("hivemind_publish", lambda self, *, worker: []))
    assert "hivemind_publish takes 'worker' by name only" in (info.problem or "")


def test_functions_of_a_module_static_ones_and_other_names_are_looked_at_too() -> None:
    made = module()
    vars(made)["whatever"] = hookimpl(lambda folder: [], specname="hivemind_publish")
    assert "hivemind_publish names the argument 'folder'" in (register(made).problem or "")

    class Static:
        @staticmethod
        @hookimpl
        def hivemind_publish(folder: Any) -> list[object]:
            return []

    assert "names the argument 'folder'" in (register(Static()).problem or "")


def test_a_hook_that_this_core_has_not_names_the_version_it_came_with() -> None:
    made = module(HOOK_API_VERSION="1.4")
    vars(made)["hivemind_dream"] = hookimpl(lambda *_: [])
    problem = register(made).problem or ""
    assert "unknown hook 'hivemind_dream'" in problem
    assert "made for hook API version 1.4, this hivemind has 1: upgrade hivemind-orchestrator" in problem
    vars(made)["HOOK_API_VERSION"] = 1
    assert "made for" not in (register(made).problem or "")


# -- names that changed ------------------------------------------------------------------------------------------------


@hookspec(warn_on_impl=RenamedWarning("hivemind_inspect", "hivemind_verify", 2))
def hivemind_inspect(worker: Any, output: Any, session: Any) -> Any:
    """The old name of a hook."""


@hookspec(warn_on_impl_args={"folder": RenamedWarning("folder", "session", 2)})
def hivemind_publish(worker: Any, output: Any, session: Any, folder: Any) -> Any:
    """A hook of which an argument has another name now."""


def test_a_renamed_hook_is_called_under_its_old_name_too_and_said_once(core, hive) -> None:
    core(hivemind_inspect=hivemind_inspect)
    seen: list[tuple[str, str]] = []

    async def old(self: Any, worker: Any, output: Any) -> list[object]:
        seen.append(("old", output.summary))
        return []

    def new(self: Any, worker: Any, output: Any) -> list[object]:
        seen.append(("new", output.summary))
        return []

    both = type("Both", (), {"hivemind_inspect": hookimpl(old), "hivemind_verify": hookimpl(new)})()
    workers = hive.Workers([hive.spec("a"), hive.spec("b")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = hive.run(workers, one("hivemind_inspect", old), both)
    assert done.statuses == {"a": "completed", "b": "completed"}
    assert sorted(seen) == sorted(
        [("old", "a is done"), ("new", "a is done"), ("old", "b is done"), ("new", "b is done")]
    )
    said = "uses an old name: 'hivemind_inspect' is now called 'hivemind_verify', and the old name goes with hook API "
    assert done.manager.plugins["p2"].notices == [f"plugin 'p2' {said}version 2"]
    assert done.manager.plugins["p3"].notices == [f"plugin 'p3' {said}version 2"]
    assert done.manager.plugins["p1"].notices == []


def test_a_renamed_argument_is_given_under_its_old_name_too_and_said_once(core, hive) -> None:
    core(hivemind_publish=hivemind_publish)

    def old(self: Any, folder: Any, worker: Any) -> list[object]:
        folder.write_file(worker.name, "old.txt", "old")
        return []

    def new(self: Any, session: Any, worker: Any) -> list[object]:
        session.write_file(worker.name, "new.txt", "new")
        return []

    done = hive.run(hive.Workers([hive.spec("a")]), one("hivemind_publish", old), one("hivemind_publish", new))
    assert done.statuses == {"a": "completed"}
    folder = done.session.path / "workers" / "files" / "a"
    assert sorted(path.name for path in folder.iterdir()) == ["new.txt", "old.txt"]
    (notice,) = done.manager.plugins["p2"].notices
    assert "'folder' is now called 'session'" in notice
    assert done.manager.plugins["p3"].notices == []


def test_an_old_name_alone_counts_as_an_implementation(core) -> None:
    core(hivemind_inspect=hivemind_inspect)
    manager = load_plugins(entry_points=False)
    before = manager.implementations("hivemind_verify")
    manager.register(one("hivemind_inspect", lambda self: []), "theirs")
    assert [name for name, _ in manager.implementations("hivemind_verify")][-1] == "theirs"
    assert len(manager.implementations("hivemind_verify")) == len(before) + 1
    assert manager.implements("hivemind_verify")


def test_the_shape_of_a_renamed_hook_is_that_of_the_new_one(core) -> None:
    @hookspec(warn_on_impl=RenamedWarning("hivemind_roles", "hivemind_workers", 2))
    def hivemind_roles() -> Any:
        """The old name of a hook that can't be async."""

    core(hivemind_roles=hivemind_roles)

    async def wrong(self: Any) -> list[object]:
        return []

    assert "hivemind_roles can't be 'async def'" in (register(one("hivemind_roles", wrong)).problem or "")


def test_other_warnings_of_pluggy_pass_through(core) -> None:
    @hookspec(warn_on_impl=DeprecationWarning("not for long"))
    def hivemind_old_thing() -> Any:
        """A hook that goes, with a warning of its own."""

    core(hivemind_old_thing=hivemind_old_thing)
    with pytest.warns(DeprecationWarning, match="not for long"):
        info = register(one("hivemind_old_thing", lambda self: []))
    assert (info.status, info.notices) == ("loaded", [])


def test_a_hook_without_a_specification_has_no_arguments_to_check() -> None:
    manager = pluggy.PluginManager("hivemind")
    assert hook_versions.arguments_of(manager, "hivemind_nothing") is None
    hook_versions.check_arguments("hivemind_nothing", lambda anything: None, None)
    with pytest.raises(ConfigurationError):
        hook_versions.check_arguments("hivemind_nothing", lambda anything: None, ())


def test_hooks_of_another_plugin_are_held_to_their_own_specification() -> None:
    pytest.importorskip("hivemind_facts")
    manager: PluginManager = load_plugins()
    info = manager.register(one("hivemind_fact_readers", lambda self, nothing: []), "theirs")
    assert "hivemind_fact_readers names the argument 'nothing'" in (info.problem or "")


def test_the_core_itself_uses_no_old_name() -> None:
    manager = load_plugins()
    assert manager.plugins
    assert [notice for info in manager.plugins.values() for notice in info.notices] == []


def test_the_command_line_and_the_kit_say_it(cli, plugin_site, core, hive_project) -> None:
    source = """
    from hivemind import hook_versions, hookimpl, hookspec, hookspecs

    @hookspec(warn_on_impl=hook_versions.RenamedWarning("hivemind_inspect", "hivemind_verify", 2))
    def hivemind_inspect(worker, output, session):
        return ()
    """
    plugin_site.add("older", "HOOKSPECS = 'older_specs'\n", modules={"older_specs": source})
    plugin_site.add("theirs", "from hivemind import hookimpl\n\n@hookimpl\ndef hivemind_inspect():\n    return ()\n")
    said = "plugin 'theirs' uses an old name: 'hivemind_inspect' is now called 'hivemind_verify'"
    assert cli("plugins", "list", check=0).err.count(said) == 1
    assert cli("workers", "list", check=0).err.count(said) == 1
    core(hivemind_inspect=hivemind_inspect)
    with pytest.warns(FutureWarning, match="is now called 'hivemind_verify'"), pytest.raises(UsageError):
        hive_project.run("x", plugins=[one("hivemind_inspect", lambda self: [])])
