"""The lockfile: what is hashed, what a change of it is, and what is refused before any code of it runs."""

from __future__ import annotations

import base64
import hashlib
import importlib
import importlib.metadata
import json
import os
import py_compile
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hivemind.distributions import DISTRIBUTION
from hivemind.errors import ConfigurationError
from hivemind.lockfile import Locked, Lockfile
from hivemind.locking import update
from hivemind.plugin_loading import Candidate, installed_candidates, local_candidates
from hivemind.plugin_lock import PluginLock, measure
from hivemind.plugins import PluginManager, load_plugins

LOUD = "import pathlib\npathlib.Path(__file__).with_suffix('.imported').touch()\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("HIVEMIND_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def install(site: Path) -> Callable[..., Path]:
    """Installs a distribution as pip does: files, and a record of them with their hashes."""

    def make(
        name: str,
        files: dict[str, str],
        points: str,
        *,
        version: str = "1.0",
        record: bool = True,
        more: dict[str, str] | None = None,
        reverse: bool = False,
        into: Path = site,
    ) -> Path:
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Dist: pluggy\n"
        whole = {
            **files,
            f"{info}/METADATA": metadata,
            f"{info}/entry_points.txt": f"[hivemind.plugins]\n{points}\n",
            **{f"{info}/{one}": text for one, text in (more or {}).items()},
        }
        lines = []
        for one, text in whole.items():
            path = into / one
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sha = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{one},sha256={sha},{len(text)}")
        if record:
            (into / info / "RECORD").write_text("\n".join([*(lines[::-1] if reverse else lines), f"{info}/RECORD,,"]))
        importlib.invalidate_caches()
        return into

    return make


def others() -> list[Candidate]:
    importlib.invalidate_caches()
    return [one for one in installed_candidates() if not one.info.shipped]


def hashed(name: str) -> Locked:
    (entry,) = [entry for entry, _ in measure(others()) if entry.name == name]
    return entry


def locked(tmp_path: Path) -> Lockfile:
    lockfile = Lockfile(tmp_path / "hivemind.lock")
    update(lockfile, [entry for entry, _ in measure(others())], whole=True)
    lockfile.write()
    return Lockfile.read(tmp_path)


def load(lockfile: Lockfile) -> tuple[PluginManager, PluginLock]:
    importlib.invalidate_caches()
    lock = PluginLock(lockfile)
    return load_plugins(refuse=lock), lock


PACKAGE = {
    "acme/__init__.py": "",
    "acme/plugin.py": LOUD,
    "acme/deep/__init__.py": "",
    "acme/deep/data.txt": "data",
}


def test_the_same_files_have_one_hash_wherever_and_however_they_are_installed(
    tmp_path: Path, install: Callable[..., Path], site: Path
) -> None:
    install("acme", PACKAGE, "acme = acme.plugin")
    first = hashed("acme")
    assert set(first.files) == {*PACKAGE, "entry points"}
    py_compile.compile(str(site / "acme" / "plugin.py"))
    (site / "acme-1.0.dist-info" / "INSTALLER").write_text("other")
    assert hashed("acme").sha256 == first.sha256
    shutil.rmtree(site / "acme-1.0.dist-info")
    install("acme", PACKAGE, "acme = acme.plugin", reverse=True)
    assert hashed("acme").sha256 == first.sha256


def test_an_editable_one_has_the_hash_of_the_installed_one(
    tmp_path: Path, install: Callable[..., Path], site: Path
) -> None:
    install("acme", PACKAGE, "acme = acme.plugin")
    first = hashed("acme")
    source = tmp_path / "source"
    source.mkdir()
    shutil.move(str(site / "acme"), source / "acme")
    shutil.rmtree(site / "acme-1.0.dist-info")
    url = json.dumps({"url": source.as_uri(), "dir_info": {"editable": True}})
    install("acme", {"__editable__acme.pth": str(source)}, "acme = acme.plugin", more={"direct_url.json": url})
    sys.path.append(str(source))
    try:
        assert hashed("acme").sha256 == first.sha256
        (source / "acme" / "new.py").write_text("")
        assert hashed("acme").sha256 != first.sha256
    finally:
        sys.path.remove(str(source))


