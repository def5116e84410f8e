"""Disks that fill up or become read-only in the middle: a clear sentence, nothing lost, and on again once mended."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def told(ended: Any, reason: str) -> None:
    assert ended.code == 3, ended.err + ended.out
    assert "can't write" in ended.err
    assert reason in ended.err
    assert "Traceback" not in ended.err
    assert "never retrieved" not in ended.err


@pytest.mark.parametrize(
    ("what", "errno", "reason"),
    [
        ("journal", "ENOSPC", "No space left on device"),
        ("all", "ENOSPC", "No space left on device"),
        ("all", "EROFS", "Read-only file system"),
    ],
)
def test_from_any_write_on(rig: Any, check: Any, pairs: Any, what: str, errno: str, reason: str) -> None:
    """The write itself raises, as root may write where nobody else may; the first one still writes a half."""

    def one(number: int) -> None:
        run = rig.new()
        stopped = run.start(hurt={"full": number, "what": what, "errno": errno})
        told(stopped, reason)
        assert "hivemind resume" in stopped.err
        again = run.resume(hurt={"full": 0, "what": what, "errno": errno})
        assert again.code == 3, again.err
        assert "Traceback" not in again.err
        resumed = run.resume()
        assert resumed.code == 0, resumed.err
        check(run)
        assert max(run.repeated().values(), default=0) <= 2

    pairs(one, (4, 11, 23))


@pytest.fixture
def small_disk(rig: Any) -> Iterator[Any]:
    """A session's folder on a disk of its own."""
    run = rig.new()
    place = run.work / "Docs"
    place.mkdir()
    done = _mount("-t", "tmpfs", "-o", "size=160k", "tmpfs", str(place))
    if done.returncode:
        pytest.skip(f"a disk can't be mounted here: {done.stderr.strip()}")
    yield run, place
    subprocess.run(["umount", "-l", str(place)], check=False)


def _mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(arguments, 1, "", str(error))


def _again(place: Path, options: str) -> None:
    done = _mount("-o", f"remount,{options}", str(place))
    assert done.returncode == 0, done.stderr


def test_a_disk_that_is_really_full(small_disk: Any, check: Any) -> None:
    run, place = small_disk
    told(run.start(), "No space left on device")
    told(run.resume(), "No space left on device")
    _again(place, "size=64m")
    resumed = run.resume()
    assert resumed.code == 0, resumed.err
    check(run)


def test_a_disk_that_is_really_read_only(small_disk: Any, check: Any) -> None:
    run, place = small_disk
    _again(place, "size=64m")
    killed = run.start(hurt={"kill": "synced", "at": 12})
    assert killed.killed
    _again(place, "ro")
    refused = run.resume()
    assert refused.code == 3
    assert "Read-only file system" in refused.err
    assert "Traceback" not in refused.err
    assert run("sessions", "show", "last").code == 0
    _again(place, "rw")
    resumed = run.resume()
    assert resumed.code == 0, resumed.err
    check(run)
