"""One bounded round in which a model mends a contract that does not fit.

Asked is the side that came later: it had the other's result before it and should have kept to it. Where neither waits
for the other, that is the side that calls: what is offered comes from the code and from the backend's design, and a
call can be changed more cheaply than an endpoint that others may use.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from hivemind.alignment import Alignment, Match, run_check
from hivemind.config import Settings
from hivemind.events import WorkerFinishedDetails, WorkerProgress, WorkerProgressDetails
from hivemind.execution import Execution, WorkerResult, ended
from hivemind.graph import WorkerGraph
from hivemind.models import Check, PlannedWorker
from hivemind.plugins import PluginManager
from hivemind.publication import Publication
from hivemind.reuse import Reuse
from hivemind.session.folder import SessionFolder
from hivemind.verification.rounds import Revision

_LISTED = 60
_OFFERED = 300


@dataclass
class Revisions:
    """Does the checks of one session, each with at most one round of mending."""

    manager: PluginManager
    session: SessionFolder
    settings: Settings
    planned: Mapping[str, PlannedWorker]
    graph: WorkerGraph
    publication: Publication
    reuse: Reuse
    _asked: set[str] = field(default_factory=set)

    async def check(self, check: Check) -> WorkerResult:
        """Do one check node; where it finds sure and high mismatches, let a model mend them once and check again."""
        result = await run_check(self.session, check, self._mended_before(check))
        alignment = result.output
        if not isinstance(alignment, Alignment):
            return result
        wrong = [one for one in alignment.matches if one.kind in ("missing", "method_mismatch") and not one.possible]
        if not wrong or self.settings.revision_rounds < 1:
            return result
        side = self._side(alignment)
        refusal = self._refusal(side)
        if refusal is None:
            return result
        if refusal:
            return await run_check(self.session, check, refusal)
        self._asked.add(side)
        said = await self._revise(check, side, alignment)
        return await run_check(self.session, check, said)

    def _side(self, alignment: Alignment) -> str:
        """Who is to mend it: the later side, else the one that calls."""
        later = alignment.offers in self.graph.descendants(alignment.calls) if alignment.calls else False
        return alignment.offers if later or not alignment.calls else alignment.calls

    def _refusal(self, side: str) -> str | None:
        """Why a side is not asked; '' where it is; None where there is no model that could be."""
        known = self.session.state.workers.get(side)
        made = (self.session.output(side) or {}).get("provenance") or {}
        if known is None or side not in self.planned or not made.get("model_asked"):
            return None
        if known.status != "completed":
            return f"{side} was not asked to mend it: its result comes from an earlier session"
        if known.last.revised or side in self._asked:
            return f"{side} was not asked to mend it: it had its one round"
        return ""

    async def _revise(self, check: Check, side: str, alignment: Alignment) -> str:
        """Ask a side once more; its result takes the place of the one before if it is verified.

        Returns:
            What became of it.
        """
        session, planned = self.session, self.planned[side]
        message = f"asked to mend {alignment.summary[0].lower()}{alignment.summary[1:]}"
        await session.record(
            WorkerProgress(
                agent=side, details=WorkerProgressDetails.model_validate({"message": message, "revision": check.name})
            )
        )
        vias = {edge.before: edge.kind for edge in self.graph.predecessors(side) if edge.before in self.planned}
        execution = Execution(self.manager, session, planned, self.settings, vias, resume=True, reuse=self.reuse)
        execution.runtime.revision = revision = Revision(_request(side, alignment))
        result = await execution.run()
        if result.fatal is not None:
            raise result.fatal
        details = result.event.details
        assert isinstance(details, WorkerFinishedDetails)
        if result.status != "completed" or not revision.done:
            why = details.error or "it gave no result that states a contract"
            await session.record(
                WorkerProgress(agent=side, details=WorkerProgressDetails(message=f"not revised: {why}"))
            )
            return f"{side} was asked once to mend it; its result from before stays: {why}"
        await self._replace(check, planned, result, details)
        return self._mended(side)

    def _mended_before(self, check: Check) -> str:
        """What became of the round that an earlier process had, where it ended before the check did; '' for none."""
        for side in (check.left, check.right):
            known = self.session.state.workers.get(side)
            if known is not None and known.last.revised == check.name:
                return self._mended(side)
        return ""

    def _mended(self, side: str) -> str:
        seen = sorted(
            name
            for name in self.graph.descendants(side)
            if name in self.planned and self.session.status(name) not in (None, "pending")
        )
        before = f"; {', '.join(seen)} worked from its result before" if seen else ""
        return f"{side} was asked once to mend it and gave a new result{before}"

    async def _replace(
        self, check: Check, planned: PlannedWorker, result: WorkerResult, details: WorkerFinishedDetails
    ) -> None:
        session, name = self.session, planned.spec.name
        known = session.state.worker(name)
        before = known.last
        now = details.model_copy(
            update={
                "attempts": known.attempts + 1,
                "duration_s": round(before.duration_s + details.duration_s, 6),
                "revised": check.name,
            }
        )
        await self.publication.settle()  # nothing of the result before is written or published after the new one
        await session.record(ended(name, "completed", now))
        session.refresh_snapshot()
        kept = {one.path for one in now.artifacts}
        stale = [one.path for one in before.artifacts if one.kind == "file" and one.path not in kept]
        await asyncio.to_thread(_remove, session, stale)
        self.publication.follow(
            WorkerResult(name, ended(name, "completed", now), "completed", result.output, result.files), planned
        )


def _remove(session: SessionFolder, paths: list[str]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):  # one that stays is listed nowhere
            (session.path / path).unlink(missing_ok=True)


def _request(side: str, alignment: Alignment) -> str:
    """What the side is told: every mismatch with both sides, and what is offered."""
    calls = side == alignment.calls
    other = alignment.offers if calls else alignment.calls
    mine, theirs = ("calls", "endpoints") if calls else ("endpoints", "calls")
    wrong = [one for one in alignment.matches if one.kind not in ("matched", "unused")]
    lines = [
        f"Your {mine} were held against the {theirs} of {other}, and these do not fit:",
        *(_line(one) for one in wrong[:_LISTED]),
    ]
    if len(wrong) > _LISTED:
        lines.append(f"- and {len(wrong) - _LISTED} more")
    offered = list(dict.fromkeys(one.endpoint for one in alignment.matches if one.endpoint and one.kind != "missing"))
    if calls and offered:
        lines.append(f"{other} offers: {', '.join(offered[:_OFFERED])}")
    lines.append(
        "Mend what can be mended on your side and give the whole result again. Where the code makes a call, or the "
        "task needs one, that nothing answers, keep it and say so in a finding: never bend a path to make it match."
    )
    return "\n".join(lines)


def _line(match: Match) -> str:
    where = f" at {match.location}" if match.location else ""
    offered = f" (offered: {match.endpoint})" if match.endpoint else ""
    return f"- {match.kind.replace('_', ' ')}: {match.call}{where}{offered}: {match.detail}. {match.remedy}"
