"""Finds how workers ended in earlier sessions of a repository, without replaying a whole journal."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from hivemind.events import WorkerFinishedDetails
from hivemind.models import SUCCEEDED
from hivemind.session.layout import JOURNAL
from hivemind.session.listing import session_folders

_END = re.compile(
    rb'^\{"seq":\d+,"timestamp":"([^"]*)","agent":"([^"]*)",'
    rb'"type":"worker_(?:completed|failed|unverified|blocked|skipped|cancelled)"'
)
_HEAD = 65536


@dataclass(frozen=True)
class Earlier:
    """How a worker ended once."""

    session: str
    at: str
    details: WorkerFinishedDetails

    @property
    def usable(self) -> bool:
        """Whether there was a result that could have been taken."""
        return self.details.status in SUCCEEDED


def ends(folder: Path, workers: Collection[str]) -> dict[str, list[Earlier]]:
    """Read how these workers ended in a session, oldest first; lines of no interest are not parsed."""
    found: dict[str, list[Earlier]] = {}
    wanted = {name.encode() for name in workers}
    try:
        data = (folder / JOURNAL).read_bytes()
    except OSError:
        return {}
    for line in data.split(b"\n"):
        match = _END.match(line)
        if match is None or match.group(2) not in wanted:
            continue
        try:
            details = WorkerFinishedDetails.model_validate(json.loads(line)["details"])
        except (ValueError, KeyError, ValidationError):
            continue  # a torn line; the session itself says so where it is opened
        name = match.group(2).decode()
        found.setdefault(name, []).append(Earlier(folder.name, match.group(1).decode("ascii", "replace"), details))
    return found


def earlier_sessions(root: Path, folder: Path, repo: str) -> Iterator[Path]:
    """The sessions of the same repository that were made before one, newest first."""
    folders = session_folders(root)
    own = folder.resolve()
    known = [path.resolve() for path in folders]
    start = known.index(own) + 1 if own in known else 0
    real = os.path.realpath(repo)
    for path in folders[start:]:
        if _repo_of(path) == real:
            yield path


def latest_before(root: Path, folder: Path, repo: str, workers: Collection[str]) -> dict[str, Earlier]:
    """Each worker's latest result before a session; where it never had one, its latest end without.

    Args:
        root: Where sessions are.
        folder: The session.
        repo: Its repository.
        workers: Which workers.
    """
    missing = set(workers)
    found: dict[str, Earlier] = {}
    for path in earlier_sessions(root, folder, repo):
        if not missing:
            break
        for name, ended in ends(path, missing).items():
            usable = [one for one in ended if one.usable]
            if usable:
                found[name] = usable[-1]
                missing.discard(name)
            else:
                found.setdefault(name, ended[-1])
    return found


def _repo_of(folder: Path) -> str:
    try:
        with (folder / JOURNAL).open("rb") as handle:
            head = handle.readline(_HEAD)
        return os.path.realpath(str(json.loads(head)["details"]["task"]["repo"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ""
