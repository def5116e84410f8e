"""Locks: held by one process, told with its owner, free when the owner is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hivemind.errors import SessionLockedError, SessionUnwritableError
from hivemind.session.lock import OwnedLock

CODE = """
import sys, pathlib
from hivemind.session.lock import OwnedLock
lock = OwnedLock(pathlib.Path(sys.argv[1]), "it")
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / ".lock"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_another_process_holds_it(path: Path, holder: subprocess.Popen[str]) -> None:
    lock = OwnedLock(path, "session 's'")
    assert lock.held()
    with pytest.raises(SessionLockedError, match=rf"session 's' is being run by process {holder.pid} on "):
        lock.acquire()
    owner = lock.owner()
    assert owner is not None
    assert owner["pid"] == holder.pid


def test_it_dies_with_its_owner(path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    lock = OwnedLock(path, "it")
    assert not lock.held()
    lock.acquire()
    owner = lock.owner()
    assert owner is not None
    assert owner["pid"] == os.getpid()
    lock.release()


def test_released_and_taken_again(path: Path) -> None:
    one, other = OwnedLock(path, "it"), OwnedLock(path, "it")
    assert not one.held()
    one.acquire()
    assert one.held()
    assert other.held()
    one.release()
    assert not other.held()
    assert one.owner() is None
    other.acquire()
    other.release()


def test_asking_never_takes_it_away(path: Path) -> None:
    lock = OwnedLock(path, "it")
    lock.acquire()
    for _ in range(50):
        assert OwnedLock(path, "it").held()
    lock.release()
    for _ in range(50):
        assert not OwnedLock(path, "it").held()


def test_an_owner_file_that_is_nonsense(path: Path, holder: subprocess.Popen[str]) -> None:
    path.with_suffix(".owner.json").write_text("[]")
    lock = OwnedLock(path, "it")
    assert lock.owner() is None
    with pytest.raises(SessionLockedError, match="another process"):
        lock.acquire()


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SessionUnwritableError, match="can't lock it"):
        OwnedLock(tmp_path / "file" / ".lock", "it").acquire()
