"""What a session left, as a test asks for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hivemind.errors import did_you_mean
from hivemind.kit.journal import JournalReader
from hivemind.models import SessionStatus, Usage, WorkerStatus
from hivemind.session.folder import SessionFolder
from hivemind.session.state import WorkerState


class HiveRun:
    """A session that ran, read from its folder.

    Args:
        session: The session's folder.
    """

    def __init__(self, session: Path) -> None:
        self.session = session
        self._folder = SessionFolder.open(session)
        self._folder.close()

    def __repr__(self) -> str:
        statuses = ", ".join(f"{name} {worker.status}" for name, worker in self._folder.state.workers.items())
        return f"<HiveRun {self.session.name}: {self.status} ({statuses})>"

    @property
    def status(self) -> SessionStatus:
        """How the session ended."""
        return self._folder.effective_status()

    @property
    def workers(self) -> Mapping[str, WorkerStatus]:
        """How each worker and check ended, by name."""
        return {name: worker.status for name, worker in self._folder.state.workers.items()}

    @property
    def usage(self) -> Usage:
        """What the session used."""
        return self._folder.state.usage

    @property
    def events(self) -> JournalReader:
        """The journal."""
        return JournalReader(self.session)

    @property
    def report(self) -> str:
        """The text of REPORT.md."""
        return self._folder.layout.report.read_text(encoding="utf-8")

    def status_of(self, worker: str) -> WorkerStatus:
        """Say how a worker ended."""
        return self._worker(worker)[1].status

    def output(self, worker: str) -> dict[str, Any]:
        """A worker's typed output as plain data.

        Raises:
            AssertionError: It has none; says how the worker ended.
        """
        name, state = self._worker(worker)
        found = self._folder.output(name)
        if found is None:
            raise AssertionError(f"worker {name!r} has no output: it is {state.status}{_because(state)}")
        return dict(found)

    def error_of(self, worker: str) -> str:
        """What a worker failed with; '' where it did not."""
        return self._worker(worker)[1].last.error or ""

    def notes(self, worker: str) -> str:
        """The text of a worker's Markdown."""
        name, _ = self._worker(worker)
        return self._folder.layout.notes(self._folder.slug(name)).read_text(encoding="utf-8")

    def files(self, worker: str) -> dict[str, Path]:
        """The files that a worker left, by their path below its folder."""
        name, _ = self._worker(worker)
        folder = self._folder.layout.files(self._folder.slug(name))
        return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}

    def transcript(self, worker: str) -> list[dict[str, Any]]:
        """The requests and answers of a worker's model, as they are on disk."""
        name, _ = self._worker(worker)
        folder = self._folder.layout.transcripts(self._folder.slug(name))
        return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]

    def usage_of(self, worker: str) -> Usage:
        """What a worker used."""
        return self._worker(worker)[1].usage

    def _worker(self, name: str) -> tuple[str, WorkerState]:
        """Find a worker by its name, or by a role that one worker has."""
        workers = self._folder.state.workers
        if name in workers:
            return name, workers[name]
        of_role = [one for one, worker in workers.items() if worker.role == name]
        if len(of_role) == 1:
            return of_role[0], workers[of_role[0]]
        hint = did_you_mean(name, workers)
        raise AssertionError(
            f"the session has no worker {name!r}" + (f" ({hint})" if hint else f"; it has: {', '.join(workers)}")
        )


def _because(state: WorkerState) -> str:
    return f": {state.last.error}" if state.last.error else ""