def change_file(site: Path) -> None:
    (site / "acme" / "deep" / "data.txt").write_text("other")


def change_and_forge_the_record(site: Path) -> None:
    (site / "acme" / "plugin.py").write_text("x = 1")
    record = site / "acme-1.0.dist-info" / "RECORD"
    record.write_text("\n".join(line for line in record.read_text().splitlines() if "acme/plugin.py" not in line))


def take_a_file_away(site: Path) -> None:
    (site / "acme" / "deep" / "__init__.py").unlink()


def add_code(site: Path) -> None:
    (site / "acme" / "deep" / "more.py").write_text("x = 1")


def put_a_package_before_a_module(site: Path) -> None:
    (site / "acme" / "plugin").mkdir()
    (site / "acme" / "plugin" / "__init__.py").write_text(LOUD)


def put_compiled_code_beside(site: Path) -> None:
    (site / "acme" / "extra.pyc").write_bytes(b"code")


def change_an_entry_point(site: Path) -> None:
    points = site / "acme-1.0.dist-info" / "entry_points.txt"
    points.write_text(points.read_text().replace("acme.plugin", "acme.deep"))


def add_an_entry_point(site: Path) -> None:
    points = site / "acme-1.0.dist-info" / "entry_points.txt"
    points.write_text(points.read_text() + "second = acme.deep\n")


def link_elsewhere(site: Path) -> None:
    (site / "elsewhere.py").write_text("x = 1")
    (site / "acme" / "plugin.py").unlink()
    (site / "acme" / "plugin.py").symlink_to(site / "elsewhere.py")


def change_the_version(site: Path) -> None:
    metadata = site / "acme-1.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text().replace("Version: 1.0", "Version: 1.1"))


def shadow_it(site: Path) -> None:
    before = site / "before"
    (before / "acme").mkdir(parents=True)
    (before / "acme" / "__init__.py").write_text(LOUD)
    (before / "acme" / "plugin.py").write_text(LOUD)
    sys.path.insert(0, str(before))


