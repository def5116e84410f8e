"""Locks that die with their owner, and say who holds them."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from pathlib import Path
from typing import TypedDict

from filelock import FileLock, Timeout

from hivemind.errors import SessionLockedError, SessionUnwritableError
from hivemind.events import utc_now

_PATIENCE_S = 0.3
"""A reader that asks whether a lock is held holds it for an instant; an owner waits that long before it gives up."""


class Owner(TypedDict):
    """Who holds a lock."""

    pid: int
    host: str
    since: str


class OwnedLock:
    """A lock on a file beside which its owner is written.

    The system releases it when the owner ends, however it ends.

    Args:
        path: The lock file.
        what: What is locked, for the error: "session '...'".
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path = path
        self._what = what
        self._lock = FileLock(path, thread_local=False)

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            SessionLockedError: Somebody else holds it; says who and since when.
            SessionUnwritableError: The lock file can't be made.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=_PATIENCE_S, poll_interval=0.02)
        except Timeout:
            owner = self.owner()
            who = f"process {owner['pid']} on {owner['host']} since {owner['since']}" if owner else "another process"
            raise SessionLockedError(
                f"{self._what} is being run by {who}", "wait until it has ended, or stop that process"
            ) from None
        except OSError as error:
            raise SessionUnwritableError(
                f"can't lock {self._what}: {error.strerror or error}", "check the folder's permissions and free space"
            ) from error
        owner = Owner(pid=os.getpid(), host=socket.gethostname(), since=utc_now())
        with contextlib.suppress(OSError):
            self._owner_path.write_text(json.dumps(owner), encoding="utf-8")

    def release(self) -> None:
        """Give the lock back."""
        with contextlib.suppress(OSError):
            self._owner_path.unlink(missing_ok=True)
        self._lock.release()

    def held(self) -> bool:
        """Whether somebody, this process included, holds the lock."""
        if self._lock.is_locked:
            return True
        if not self._path.exists():
            return False
        probe = FileLock(self._path, thread_local=False)
        try:
            probe.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:
            return self._owner_lives()
        probe.release()
        return False

    def owner(self) -> Owner | None:
        """Read who holds the lock; None where that is not written."""
        try:
            data = json.loads(self._owner_path.read_text(encoding="utf-8"))
            return Owner(pid=int(data["pid"]), host=str(data["host"]), since=str(data["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def _owner_path(self) -> Path:
        return self._path.with_suffix(".owner.json")

    def _owner_lives(self) -> bool:
        """Guess by the written owner, where the lock itself can't be asked (a folder that can't be written)."""
        owner = self.owner()
        if owner is None or owner["host"] != socket.gethostname():
            return False
        if os.name == "nt":
            return True
        try:
            os.kill(owner["pid"], 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def wait_for_change(path: Path, size: int, timeout_s: float) -> bool:
    """Wait until a file is larger than it was.

    Returns:
        Whether it grew within the time.
    """
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if path.stat().st_size > size:
                return True
        time.sleep(0.1)
    return False
