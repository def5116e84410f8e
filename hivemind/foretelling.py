"""Which workers of a plan would be taken from the store of results, found out before anything runs.

Each worker's context is loaded as a run would load it, into a session folder that is thrown away; where the result is
stored, those after it are looked at with it. Nothing is executed, no model is asked.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hivemind.config import Configuration
from hivemind.context import load_context
from hivemind.errors import HivemindError
from hivemind.events import WorkerCompleted, WorkerFinishedDetails
from hivemind.fingerprint import Fingerprints, cacheable, fingerprint
from hivemind.graph import WorkerGraph
from hivemind.models import Plan, PlannedWorker
from hivemind.plugins import PluginManager
from hivemind.result_store import ResultStore, StoredResult, cache_folder
from hivemind.reuse import OFF, OPTED_OUT, UNKNOWN_CODE
from hivemind.session.folder import SessionFolder
from hivemind.universes import repository_parts


@dataclass(frozen=True)
class Foretold:
    """What would become of a worker, and why."""

    state: Literal["cached", "run"]
    why: str


async def foretell(
    manager: PluginManager, configuration: Configuration, plan: Plan, graph: WorkerGraph
) -> dict[str, Foretold]:
    """Say of each worker of a plan whether its result would be taken from an earlier session."""
    settings = configuration.settings
    if not settings.cache:
        return {planned.spec.name: Foretold("run", f"reuse is {OFF}") for planned in plan.workers}
    store = ResultStore(cache_folder(), settings.cache_max_mb * 1024 * 1024)
    known: dict[str, Foretold] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="hivemind-plan-", ignore_cleanup_errors=True) as folder:
            session = SessionFolder.create(Path(folder), plan.task)
            try:
                fingerprints = Fingerprints(
                    manager, settings, lambda: repository_parts(configuration.repo, configuration.sessions_root)
                )
                planned = {one.spec.name: one for one in plan.workers}
                await session.record(session.planned(plan))
                for name in graph.topological():
                    if name in planned:
                        look = _Look(manager, configuration, session, store, fingerprints, graph, known)
                        known[name] = await look.at(planned[name])
            finally:
                session.close()
    finally:
        store.close()
    return known


@dataclass(frozen=True)
class _Look:
    manager: PluginManager
    configuration: Configuration
    session: SessionFolder
    store: ResultStore
    fingerprints: Fingerprints
    graph: WorkerGraph
    known: dict[str, Foretold]

    async def at(self, planned: PlannedWorker) -> Foretold:
        name = planned.spec.name
        if not planned.spec.cache:
            return Foretold("run", OPTED_OUT)
        edges = self.graph.predecessors(name)
        new = [one.before for one in edges if one.before in self.known and self.known[one.before].state == "run"]
        if new:
            return Foretold("run", f"what it waits for runs anew: {', '.join(new)}")
        vias = {edge.before: edge.kind for edge in edges if edge.before in self.known}
        settings = self.configuration.settings
        try:
            context = await load_context(
                self.manager, self.session, planned.spec, self.session.task, settings.context_tokens, vias
            )
        except HivemindError as error:
            return Foretold("run", f"its context can't be loaded: {error.message}")
        if planned.focus:
            context = context.model_copy(update={"focus": planned.focus})
        parts = await self.fingerprints.parts(planned, context)
        if not cacheable(parts):
            return Foretold("run", UNKNOWN_CODE)
        stored = self.store.get(fingerprint(parts))
        if stored is None:
            return Foretold("run", "no stored result has its fingerprint")
        await self._remember(planned, stored)
        return Foretold("cached", f"same fingerprint in session {stored.session}")

    async def _remember(self, planned: PlannedWorker, stored: StoredResult) -> None:
        """Let those after it see the result as a run would."""
        details = WorkerFinishedDetails(
            status="cached",
            model=planned.model,
            output=stored.output,
            output_type=stored.output_type,
            fingerprint=stored.fingerprint,
            summary=str(stored.output.get("summary", "")),
        )
        await self.session.record(WorkerCompleted(agent=planned.spec.name, details=details))
