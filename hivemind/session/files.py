"""Atomic files: a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from itertools import count
from pathlib import Path

# These run twice for every worker: plain system calls, since pathlib and `open` cost more than the writing itself.
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_TEMPORARY = re.compile(r"\..*\.([0-9a-f]+)-[0-9a-f]{8}-[0-9a-f]+\.tmp").fullmatch
_OLD_S = 600.0
_TOKEN = secrets.token_hex(4)
_NUMBERS = count()


def write_atomic(path: Path | str, content: str | bytes, *, sync: bool = False) -> None:
    """Write a file by a temporary file beside it and a rename.

    Args:
        path: Where to; its folder is made.
        content: Text is written as UTF-8 with `\\n` line ends.
        sync: Also wait until the content is on the disk.

    Raises:
        OSError: The folder can't be written or the disk is full; the old file is as it was.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    target = os.fspath(path)
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:60]}.{os.getpid():x}-{_TOKEN}-{next(_NUMBERS):x}.tmp")
    try:
        try:
            descriptor = os.open(temporary, _FLAGS, 0o644)
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)
            descriptor = os.open(temporary, _FLAGS, 0o644)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            if sync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if sync:
        sync_folder(Path(folder))


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> int:
    """Take away the temporary files that killed processes left in a folder and below.

    Returns:
        How many there were.
    """
    swept = 0
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".tmp") and (match := _TEMPORARY(name)) and _left(f"{place}/{name}", int(match[1], 16)):
                with contextlib.suppress(OSError):
                    os.unlink(f"{place}/{name}")
                    swept += 1
    return swept


def _left(path: str, pid: int) -> bool:
    """Whether nobody writes a temporary file any more: its process is gone, or it is old."""
    if pid == os.getpid():
        return False
    try:
        if time.time() - os.stat(path).st_mtime > _OLD_S:
            return True
        if os.name == "nt":
            return False
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
