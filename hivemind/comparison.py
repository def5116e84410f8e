"""Compares two sessions by what their journals say, worker by worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hivemind.comparison_models import (
    Amount,
    Comparison,
    FileDiff,
    FindingsDiff,
    FingerprintDiff,
    PartChange,
    Side,
    ValueChange,
    WorkerDiff,
)
from hivemind.file_comparison import compare_files
from hivemind.models import SUCCEEDED, Usage
from hivemind.output_comparison import compare_items, compare_outputs
from hivemind.paths import check_relative
from hivemind.session.folder import SessionFolder
from hivemind.session.state import SessionState, WorkerState

_ENDED = (*SUCCEEDED, "unverified")


def compare(a: SessionFolder, b: SessionFolder, *, files: bool = False) -> Comparison:
    """Compare two sessions.

    Args:
        a: The one before.
        b: The one after.
        files: Also compare the lines of the files that both wrote.
    """
    names = list(dict.fromkeys((*a.state.workers, *b.state.workers)))
    workers = tuple(
        _worker(a, b, name, a.state.workers.get(name), b.state.workers.get(name), files=files) for name in names
    )
    before, after = _side(a), _side(b)
    return Comparison(
        a=before,
        b=after,
        same=all(worker.same for worker in workers) and (before.status, before.task) == (after.status, after.task),
        task=_change(before.task, after.task),
        status=_change(before.status, after.status),
        cost_usd=Amount.between(before.cost_usd, after.cost_usd),
        duration_s=Amount.between(before.duration_s, after.duration_s),
        tokens=Amount.between(before.tokens, after.tokens),
        workers=workers,
    )


def _side(session: SessionFolder) -> Side:
    state = session.state
    usage = state.usage
    return Side(
        session_id=session.id,
        path=str(session.archived or session.path),
        status=session.effective_status(),
        task=session.task.text,
        repo=session.task.repo,
        hivemind=state.version,
        created_at=state.created_at,
        updated_at=state.updated_at,
        workers=len(state.workers),
        succeeded=sum(worker.status in SUCCEEDED for worker in state.workers.values()),
        cost_usd=usage.cost_usd,
        tokens=_tokens(usage),
        duration_s=_took(state),
    )


def _took(state: SessionState) -> float | None:
    try:
        return (datetime.fromisoformat(state.updated_at) - datetime.fromisoformat(state.created_at)).total_seconds()
    except (ValueError, TypeError):
        return None


def _tokens(usage: Usage) -> int:
    return usage.input_tokens + usage.output_tokens


def _change(before: Any, after: Any) -> ValueChange | None:
    return None if before == after else ValueChange(before=before, after=after)


def _worker(
    a: SessionFolder, b: SessionFolder, name: str, one: WorkerState | None, other: WorkerState | None, *, files: bool
) -> WorkerDiff:
    problems: list[str] = []
    before, after = _output(a, one, problems), _output(b, other, problems)
    items = compare_outputs(before, after)
    findings = _findings(before, one, after, other)
    changed_files = _files(a, one, b, other, contents=files)
    status = _change(one.status if one else None, other.status if other else None)
    model = _change(one.model if one else None, other.model if other else None)
    error = _change(one.last.error if one else None, other.last.error if other else None)
    fingerprint = _fingerprint(one, other)
    alike = not (status or model or error or items or changed_files or problems)
    return WorkerDiff(
        name=name,
        role=(one or other).role if (one or other) else "",  # type: ignore[union-attr]
        presence="both" if one and other else "only_a" if one else "only_b",
        same=bool(one and other) and alike and not findings.differ and fingerprint.same is not False,
        status=status,
        status_now=(other or one).status,  # type: ignore[union-attr]
        model=model,
        error=error,
        fingerprint=fingerprint,
        output=items,
        findings=findings,
        files=changed_files,
        cost_usd=Amount.between(one.usage.cost_usd if one else None, other.usage.cost_usd if other else None),
        tokens=Amount.between(_tokens(one.usage) if one else None, _tokens(other.usage) if other else None),
        duration_s=Amount.between(_duration(one), _duration(other)),
        problems=tuple(problems),
    )


def _duration(worker: WorkerState | None) -> float | None:
    return None if worker is None or worker.finished_at is None else worker.last.duration_s


def _output(session: SessionFolder, worker: WorkerState | None, problems: list[str]) -> Mapping[str, Any]:
    """A worker's typed output as plain data; what can't be read is a problem that is told."""
    if worker is None or worker.status not in _ENDED:
        return {}
    if not worker.last.output_file:
        return worker.output or {}
    import json

    try:
        path = session.path / check_relative(worker.last.output_file)
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problems.append(f"the output of {worker.name} in {session.id} can't be read: {error}")
        return {}
    return data if isinstance(data, dict) else {}


def _fingerprint(one: WorkerState | None, other: WorkerState | None) -> FingerprintDiff:
    """What the result depends on: part by part where both sessions recorded that, else as a whole."""
    before, after = (worker.last if worker is not None else None for worker in (one, other))
    left, right = (getattr(last, "fingerprint_parts", None) or {} for last in (before, after))
    whole = (before.fingerprint if before else "", after.fingerprint if after else "")
    if left and right:
        changes = [
            PartChange(
                part=part,
                change="added" if part not in left else "removed" if part not in right else "changed",
                before=left.get(part),
                after=right.get(part),
            )
            for part in dict.fromkeys((*left, *right))
            if left.get(part) != right.get(part)
        ]
        return FingerprintDiff(same=not changes, by="parts", before=whole[0], after=whole[1], parts=tuple(changes))
    known = all(whole)
    return FingerprintDiff(
        same=whole[0] == whole[1] if known else None,
        by="whole" if known else "unknown",
        before=whole[0],
        after=whole[1],
    )


def _findings(
    before: Mapping[str, Any], one: WorkerState | None, after: Mapping[str, Any], other: WorkerState | None
) -> FindingsDiff:
    """What engineers are told: the workers' own findings and those of verification."""
    left, right = (
        [*(output.get("findings") or ()), *(worker.last.findings if worker else ())]
        for output, worker in ((before, one), (after, other))
    )
    changes = compare_items("findings", left, right)
    return FindingsDiff(
        before=len(left),
        after=len(right),
        added=tuple(change for change in changes if change.change == "added"),
        removed=tuple(change for change in changes if change.change == "removed"),
        changed=tuple(change for change in changes if change.change == "changed"),
    )


def _files(
    a: SessionFolder, one: WorkerState | None, b: SessionFolder, other: WorkerState | None, *, contents: bool
) -> tuple[FileDiff, ...]:
    left = one.artifacts if one is not None and one.finished_at is not None else ()
    right = other.artifacts if other is not None and other.finished_at is not None else ()
    return compare_files(a.path, left, b.path, right, contents=contents)
