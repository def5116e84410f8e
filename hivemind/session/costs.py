"""What many sessions used together, by model and by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hivemind.errors import SessionError
from hivemind.models import Usage
from hivemind.session.archive import archived_files, archived_id, first_file
from hivemind.session.folder import SessionFolder
from hivemind.session.layout import JOURNAL, SNAPSHOT
from hivemind.session.listing import last_seq, session_folders


@dataclass
class Costs:
    """Sums over sessions."""

    sessions: int = 0
    """That asked a model in the time."""
    total: Usage = field(default_factory=Usage)
    models: dict[str, Usage] = field(default_factory=dict)
    days: dict[str, Usage] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """Sessions that could not be read, each with why."""

    def add(self, spending: Iterable[tuple[str, str, Usage]], since: str) -> None:
        """Add a session's spending from a day on."""
        counted = False
        for day, model, usage in spending:
            if day < since:
                continue
            counted = True
            self.total += usage
            self.models[model] = self.models.get(model, Usage()) + usage
            self.days[day] = self.days.get(day, Usage()) + usage
        self.sessions += counted


def add_up(root: Path, since: str = "") -> Costs:
    """Add up all sessions under a root, the archived ones included.

    Only SESSION.json is read where it is as new as the journal, and no model is made of what is not asked for.

    Args:
        root: Where the sessions are.
        since: The first day (UTC, ISO 8601) that counts; '' for all.
    """
    costs = Costs()
    for folder in session_folders(root):
        _add(costs, folder.name, since, _of_folder(folder), folder)
    for archive in archived_files(root):
        try:
            data = first_file(archive, SNAPSHOT)
        except SessionError as error:
            costs.problems.append(f"{archived_id(archive)}: {error.message}")
            continue
        _add(costs, archived_id(archive), since, _spending(data) if data is not None else None, archive)
    return costs


def _add(costs: Costs, name: str, since: str, known: list[tuple[str, str, Usage]] | None, path: Path) -> None:
    if known is None:
        try:
            state = SessionFolder.open(path).state
        except SessionError as error:
            costs.problems.append(f"{name}: {error.message}")
            return
        known = [(day, model, usage) for (day, model), usage in state.spending.items()]
    costs.add(known, since)


def _of_folder(folder: Path) -> list[tuple[str, str, Usage]] | None:
    try:
        data = (folder / SNAPSHOT).read_bytes()
        return _spending(data, last_seq(folder / JOURNAL))
    except OSError:
        return None


def _spending(data: bytes, seq: int | None = None) -> list[tuple[str, str, Usage]] | None:
    """Read the spending of a SESSION.json; None where it is damaged, behind its journal or of an older version."""
    from pydantic_core import from_json

    try:
        read: Any = from_json(data)
        if (seq is not None and read.get("last_seq") != seq) or not isinstance(read.get("spending"), list):
            return None
        return [(str(one["day"]), str(one["model"]), Usage.model_validate(one["usage"])) for one in read["spending"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
