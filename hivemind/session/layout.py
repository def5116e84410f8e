"""Where things are in a session folder."""

from __future__ import annotations

import re
from pathlib import Path

SNAPSHOT = "SESSION.json"
JOURNAL = "EVENTS.jsonl"
REPORT = "REPORT.md"
LOCK = ".session.lock"
STOP = ".stop-request"


_FIT = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*").fullmatch


def file_name(worker_slug: str) -> str:
    """Make a worker's name fit for a file name on every system."""
    if _FIT(worker_slug):
        return worker_slug
    safe = "".join(char if char.isalnum() or char in "._-" else "_" for char in worker_slug)
    return safe.strip(".") or "worker"


class Layout:
    """The paths of one session folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.snapshot = path / SNAPSHOT
        self.journal = path / JOURNAL
        self.report = path / REPORT
        self.lock = path / LOCK
        self.stop = path / STOP
        self.workers = path / "workers"

    def worker_lock(self, slug: str) -> Path:
        """The lock that a worker's run holds."""
        return self.workers / "locks" / f"{file_name(slug)}.lock"

    def notes(self, slug: str) -> Path:
        """The worker's Markdown: `workers/notes/backend_implementation.md`."""
        return self.path / self.notes_name(slug)

    def json(self, slug: str) -> Path:
        """The worker's typed output."""
        return self.path / self.json_name(slug)

    @staticmethod
    def notes_name(slug: str) -> str:
        """The worker's Markdown, as artifacts name it."""
        return f"workers/notes/{file_name(slug)}_implementation.md"

    @staticmethod
    def json_name(slug: str) -> str:
        """The worker's typed output, as artifacts name it."""
        return f"workers/json/{file_name(slug)}.json"

    @staticmethod
    def files_name(slug: str) -> str:
        """The folder of the worker's generated files, as artifacts name it."""
        return f"workers/files/{file_name(slug)}"

    def transcripts(self, slug: str) -> Path:
        """The folder of the worker's model and tool turns."""
        return self.workers / "transcripts" / file_name(slug)

    def files(self, slug: str) -> Path:
        """The folder of the files that the worker generated."""
        return self.path / self.files_name(slug)

    def relative(self, path: Path) -> str:
        """A path as artifacts name it: relative to the folder, with forward slashes."""
        return path.relative_to(self.path).as_posix()
