"""What many sessions used together, by model, by worker and by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hivemind.errors import SessionError
from hivemind.events import SYSTEM, ModelResponded
from hivemind.models import Usage
from hivemind.session.archive import archived_files, archived_id, first_file
from hivemind.session.folder import SessionFolder
from hivemind.session.journal import read_events
from hivemind.session.layout import JOURNAL, SNAPSHOT
from hivemind.session.listing import last_seq, session_folders
from hivemind.session.state import SessionState

PLANNER = "planner"
"""Under which name the choice of workers is listed; a worker of that name is added to it."""


@dataclass
class Costs:
    """Sums over sessions."""

    sessions: int = 0
    """That asked a model in the time."""
    total: Usage = field(default_factory=Usage)
    models: dict[str, Usage] = field(default_factory=dict)
    workers: dict[str, Usage] = field(default_factory=dict)
    days: dict[str, Usage] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """Sessions that could not be read, each with why."""

    def add(self, spent: Spent, since: str) -> None:
        """Add a session's spending from a day on."""
        counted = False
        for day, model, usage in spent.by_day:
            if day < since:
                continue
            counted = True
            self.total += usage
            self.models[model] = self.models.get(model, Usage()) + usage
            self.days[day] = self.days.get(day, Usage()) + usage
        for worker, usage in spent.by_worker if counted else ():
            self.workers[worker] = self.workers.get(worker, Usage()) + usage
        self.sessions += counted


@dataclass(frozen=True)
class Spent:
    """What one session used: (day, model, usage), and (worker, usage)."""

    by_day: Sequence[tuple[str, str, Usage]] = ()
    by_worker: Sequence[tuple[str, Usage]] = ()

    def straddles(self, since: str) -> bool:
        """Whether some of it is from before a day and some is not."""
        return len({day < since for day, _, _ in self.by_day}) > 1

    @classmethod
    def of(cls, state: SessionState) -> Spent:
        """Read it from a session's state."""
        workers = [(worker.name, worker.usage + worker.earlier) for worker in state.workers.values()]
        return cls(
            [(day, model, usage) for (day, model), usage in state.spending.items()],
            _who_asked([*workers, (PLANNER, state.planner)]),
        )


def _who_asked(workers: Iterable[tuple[str, Usage]]) -> list[tuple[str, Usage]]:
    return [(name, usage) for name, usage in workers if usage.requests]


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


def _add(costs: Costs, name: str, since: str, known: Spent | None, path: Path) -> None:
    try:
        if known is None:
            known = Spent.of(SessionFolder.open(path).state)
        if known.straddles(since):
            known = Spent(known.by_day, _workers_since(SessionFolder.open(path).layout.journal, since))
    except SessionError as error:
        costs.problems.append(f"{name}: {error.message}")
        return
    costs.add(known, since)


def _workers_since(journal: Path, since: str) -> list[tuple[str, Usage]]:
    """What each worker used from a day on, as the answers in the journal say."""
    found: dict[str, Usage] = {}
    for event in read_events(journal, ("model_responded",)):
        if isinstance(event, ModelResponded) and event.timestamp[:10] >= since:
            who = PLANNER if event.agent == SYSTEM else event.agent
            found[who] = found.get(who, Usage()) + event.details.usage
    return _who_asked(found.items())


def _of_folder(folder: Path) -> Spent | None:
    try:
        data = (folder / SNAPSHOT).read_bytes()
        return _spending(data, last_seq(folder / JOURNAL))
    except OSError:
        return None


def _spending(data: bytes, seq: int | None = None) -> Spent | None:
    """Read the spending of a SESSION.json; None where it is damaged, behind its journal or of an older version."""
    from pydantic_core import from_json

    try:
        read: Any = from_json(data)
        if (seq is not None and read.get("last_seq") != seq) or not isinstance(read.get("spending"), list):
            return None
        days = [(str(one["day"]), str(one["model"]), Usage.model_validate(one["usage"])) for one in read["spending"]]
        if not days:
            return Spent()
        asked = [one for one in read["workers"].values() if one["usage"]["requests"] or one["earlier"]["requests"]]
        workers = [
            (str(one["name"]), Usage.model_validate(one["usage"]) + Usage.model_validate(one["earlier"]))
            for one in asked
        ]
        planner = Usage.model_validate(read.get("planner") or {})
        return Spent(days, _who_asked([*workers, (PLANNER, planner)]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
