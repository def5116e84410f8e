"""Asking workers that run by themselves to stop, from another process: a file beside each worker's lock."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from hivemind.errors import SessionUnwritableError
from hivemind.events import utc_now
from hivemind.models import WorkerSpec
from hivemind.session.folder import SessionFolder
from hivemind.session.lock import OwnedLock

_SUFFIX = ".stop-request"


@dataclass(frozen=True)
class WorkerStop:
    """The request to one worker's run.

    Args:
        path: The file; it is there while somebody asks.
    """

    path: Path

    def ask(self) -> None:
        """Leave the request.

        Raises:
            SessionUnwritableError: It can't be written.
        """
        try:
            self.path.write_text(f"{utc_now()}\n", encoding="utf-8")
        except OSError as error:
            raise SessionUnwritableError(
                f"can't write {self.path}: {error.strerror or error}", "free space or mend the folder's permissions"
            ) from error

    def asked(self) -> bool:
        """Whether somebody asks."""
        return self.path.exists()

    def forget(self, before: float | None = None) -> None:
        """Take the request away.

        Args:
            before: Only one that is older than this time: it was made to an earlier process.
        """
        with contextlib.suppress(OSError):
            if before is None or self.path.stat().st_mtime < before:
                self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class RunningWorker:
    """A worker that a process runs by itself."""

    name: str
    lock: OwnedLock
    stop: WorkerStop


def own_lock(session: SessionFolder, spec: WorkerSpec) -> tuple[OwnedLock, WorkerStop]:
    """The lock of a worker's run, and the request to stop it.

    Named by the spec: a session that has not seen the worker yet does not know its role, and the lock of its first run
    must be the one that a second looks at.
    """
    path = session.layout.worker_lock(spec.slug)
    return OwnedLock(path, f"worker {spec.name!r} of session {session.id!r}"), WorkerStop(path.with_suffix(_SUFFIX))


def running_workers(session: SessionFolder) -> list[RunningWorker]:
    """The workers of a session whose locks somebody holds, by their names."""
    names = {session.layout.worker_lock(session.slug(name)).stem: name for name in session.state.workers}
    found: list[RunningWorker] = []
    for path in sorted((session.layout.workers / "locks").glob("*.lock")):
        name = names.get(path.stem, path.stem)
        lock = OwnedLock(path, f"worker {name!r} of session {session.id!r}")
        if lock.held():
            found.append(RunningWorker(name, lock, WorkerStop(path.with_suffix(_SUFFIX))))
    return sorted(found, key=lambda one: one.name)