CHANGES = [
    change_file,
    change_and_forge_the_record,
    take_a_file_away,
    add_code,
    put_a_package_before_a_module,
    put_compiled_code_beside,
    change_an_entry_point,
    add_an_entry_point,
    link_elsewhere,
    change_the_version,
    shadow_it,
]


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_refused_before_anything_runs(
    tmp_path: Path,
    install: Callable[..., Path],
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], None],
) -> None:
    install("acme", PACKAGE, "acme = acme.plugin")
    lockfile = locked(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    change(site)
    manager, lock = load(lockfile)
    info = manager.plugins["acme"]
    assert info.status == "refused"
    assert not list(tmp_path.rglob("*.imported"))
    problem = lock.problem({"acme": info.problem or ""})
    assert problem is not None
    assert problem.exit_code == 3
    assert "plugin 'acme' is refused" in problem.message
    assert "hivemind plugins trust acme" in str(problem.hint)


def test_what_is_as_it_was_locked_is_loaded_from_its_sources(
    tmp_path: Path, install: Callable[..., Path], site: Path
) -> None:
    install("acme", {**PACKAGE, "acme/plugin.py": "WHO = 'forged'"}, "acme = acme.plugin")
    plugin = site / "acme" / "plugin.py"
    py_compile.compile(str(plugin), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    shutil.rmtree(site / "acme-1.0.dist-info")
    install("acme", {**PACKAGE, "acme/plugin.py": "WHO = 'real'"}, "acme = acme.plugin")
    manager, lock = load(locked(tmp_path))
    assert manager.plugins["acme"].status == "loaded", manager.plugins["acme"].problem
    assert sys.modules["acme.plugin"].WHO == "real"
    assert lock.problem({}) is None


def test_one_that_is_not_in_the_lock_and_one_that_is_not_installed(
    tmp_path: Path, install: Callable[..., Path]
) -> None:
    lockfile = locked(tmp_path)
    install("acme", PACKAGE, "acme = acme.plugin")
    manager, _ = load(lockfile)
    assert "'acme' 1.0 is not in hivemind.lock" in str(manager.plugins["acme"].problem)
    lockfile.entries[False, "gone"] = Locked("gone", "3", "0" * 64)
    lockfile.entries[True, "tool"] = Locked("tool", "", "0" * 64, local=True)
    lockfile.entries[False, "acme"] = hashed("acme")
    _, lock = load(lockfile)
    problem = lock.problem({})
    assert problem is not None
    assert "names what is not installed here: 'gone' 3, local plugin 'tool'" in problem.message


def test_a_blocked_one_needs_no_entry_and_is_not_missed(tmp_path: Path, install: Callable[..., Path]) -> None:
    install("acme", PACKAGE, "acme = acme.plugin")
    lock = PluginLock(Lockfile(tmp_path / "hivemind.lock"))
    manager = load_plugins(["acme"], refuse=lock)
    assert manager.plugins["acme"].status == "blocked"
    assert lock.problem({}) is None


def test_a_module_of_another_distribution_is_part_of_it(
    tmp_path: Path, install: Callable[..., Path], site: Path
) -> None:
    install("acme-code", {"acme_code/__init__.py": LOUD, "acme_code/other.py": ""}, "")
    install("acme", {"acme_own.py": ""}, "acme = acme_code")
    lockfile = locked(tmp_path)
    assert "from elsewhere/acme_code/other.py" in hashed("acme").files
    (site / "acme_code" / "other.py").write_text("x = 1")
    manager, _ = load(lockfile)
    assert manager.plugins["acme"].status == "refused"
    assert not list(tmp_path.rglob("*.imported"))


def test_parts_of_a_namespace_do_not_disturb_each_other(
    tmp_path: Path, install: Callable[..., Path], site: Path
) -> None:
    install("ns-one", {"ns/one/__init__.py": "", "ns/one/plugin.py": "x = 1"}, "one = ns.one.plugin")
    install("ns-two", {"ns/two/plugin.py": "x = 1"}, "two = ns.two.plugin")
    lockfile = locked(tmp_path)
    assert "ns" not in sys.modules, "finding it has run no code"
    (site / "ns" / "two" / "plugin.py").write_text(LOUD)
    manager, _ = load(lockfile)
    assert manager.plugins["one"].status == "loaded", manager.plugins["one"].problem
    assert manager.plugins["two"].status == "refused"
    assert not list(tmp_path.rglob("*.imported"))


def test_a_distribution_without_a_record_is_what_its_modules_import(
    tmp_path: Path, install: Callable[..., Path], site: Path
) -> None:
    code = "import os\nimport click\nfrom acme_helper import x\n"
    install("acme", {"acme_plugin.py": code, "acme_helper.py": "x = 1"}, "acme = acme_plugin", record=False)
    lockfile = locked(tmp_path)
    assert set(hashed("acme").files) == {"acme_plugin.py", "acme_helper.py", "entry points"}
    (site / "acme_helper.py").write_text("x = 2")
    manager, _ = load(lockfile)
    assert manager.plugins["acme"].status == "refused"


def test_one_that_says_it_is_the_core_is_not_believed(tmp_path: Path, install: Callable[..., Path]) -> None:
    install(DISTRIBUTION, {"impostor.py": LOUD}, "impostor = impostor")
    manager, _ = load(Lockfile(tmp_path / "hivemind.lock"))
    assert manager.plugins["impostor"].status == "refused"
    assert not manager.plugins["impostor"].shipped
    assert not list(tmp_path.rglob("*.imported"))


def test_a_local_plugin_is_locked_by_its_content(tmp_path: Path, site: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "greeter.py").write_text("x = 1")
    lockfile = Lockfile(tmp_path / "hivemind.lock")
    update(lockfile, [entry for entry, _ in measure(local_candidates([tools]), tmp_path)], whole=True)
    assert 'path = "tools/greeter.py"' in lockfile.text()
    moved = tmp_path / "elsewhere"
    shutil.copytree(tools, moved)
    assert load_plugins(local=[moved], refuse=PluginLock(lockfile)).plugins["greeter"].status == "loaded"
    (moved / "greeter.py").write_text(LOUD)
    manager = load_plugins(local=[moved], refuse=PluginLock(lockfile))
    assert manager.plugins["greeter"].status == "refused"
    assert not list(tmp_path.rglob("*.imported"))


TWICE = "version = 1\n" + 2 * f"[[local]]\nname = 'a'\nsha256 = '{'0' * 64}'\n"


def test_the_file_is_the_same_for_the_same_entries_and_reads_back(tmp_path: Path) -> None:
    entries = [
        Locked("b", "1", "b" * 64, ("x = y", "a = b")),
        Locked('a "quoted" \u00e9\n', "", "a" * 64, local=True, path="tools/a.py"),
        Locked("a", "2", "c" * 64),
    ]
    one, two = (Lockfile(tmp_path / "hivemind.lock", order) for order in (entries, entries[::-1]))
    assert one.text() == two.text()
    one.write()
    assert tomllib.loads(one.text())["version"] == 1
    read = Lockfile.read(tmp_path)
    assert {key: entry.sha256 for key, entry in read.entries.items()} == {one.key: one.sha256 for one in entries}
    assert read.text() == one.text()
    assert os.listdir(tmp_path) == ["hivemind.lock"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "not TOML"),
        ("", "version is None"),
        ("version = 2", "version is 2"),
        ("version = 1\ndistribution = 3", "not a list of tables"),
        ("version = 1\n[[distribution]]\nname = 'a'", "no sha256"),
        ("version = 1\n[[distribution]]\nname = 'a'\nsha256 = 'xyz'", "no sha256"),
        ("version = 1\n[[distribution]]\nname = 3", "'name' of an entry is not text"),
        ("version = 1\n[[local]]\nname = 'a'\nplugins = [3]", "'plugins' of an entry is not text"),
        (TWICE, "twice"),
        ("version = 1\nother = 1", "'other'"),
    ],
)
def test_a_malformed_file_is_an_error_that_says_what(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "hivemind.lock").write_text(text)
    with pytest.raises(ConfigurationError, match="can't be used") as caught:
        Lockfile.read(tmp_path)
    assert said in caught.value.message


