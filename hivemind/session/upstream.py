"""What earlier workers of a session left for a later one, typed and in few words; never whole transcripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hivemind.models import SUCCEEDED, EdgeKind, Upstream

if TYPE_CHECKING:
    from hivemind.session.folder import SessionFolder
    from hivemind.session.state import WorkerState

_LISTED_FIELDS = 40


def upstream_of(session: SessionFolder, worker: str, vias: Mapping[str, EdgeKind] | None = None) -> list[Upstream]:
    """List what the finished workers before this one left, by worker name.

    Args:
        session: The session.
        worker: Whose upstream.
        vias: The workers before it and how it depends on them; None reads the plan's edges, and without a plan takes
            every finished worker.
    """
    if vias is None:
        vias = _planned_upstream(session, worker)
    found: list[Upstream] = []
    for name in sorted(vias):
        state = session.state.workers.get(name)
        if state is None or state.status in ("pending", "running"):
            continue
        output = session.output(name) if state.status in SUCCEEDED else None
        found.append(
            Upstream(
                worker=name,
                role=state.role,
                status=state.status,
                summary=state.last.summary if output is not None else "",
                text=_digest_of(session, state, output) if output is not None else "",
                output=output,
                error=state.last.error,
                via=vias[name],
            )
        )
    return found


def _planned_upstream(session: SessionFolder, worker: str) -> dict[str, EdgeKind]:
    plan = session.state.plan
    if plan is not None and any(planned.spec.name == worker for planned in plan.workers):
        return {edge.before: edge.kind for edge in plan.edges if edge.after == worker}
    return {name: "after" for name in session.state.workers if name != worker}


def _digest_of(session: SessionFolder, state: WorkerState, output: Mapping[str, Any]) -> str:
    """The digest of a worker's result, made once for all that wait for it."""
    known = session.digests.get(state.name)
    if known is None or known[0] is not state.last:
        known = session.digests[state.name] = (state.last, digest(output))
    return known[1]


def digest(output: Mapping[str, Any]) -> str:
    """Say a typed output in few words: the summary, then its fields as compact lines; never whole files."""
    lines = [str(output.get("summary", ""))]
    for name, value in output.items():
        if name in ("summary", "provenance") or value in (None, "", [], {}, ()):
            continue
        lines.append(f"{name}:")
        lines.extend(f"- {line}" for line in _items(name, value))
    return "\n".join(lines)


def _items(name: str, value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        yield _one_line(value)
        return
    if not isinstance(value, (list, tuple)):
        yield _short(str(value), 400)
        return
    for item in value[:_LISTED_FIELDS]:
        if isinstance(item, Mapping):
            drop = ("content",) if name == "files" else ()
            yield _one_line({key: part for key, part in item.items() if key not in drop})
        else:
            yield _short(str(item), 300)
    if len(value) > _LISTED_FIELDS:
        yield f"... and {len(value) - _LISTED_FIELDS} more"


def _one_line(item: Mapping[str, Any]) -> str:
    parts = []
    for key, value in item.items():
        if value in (None, "", [], {}, (), False):
            continue
        if isinstance(value, (list, tuple)):
            names = [str(one.get("name", one)) if isinstance(one, Mapping) else str(one) for one in value]
            value = ", ".join(names)
        parts.append(f"{key}={_short(str(value), 160)}")
    return _short("; ".join(parts), 600)


def _short(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
