"""Says for each worker of a session why it ran, was cached, blocked or skipped, and what changed since it last did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from hivemind.earlier import Earlier, ends, latest_before
from hivemind.models import SUCCEEDED, PlannedWorker, Usage, WorkerStatus
from hivemind.reuse import FRESH, HIT, MISS, NOT_VERIFIED, OFF, OPTED_OUT, UNKNOWN_CODE
from hivemind.session.folder import SessionFolder
from hivemind.session.state import WorkerState

_LABELS = {
    "spec": "its spec",
    "instructions": "its instructions",
    "code": "the code of its plugin, or code that its spec names,",
    "model settings": "the settings that its model is asked with",
    "output schema": "the schema of its output",
    "task": "the task",
    "repository path": "the place of the repository",
    "repository files": "the repository's files",
    "session notes": "the session's NOTES.md",
}
_SAID = {"plugin": "its plugin", "model": "the model", "repository commit": "the repository's commit"}
_WHY = {
    OFF: "it ran since results of earlier sessions were not to be taken (--no-cache, or the setting cache = false)",
    FRESH: "it ran since it was asked to run anew, or depends on a worker that was",
    OPTED_OUT: "it ran since its results are never taken again: its spec says cache = false",
    UNKNOWN_CODE: "it ran since a part of what it depends on can't be told, so no earlier result could be trusted",
    NOT_VERIFIED: "it ran since the result that was stored did not pass its checks any more",
}


class Change(BaseModel):
    """A part of a fingerprint that is not what it was."""

    model_config = ConfigDict(frozen=True)

    part: str
    before: str | None
    now: str | None
    said: str


class Explanation(BaseModel):
    """Why a worker of a session stands as it does."""

    model_config = ConfigDict(frozen=True)

    worker: str
    status: WorkerStatus
    in_plan: str
    """Why it is in the session at all."""
    reasons: tuple[str, ...]
    fingerprint: str = ""
    compared_with: str | None = None
    """The session of the latest earlier result, or of its latest end where it never had one."""
    changes: tuple[Change, ...] = ()
    cached_from: str | None = None
    saved: Usage | None = None


def explain(session: SessionFolder, root: Path, workers: Sequence[str]) -> list[Explanation]:
    """Explain workers of a session.

    Args:
        session: The session.
        root: Where earlier sessions are.
        workers: Whose standing is explained.
    """
    plan = session.state.plan
    planned = {one.spec.name: one for one in plan.workers} if plan is not None else {}
    here = ends(session.path, workers)
    before = latest_before(root, session.path, session.task.repo, workers)
    told = []
    for name in workers:
        known = session.state.workers.get(name) or WorkerState(name=name)
        own = here.get(name, [])[:-1] if known.finished_at is not None else here.get(name, [])
        told.append(_explain_one(session, known, planned.get(name), own, before.get(name)))
    return told


def _explain_one(
    session: SessionFolder,
    known: WorkerState,
    planned: PlannedWorker | None,
    here: Sequence[Earlier],
    before: Earlier | None,
) -> Explanation:
    usable = [one for one in here if one.usable]
    latest = usable[-1] if usable else before
    if latest is None and here:
        latest = here[-1]
    end, ended = known.last, known.finished_at is not None
    changes: tuple[Change, ...] = ()
    if ended and latest is not None and end.fingerprint_parts and latest.details.fingerprint_parts:
        changes = tuple(compare(latest.details.fingerprint_parts, end.fingerprint_parts))
    reasons = list(_reasons(session, known, latest, changes))
    if here:
        again = "once" if len(here) == 1 else f"{len(here)} times"
        reasons.append(f"it had ended {again} in this session before, last as {here[-1].details.status}")
    alive = session.effective_status() == "running"
    reasons += [f"{call.doubt} (call {call.number})" for call in known.doubtful_calls(alive=alive)]
    return Explanation(
        worker=known.name,
        status=known.status,
        in_plan=_in_plan(known, planned),
        reasons=tuple(reasons),
        fingerprint=end.fingerprint if ended else "",
        compared_with=latest.session if latest is not None else None,
        changes=changes,
        cached_from=(end.cached_from or None) if ended else None,
        saved=end.saved if ended else None,
    )


def _in_plan(known: WorkerState, planned: PlannedWorker | None) -> str:
    if planned is not None:
        return planned.reason
    if known.role == "check":
        return "two workers promised to fit together"
    return "run by itself"


def _reasons(
    session: SessionFolder, known: WorkerState, latest: Earlier | None, changes: Sequence[Change]
) -> list[str]:
    end, error = known.last, known.last.error or "no reason was recorded"
    match known.status:
        case "pending":
            waits = _waits_for(session, known.name)
            more = f": it waits for {', '.join(waits)}" if waits else f": the session is {session.effective_status()}"
            return [f"it has not run yet{more}"]
        case "running":
            return [
                "it runs" if session.effective_status() == "running" else "it was in the middle when it was cut off"
            ]
        case "blocked" | "skipped" | "cancelled":
            return [f"it was {known.status}: {error}"]
        case "cached":
            return [f"its result was taken from session {end.cached_from}: nothing that it depends on has changed"]
        case _ if known.role == "check":
            return ["a check asks no model: it runs whenever both sides have succeeded"]
        case _:
            pass
    reasons = [_why_it_ran(known, latest, changes)]
    if known.status not in SUCCEEDED:
        reasons.append(f"it ended as {known.status}: {error}")
    return reasons


def _why_it_ran(known: WorkerState, latest: Earlier | None, changes: Sequence[Change]) -> str:
    end = known.last
    if end.reuse in _WHY:
        return _WHY[end.reuse] + (f"; since session {latest.session}, {_listed(changes)}" if latest and changes else "")
    if not end.fingerprint_parts:
        return "it ran; what it depends on was not recorded, so it can't be compared"
    if latest is None:
        return "it ran since no earlier session of this repository has a result of it"
    if not latest.usable:
        also = f"; besides, {_listed(changes)}" if changes else ""
        return (
            f"it ran since it has no earlier result: in session {latest.session} it was {latest.details.status}{also}"
        )
    if changes:
        return f"it ran although session {latest.session} has a result of it, since {_listed(changes)}"
    if not latest.details.fingerprint_parts:
        return f"it ran; session {latest.session} did not record what its result depends on"
    if end.reuse in (MISS, HIT):
        return (
            f"it ran although nothing changed since session {latest.session}: its result is not in the store "
            "(cleared, let go for room, or made with --no-cache)"
        )
    return "it ran"


def _waits_for(session: SessionFolder, worker: str) -> list[str]:
    plan = session.state.plan
    before = [edge.before for edge in plan.edges if edge.after == worker] if plan is not None else []
    return sorted(
        f"{name} ({known.status})"
        for name in set(before)
        if (known := session.state.workers.get(name)) is not None and known.status in ("pending", "running")
    )


def _listed(changes: Sequence[Change]) -> str:
    return "; ".join(change.said for change in changes)


def compare(before: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    """Say which parts of a fingerprint are not what they were, in plain words."""
    order = [*now, *(part for part in before if part not in now)]
    return [
        Change(part=part, before=before.get(part), now=now.get(part), said=said(part, before.get(part), now.get(part)))
        for part in order
        if before.get(part) != now.get(part)
    ]


def said(part: str, before: str | None, now: str | None) -> str:
    """Say how one part changed."""
    if part.startswith("upstream "):
        name = part.removeprefix("upstream ")
        if before is None:
            return f"it is given the result of {name} now"
        return f"it is not given the result of {name} any more" if now is None else f"the result of {name} changed"
    if part.startswith("context "):
        plugin, _, name = part.removeprefix("context ").partition("/")
        what = f"the context {name!r} of plugin {plugin!r}"
    elif part == "hivemind":
        was, _, _ = (before or "").partition(" ")
        version, _, _ = (now or "").partition(" ")
        return f"hivemind is {version}, it was {was}" if was != version else "hivemind's own code changed"
    elif part in _SAID:
        return f"{_SAID[part]} is {(now or 'none')[:60]}, it was {(before or 'none')[:60]}"
    else:
        what = _LABELS.get(part, part)
    if before is None:
        return f"{what} is new"
    if now is None:
        return f"{what} is gone"
    return f"{what} changed"