def test_a_missing_file_is_an_error_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no hivemind\.lock") as caught:
        Lockfile.read(tmp_path)
    assert "hivemind plugins lock" in str(caught.value.hint)


def test_a_module_in_the_place_of_a_shipped_one_is_refused(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "hivemind_backend").mkdir()
    (site / "hivemind_backend" / "__init__.py").write_text(LOUD)
    (site / "hivemind_backend" / "plugin.py").write_text(LOUD)
    for name in [one for one in sys.modules if one.partition(".")[0] == "hivemind_backend"]:
        monkeypatch.delitem(sys.modules, name)
    manager, lock = load(Lockfile(tmp_path / "hivemind.lock"))
    assert manager.plugins["backend"].status == "refused"
    assert str(site) in str(manager.plugins["backend"].problem)
    assert manager.plugins["facts"].status == "loaded"
    assert lock.problem({}) is None
    assert not list(tmp_path.rglob("*.imported"))


def test_a_name_that_is_taken_is_still_there_for_the_lock(tmp_path: Path, install: Callable[..., Path]) -> None:
    install("acme-one", {"one_module.py": ""}, "same = one_module")
    install("acme-two", {"two_module.py": LOUD}, "same = two_module")
    lockfile = locked(tmp_path)
    manager, lock = load(lockfile)
    assert manager.plugins["same"].status == "loaded", manager.plugins["same"].problem
    assert [info.distribution for info in manager.broken] == ["acme-two"]
    assert lock.problem({}) is None


def test_code_in_an_archive_can_not_be_locked(tmp_path: Path, install: Callable[..., Path], site: Path) -> None:
    import zipfile

    install("acme", {}, "acme = acme_zipped", record=False)
    with zipfile.ZipFile(site / "code.zip", "w") as archive:
        archive.writestr("acme_zipped.py", "x = 1")
    sys.path.insert(0, str(site / "code.zip"))
    try:
        manager, _ = load(locked(tmp_path))
    finally:
        sys.path.remove(str(site / "code.zip"))
    assert manager.plugins["acme"].status == "refused"
    assert "acme_zipped is no file that could be hashed" in str(manager.plugins["acme"].problem)
