"""The short lock under which a journal is appended to: held for one commit, taken many times a second."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Protocol

if sys.platform == "win32":
    fcntl = None
else:
    import fcntl


class AppendLock(Protocol):
    """What the journal needs of a lock."""

    def acquire(self, timeout_s: float) -> bool:
        """Take it; False if somebody else held it all the time."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...

    def close(self) -> None:
        """Let go of its file."""
        ...


def append_lock(path: Path) -> AppendLock:
    """Make the lock of a journal: `flock` on a file that stays open, or filelock where the system has none."""
    return _Flock(path) if fcntl is not None else _Portable(path)


class _Flock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, timeout_s: float) -> bool:
        assert fcntl is not None
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        end = 0.0
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                now = time.monotonic()
                end = end or now + timeout_s
                if now >= end:
                    return False
                time.sleep(0.002)
            else:
                return True

    def release(self) -> None:
        assert fcntl is not None
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class _Portable:
    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self._lock = FileLock(path, thread_local=False)

    def acquire(self, timeout_s: float) -> bool:
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=timeout_s, poll_interval=0.005)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        self._lock.release()

    def close(self) -> None:
        self._lock.release(force=True)
