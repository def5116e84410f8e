"""Atomic files: a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_atomic(path: Path, content: str | bytes, *, sync: bool = False) -> None:
    """Write a file by a temporary file beside it and a rename.

    Args:
        path: Where to; its folder is made.
        content: Text is written as UTF-8 with `\\n` line ends.
        sync: Also wait until the content is on the disk.

    Raises:
        OSError: The folder can't be written or the disk is full; the old file is as it was.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    temporary = path.parent / f".{path.name[:60]}.{secrets.token_hex(4)}.tmp"
    try:
        try:
            handle = temporary.open("xb")
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = temporary.open("xb")
        with handle:
            handle.write(data)
            if sync:
                handle.flush()
                os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
