"""Whether a worker's result is taken from an earlier session: from the store, or from the session that is run again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hivemind.config import Settings
from hivemind.errors import HivemindError
from hivemind.events import WorkerFinishedDetails
from hivemind.fingerprint import Fingerprints, cacheable
from hivemind.imports import load
from hivemind.models import SUCCEEDED, PlannedWorker, WorkerOutput
from hivemind.plugins import PluginManager
from hivemind.repository_state import remembered, repository_state, to_remember
from hivemind.result_store import ResultStore, StoredResult, cache_folder
from hivemind.session.folder import SessionFolder

if TYPE_CHECKING:
    from hivemind.execution import WorkerResult

HIT, MISS = "taken", "none stored"
OFF, FRESH, OPTED_OUT = "switched off", "asked to run anew", "its spec says cache = false"
UNKNOWN_CODE = "what it depends on can't be told in full"
NOT_VERIFIED = "the stored result did not pass its checks"


class Reuse:
    """What one session takes from earlier ones, and what it leaves for later ones.

    A fingerprint holds the repository's path, so results are shared within one repository only: what a worker says may
    name it.

    Args:
        manager: The plugins.
        settings: Whether results are reused, and how much is kept.
        session: The session.
        fresh: The workers that run whatever is stored.
        source: A session whose finished results are taken first.
    """

    def __init__(
        self,
        manager: PluginManager,
        settings: Settings,
        session: SessionFolder,
        *,
        fresh: Collection[str] = (),
        source: SessionFolder | None = None,
    ) -> None:
        self._settings = settings
        self._session = session
        self._fresh = frozenset(fresh)
        self._source = source
        folder = cache_folder()
        self._store = ResultStore(folder, settings.cache_max_mb * 1024 * 1024)
        self._without = (session.path.parent, folder.parent)
        self.fingerprints = Fingerprints(manager, settings, self._look)

    def refusal(self, planned: PlannedWorker, parts: dict[str, str]) -> str:
        """Say why a worker's result is not taken from anywhere; '' where it may be."""
        if not planned.spec.cache:
            return OPTED_OUT
        if planned.spec.name in self._fresh:
            return FRESH
        if not self._settings.cache and self._source is None:
            return OFF
        return "" if cacheable(parts) else UNKNOWN_CODE

    async def find(self, worker: str, fingerprint: str) -> StoredResult | None:
        """Find a result to take: of the session that is run again, else in the store."""
        return await asyncio.to_thread(self._find, worker, fingerprint)

    def _find(self, worker: str, fingerprint: str) -> StoredResult | None:
        if self._source is not None:
            found = of_session(self._source, worker)
            if found is not None and found.fingerprint == fingerprint:
                return found
        return self._store.get(fingerprint) if self._settings.cache else None

    def keep(self, results: Iterable[tuple[WorkerResult, PlannedWorker | None]]) -> None:
        """Store the results that were made now and verified; called in a thread, with all that are ready."""
        if not self._settings.cache:
            return
        kept: list[StoredResult] = []
        for result, planned in results:
            details = result.event.details
            if (
                planned is None
                or result.status != "completed"
                or not planned.spec.cache
                or not isinstance(details, WorkerFinishedDetails)
                or not cacheable(details.fingerprint_parts)
            ):
                continue
            stored = _stored(self._session, planned.spec.name, details)
            if stored is not None:
                kept.append(stored)
        self._store.put(kept)

    def close(self) -> None:
        """Let the store go."""
        self._store.close()

    def _look(self) -> dict[str, str]:
        repo = os.path.realpath(self._session.task.repo)
        uses = self._settings.cache
        before = remembered(self._store.tree(repo)) if uses else {}
        state = repository_state(Path(repo), self._without, before)
        if uses and (state.read or len(state.known) != len(before)) and state.known:
            self._store.put_tree(repo, to_remember(state.known))
        return {"repository files": state.files, "repository commit": state.commit[:40]}


def of_session(session: SessionFolder, worker: str) -> StoredResult | None:
    """The finished result of a session's worker; None where there is none, or none that can be read."""
    known = session.state.workers.get(worker)
    if known is None or known.status not in SUCCEEDED:
        return None
    return _stored(session, worker, known.last)


def _stored(session: SessionFolder, worker: str, details: WorkerFinishedDetails) -> StoredResult | None:
    try:
        output = details.output
        if output is None and details.output_file:
            import json

            output = json.loads((session.path / details.output_file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if output is None or not details.output_type or not details.fingerprint:
        return None
    known = session.state.workers.get(worker)
    return StoredResult(
        fingerprint=details.fingerprint,
        worker=worker,
        repo=os.path.realpath(session.task.repo),
        session=details.cached_from or session.id,
        created_at=(known.finished_at if known else None) or session.state.updated_at,
        model=details.model,
        output_type=details.output_type,
        output=output,
        usage=details.saved or details.usage,
        duration_s=details.duration_s,
    )


def typed(stored: StoredResult) -> WorkerOutput | None:
    """A stored result as its own type; None where that is gone or does not fit any more."""
    try:
        kind = cast("type[WorkerOutput]", load(stored.output_type, f"output type of worker {stored.worker!r}"))
        output = kind.model_validate(stored.output)
    except (HivemindError, ValueError, AttributeError):
        return None
    return output if isinstance(output, WorkerOutput) else None
