"""A new folder is written whole or not at all, and nothing is overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hivemind.errors import HivemindError, UsageError
from hivemind.scaffold.writing import write_folder

FILES = {"a.txt": "a\n", "deep/er/b.txt": "ü\n", ".hidden": ""}
TORN = {"a.txt": "a\n", "deep/b.txt": "b\n", "a.txt/c.txt": "a file is no folder\n"}


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_files_are_written_with_line_feeds_as_utf_8(tmp_path: Path) -> None:
    assert write_folder(tmp_path / "new", FILES) == tmp_path / "new"
    assert tree(tmp_path) == {f"new/{name}": text.encode() for name, text in FILES.items()}


def test_folders_above_it_are_made(tmp_path: Path) -> None:
    write_folder(tmp_path / "x" / "y" / "new", FILES)
    assert set(tree(tmp_path / "x" / "y" / "new")) == set(FILES)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_folder_has_the_rights_of_any_new_folder(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    write_folder(tmp_path / "new", FILES)
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path) -> None:
    target = tmp_path / "empty"
    target.mkdir()
    before = target.stat().st_ino
    write_folder(target, FILES)
    assert target.stat().st_ino == before
    assert set(tree(target)) == set(FILES)


def test_a_relative_path_and_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_folder(Path(), FILES) == tmp_path
    assert set(tree(tmp_path)) == set(FILES)


def test_the_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert write_folder(Path("~/new"), FILES) == tmp_path / "new"


@pytest.mark.parametrize("there", ["kept.txt", ".git"])
def test_a_folder_with_anything_in_it_is_refused_and_left_alone(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is not empty, and nothing is overwritten") as raised:
        write_folder(tmp_path, FILES)
    assert "--path" in str(raised.value.hint)
    assert tree(tmp_path) == {there: b"mine"}


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is no folder"):
        write_folder(tmp_path / "file", FILES)
    assert tree(tmp_path) == {"file": b"mine"}


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is no folder"):
        write_folder(tmp_path / "link", FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(HivemindError, match=r"can't write .*below: ") as raised:
        write_folder(tmp_path / "file" / "below", FILES)
    assert not isinstance(raised.value, UsageError)
    assert raised.value.hint
    assert tree(tmp_path) == {"file": b"mine"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not hold")
@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_the_right_to_write_is_said(tmp_path: Path, exists: bool) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(HivemindError, match="permission denied"):
        write_folder(locked if exists else locked / "new", FILES)
    assert not list(locked.iterdir())


def test_a_name_that_no_file_system_has_is_said(tmp_path: Path) -> None:
    with pytest.raises(HivemindError, match="can't write"):
        write_folder(tmp_path / ("x" * 300), FILES)
    with pytest.raises(HivemindError, match="can't write"):
        write_folder(tmp_path / "a\0b", FILES)
    with pytest.raises(HivemindError, match="can't write ~nobody-of-this-name"):
        write_folder(Path("~nobody-of-this-name/x"), FILES)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("target", ["new", "x/y/new"])
def test_a_failure_half_way_leaves_nothing_behind(tmp_path: Path, target: str) -> None:
    with pytest.raises(HivemindError, match="can't write"):
        write_folder(tmp_path / target, TORN)
    assert not list(tmp_path.iterdir())


def test_a_failure_half_way_leaves_an_empty_folder_empty(tmp_path: Path) -> None:
    with pytest.raises(HivemindError, match="can't write"):
        write_folder(tmp_path, TORN)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("there", [True, False])
def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch, there: bool) -> None:
    renamed = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if Path(target).name in ("new", "deep"):
            raise KeyboardInterrupt
        return renamed(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    if there:
        (tmp_path / "new").mkdir()
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "new", FILES)
    assert [path.name for path in tmp_path.rglob("*")] == (["new"] if there else [])
