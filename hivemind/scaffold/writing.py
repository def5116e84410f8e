"""Writes a new folder: all of it, or nothing."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from hivemind.errors import HivemindError, UsageError


def write_folder(target: Path, files: Mapping[str, str], *, other: Path | None = None) -> Path:
    """Write files into a folder that is new or empty; a failure half way leaves nothing behind.

    Args:
        target: The folder; folders above it are made where they are missing.
        files: Text by path relative to it.
        other: A folder to suggest where something is in it already.

    Returns:
        The folder's absolute path.

    Raises:
        UsageError: The folder exists and is not empty, or is no folder.
        HivemindError: It can't be written.
    """
    try:
        target = Path(os.path.abspath(target.expanduser()))
        if _is_empty_folder(target, other):
            _fill(target, files)
        else:
            _make(target, files)
    except (OSError, ValueError, RuntimeError) as error:  # no file system has such a name; no user has such a home
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise HivemindError(f"can't write {target}: {reason}", "choose another folder with --path") from error
    return target


def _is_empty_folder(target: Path, other: Path | None) -> bool:
    """Whether the folder is there and empty; False where nothing is there."""
    if not os.path.lexists(target):
        return False
    if not target.is_dir():
        raise UsageError(f"{target} is there and is no folder", "choose another folder with --path")
    if any(target.iterdir()):
        hint = "choose another folder with --path" + (f", such as {other}" if other is not None else "")
        raise UsageError(f"{target} is not empty, and nothing is overwritten", hint)
    return True


def _make(target: Path, files: Mapping[str, str]) -> None:
    """Write beside the target, then rename."""
    missing = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _staging(target.parent) as staging:
            _write(staging, files)
            staging.rename(target)
    except BaseException:
        for folder in missing:
            with suppress(OSError):  # somebody else uses it by now
                folder.rmdir()
        raise


def _fill(target: Path, files: Mapping[str, str]) -> None:
    """Write inside the target, which may be the current folder and so must stay, then move each entry into place."""
    moved: list[Path] = []
    with _staging(target) as staging:
        _write(staging, files)
        try:
            for entry in sorted(staging.iterdir()):
                if os.path.lexists(target / entry.name):
                    raise FileExistsError(None, "somebody else wrote there", str(target / entry.name))
                moved.append(entry.rename(target / entry.name))
        except BaseException:
            for entry in moved:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
            raise


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder to write into, which is gone afterwards."""
    staging = folder / f".hivemind-{secrets.token_hex(6)}"
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
