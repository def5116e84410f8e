"""The session folder: its only writer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hivemind.errors import SessionCorruptError, SessionNotFoundError, SessionUnwritableError
from hivemind.events import (
    Event,
    PlanResolved,
    PlanResolvedDetails,
    SessionCreated,
    SessionCreatedDetails,
    SessionStarted,
    SessionStartedDetails,
    WorkerFinishedDetails,
    utc_now,
)
from hivemind.models import SCHEMA_VERSION, SUCCEEDED, Plan, SessionStatus, Task, Upstream, WorkerStatus
from hivemind.paths import check_relative
from hivemind.session.archive import archive_of, is_archive, unpacked
from hivemind.session.files import write_atomic
from hivemind.session.ids import new_folder
from hivemind.session.journal import Journal, read_journal
from hivemind.session.layout import Layout
from hivemind.session.lock import OwnedLock
from hivemind.session.redaction import Redactor
from hivemind.session.snapshot import SessionSnapshot, session_snapshot, snapshot_head
from hivemind.session.state import SessionState
from hivemind.version import __version__

SNAPSHOT_INTERVAL_S = 0.3
NOTES_FILE = "NOTES.md"


class SessionFolder:
    """One session on disk: read it, append to its journal, write what follows from the journal.

    Make it with `create` or `open`. Implements `SessionView` for plugins.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.layout = Layout(path)
        self.redactor = Redactor()
        self.state = SessionState()
        self.lock = OwnedLock(self.layout.lock, f"session {path.name!r}")
        self.journal = Journal(self.layout.journal, self.redactor, self.state.apply)
        self.listeners: list[Callable[[Sequence[Event]], None]] = []
        self.archived: Path | None = None
        """The archive that this is an unpacked copy of: it is read, never written."""
        self.stopping = False
        """Whether workers should not take another step."""
        self.digests: dict[str, tuple[WorkerFinishedDetails, str]] = {}
        """What is said of workers' results in few words, with the end that it is of."""
        self._snapshot_due = time.monotonic() + SNAPSHOT_INTERVAL_S  # what begins is not held up by it
        self._moved_to = ""
        self._notes = ""
        self._notes_due = 0.0
        self._plan: Plan | None = None
        self._plan_text: str | None = None
        self._snapshot_task: asyncio.Task[None] | None = None
        self._snapshot_writing = False

    @classmethod
    def create(cls, root: Path, task: Task, plan: Plan | None = None) -> SessionFolder:
        """Make a new session for a task.

        Args:
            root: The folder of the sessions.
            task: What it is about.
            plan: Who will run; on disk together with the task, so that the session can be resumed from its first byte.

        Raises:
            SessionUnwritableError: The folder can't be made or written.
        """
        redacted = Redactor().text(task.text)
        folder = cls(new_folder(root, redacted))
        named = task.model_copy(update={"session_id": folder.path.name, "text": redacted})
        details = SessionCreatedDetails(
            schema_version=SCHEMA_VERSION, id=folder.path.name, task=named, hivemind=__version__
        )
        events: list[Event] = [SessionCreated(details=details)]
        if plan is not None:
            events.append(folder.planned(plan.model_copy(update={"task": named})))
        folder.commit(*events)
        folder.write_snapshot()
        return folder

    @classmethod
    def open(cls, path: Path) -> SessionFolder:
        """Open a session and read its journal.

        Args:
            path: Its folder, or its archive, of which a copy is unpacked for reading.

        Raises:
            SessionNotFoundError: There is no journal.
            SessionCorruptError: The journal can't be understood, or is of a newer schema version.
        """
        folder = cls(unpacked(path) if is_archive(path) else path)
        folder.archived = archive_of(folder.path)
        try:
            part = read_journal(folder.layout.journal)
        except FileNotFoundError:
            if folder.layout.snapshot.is_file():
                raise SessionCorruptError(
                    f"session {path.name!r} has lost its journal: {folder.layout.journal.name} is missing, and "
                    f"{folder.layout.snapshot.name} alone does not tell what ran",
                    "restore it from a copy of the folder; what the workers left is in its folder 'workers'",
                ) from None
            raise SessionNotFoundError(
                f"{path} holds no session: {folder.layout.journal.name} is missing",
                "list the sessions with 'hivemind sessions list'",
            ) from None
        except OSError as error:
            raise SessionNotFoundError(
                f"can't read {folder.layout.journal}: {error.strerror or error}", "check the folder's permissions"
            ) from error
        first = part.events[0] if part.events else None
        if not isinstance(first, SessionCreated):
            raise SessionCorruptError(
                f"session {path.name!r} was cut off before it began: its journal does not start with the task",
                "start the session again with 'hivemind run'",
            )
        if first.details.schema_version > SCHEMA_VERSION:
            raise SessionCorruptError(
                f"session {path.name!r} has schema version {first.details.schema_version}, "
                f"this hivemind reads up to {SCHEMA_VERSION}",
                "upgrade hivemind-orchestrator",
            )
        folder.state.apply(part.events)
        folder.journal.advance(part)
        return folder

    # -- what a plugin sees ---------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The session's id: its folder's name."""
        return self.path.name

    @property
    def task(self) -> Task:
        """What the session is about."""
        assert self.state.task is not None
        return self.state.task

    def status(self, worker: str) -> WorkerStatus | None:
        """Say how a worker stands; None if this session has no such worker."""
        known = self.state.workers.get(worker)
        return known.status if known else None

    def output(self, worker: str) -> Mapping[str, Any] | None:
        """Read a finished worker's typed output as plain data, wherever it is kept."""
        known = self.state.workers.get(worker)
        if known is None:
            return None
        if known.last.output_file and known.status in SUCCEEDED:
            data: dict[str, Any] = json.loads((self.path / known.last.output_file).read_text(encoding="utf-8"))
            return data
        return known.output

    def upstream(self, worker: str) -> Sequence[Upstream]:
        """List what finished workers left for this one."""
        from hivemind.session.upstream import upstream_of

        return upstream_of(self, worker)

    def write_file(self, worker: str, path: str, content: str | bytes) -> Path:
        """Write a file under `workers/files/<worker>/`, redacted.

        Raises:
            SessionUnwritableError: It can't be written.
            ValueError: The path is absolute or leaves the folder.
        """
        target = self.layout.files(self.slug(worker)) / check_relative(path)
        self._write(target, self.redactor.text(content) if isinstance(content, str) else content)
        return target

    def notes(self) -> str:
        """What a person wrote into the session's NOTES.md for its workers; looked at a few times a second."""
        now = time.monotonic()
        if now >= self._notes_due:
            try:
                with open(f"{self.path}/{NOTES_FILE}", encoding="utf-8", errors="replace") as file:
                    self._notes = file.read()
            except (FileNotFoundError, IsADirectoryError):
                self._notes = ""
            self._notes_due = now + SNAPSHOT_INTERVAL_S
        return self._notes

    # -- the journal ----------------------------------------------------------------------------------------------

    def commit(self, *events: Event) -> list[Event]:
        """Append events now; for code that runs no event loop."""
        self._refuse_archived()
        committed = self.journal.commit(events)
        self._committed(committed)
        return committed

    async def record(self, *events: Event) -> list[Event]:
        """Append events together with all others that are ready; returns when they are on disk."""
        self._refuse_archived()
        committed = await self.journal.record(*events)
        self._committed(committed)
        return committed

    def note(self, *events: Event) -> None:
        """Append events with the next commit: for what nothing waits for."""
        self._refuse_archived()
        self.journal.note(events, self._committed)

    def _committed(self, events: Sequence[Event]) -> None:
        self.state.apply(events)
        for listener in self.listeners:
            listener(events)

    # -- owners ---------------------------------------------------------------------------------------------------

    def worker_lock(self, worker: str) -> OwnedLock:
        """The lock that a worker's run holds."""
        return OwnedLock(self.layout.worker_lock(self.slug(worker)), f"worker {worker!r} of session {self.id!r}")

    def effective_status(self) -> SessionStatus:
        """The status, or `interrupted` for a running session whose owner is gone."""
        if self.state.status != "running" or self.lock.held():
            return self.state.status
        running = [name for name, worker in self.state.workers.items() if worker.status == "running"]
        if not self.state.owned and any(self.worker_lock(name).held() for name in running):
            return "running"
        return "interrupted"

    def started(self, max_parallel: int, *, resumed: bool = False) -> SessionStarted:
        """Make the event that says who runs the session."""
        details = SessionStartedDetails(
            pid=os.getpid(),
            host=socket.gethostname(),
            max_parallel=max_parallel,
            resumed=resumed,
            repo=self._moved_to,
        )
        return SessionStarted(details=details)

    def move(self, repo: Path) -> None:
        """Go on in another place, where the repository was moved; on record with the next start."""
        self._moved_to = str(repo)
        self.state.move(self._moved_to)

    def ask_to_stop(self) -> None:
        """Leave a request to stop for the process that runs the session.

        Raises:
            SessionUnwritableError: It can't be written.
        """
        self._write(self.layout.stop, f"{utc_now()}\n")

    def stop_requested(self) -> bool:
        """Whether somebody asks the session to stop."""
        return self.layout.stop.exists()

    def forget_stop_request(self, before: float | None = None) -> None:
        """Take away a request to stop.

        Args:
            before: Only one that is older than this time: it was made to an earlier process.
        """
        with contextlib.suppress(OSError):
            if before is None or self.layout.stop.stat().st_mtime < before:
                self.layout.stop.unlink(missing_ok=True)

    def planned(self, plan: Plan) -> PlanResolved:
        """Make the event that says what will run."""
        return PlanResolved(details=PlanResolvedDetails(plan=plan))

    # -- what follows from the journal ----------------------------------------------------------------------------

    def slug(self, worker: str) -> str:
        """The name of a worker's files."""
        known = self.state.workers.get(worker)
        role = known.role if known else ""
        return role if role and worker == f"{role}-worker" else worker

    def snapshot(self) -> SessionSnapshot:
        """The state at a glance, with the status as it is."""
        return session_snapshot(self.state).model_copy(update={"status": self.effective_status()})

    def write_snapshot(self) -> None:
        """Write SESSION.json."""
        plan = self.state.plan
        if plan is not self._plan:
            self._plan_text = self.redactor.text(plan.model_dump_json()) if plan is not None else None
            self._plan = plan
        head = self.redactor.text(snapshot_head(self.state))
        self._write(self.layout.snapshot, f'{head},\n  "plan": {self._plan_text or "null"}\n}}\n')

    def refresh_snapshot(self) -> None:
        """Write SESSION.json soon, at most a few times a second; for code inside an event loop."""
        if self._snapshot_task is None:
            self._snapshot_task = asyncio.create_task(self._write_soon())

    async def _write_soon(self) -> None:
        try:
            await asyncio.sleep(max(0.0, self._snapshot_due - time.monotonic()))
            started = time.monotonic()
            self._snapshot_writing = True
            await asyncio.to_thread(self.write_snapshot)
            ended = time.monotonic()
            # A snapshot of 10,000 workers takes longer to write: never spend more than a tenth of the time on it.
            self._snapshot_due = ended + max(SNAPSHOT_INTERVAL_S, 9 * (ended - started))
        except (SessionUnwritableError, RuntimeError):
            # The journal is the truth and says so itself when it can't be written. A RuntimeError means that the
            # state grew while it was read; the next refresh, and at the end the last, writes it.
            self._snapshot_due = time.monotonic() + SNAPSHOT_INTERVAL_S
        finally:
            self._snapshot_writing = False
            self._snapshot_task = None

    async def settle(self) -> None:
        """Wait for what is under way and write the last snapshot."""
        await self.journal.settled()
        if self._snapshot_task is not None:
            if not self._snapshot_writing:  # a thread can't be cancelled: it would put what it has over the last one
                self._snapshot_task.cancel()
            await asyncio.wait([self._snapshot_task])
        self.write_snapshot()

    def write_text(self, path: Path, text: str) -> bytes:
        """Write a file of the session, redacted; returns the bytes written."""
        data = self.redactor.text(text).encode("utf-8", "replace")
        self._write(path, data)
        return data

    def _refuse_archived(self) -> None:
        if self.archived is not None:
            raise SessionUnwritableError(
                f"session {self.id!r} is archived and can only be read",
                f"bring it back with 'hivemind sessions restore {self.id}'",
            )

    def _write(self, path: Path | str, content: str | bytes, *, sync: bool = False) -> None:
        self._refuse_archived()
        try:
            write_atomic(path, content, sync=sync)
        except OSError as error:
            raise SessionUnwritableError(
                f"can't write {path}: {error.strerror or error}", "free space or mend the folder's permissions"
            ) from error

    def write_bytes(self, path: Path | str, data: bytes) -> None:
        """Write a file of the session whose content is redacted already."""
        self._write(path, data)

    def write_synced(self, path: Path, text: str) -> bytes:
        """Write a file that the journal will point to: on disk before this returns."""
        data = self.redactor.text(text).encode("utf-8", "replace")
        self._write(path, data, sync=True)
        return data

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()
