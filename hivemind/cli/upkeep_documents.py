"""What `hivemind sessions archive|restore|delete|prune|repair` print as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from hivemind.cli.documents import Document

Done = Literal[
    "archived", "restored", "deleted", "kept", "failed", "would be archived", "would be deleted", "would be kept"
]


class Kept(BaseModel):
    """What became of one session."""

    id: str
    path: str
    done: Done
    archive: str | None = None
    bytes: int
    last_active: str | None = None
    problem: str | None = None


class UpkeepDocument(Document):
    """`hivemind sessions archive|restore|delete|prune --json`."""

    root: str
    dry_run: bool
    older_than: str | None
    sessions: tuple[Kept, ...]


class RepairDocument(Document):
    """`hivemind sessions repair --json`."""

    session_id: str
    path: str
    status: str
    events: int
    damaged_at: int | None
    lost_lines: int
    lost: tuple[str, ...]
    damaged_file: str | None
    rewritten: tuple[str, ...]
    problems: tuple[str, ...]
