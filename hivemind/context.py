"""Puts together what a worker is given, within its budget, and says what was cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hivemind.errors import PluginError
from hivemind.models import SUCCEEDED, Context, ContextFragment, Cut, EdgeKind, Task, Upstream, WorkerSpec
from hivemind.plugins import PluginManager
from hivemind.session.folder import SessionFolder

CHARS_PER_TOKEN = 4
"""An estimate: English prose and code take three to five characters a token."""
_UPSTREAM_SHARE = 0.4
"""Of the budget, what upstream outputs may take at the most."""
_MIN_ITEM = 80
_LISTED_FIELDS = 40


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return (len(text) + CHARS_PER_TOKEN - 1) // CHARS_PER_TOKEN


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
                text=digest(output) if output is not None else "",
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


async def load_context(
    manager: PluginManager,
    session: SessionFolder,
    worker: WorkerSpec,
    task: Task,
    budget: int,
    vias: Mapping[str, EdgeKind] | None = None,
) -> Context:
    """Gather fragments from all plugins, upstream outputs and session notes, and cut them to the budget.

    Raises:
        PluginError: A plugin failed or gave something that is no fragment.
    """
    fragments: list[ContextFragment] = []
    for plugin, result in await manager.collect("hivemind_load_context", worker=worker, task=task, session=session):
        if isinstance(result, (str, bytes)) or not isinstance(result, Iterable):
            raise PluginError(plugin, "hivemind_load_context", f"returned {type(result).__name__}, not a list")
        for fragment in result:
            if not isinstance(fragment, ContextFragment):
                raise PluginError(
                    plugin, "hivemind_load_context", f"gave {type(fragment).__name__}, not a ContextFragment"
                )
            fragments.append(fragment.model_copy(update={"plugin": plugin}))
    fragments.sort(key=lambda one: (one.order, one.plugin, one.name))
    upstream = upstream_of(session, worker.name, vias)
    return fit(worker, task, fragments, upstream, session.notes(), budget)


def fit(
    worker: WorkerSpec,
    task: Task,
    fragments: Sequence[ContextFragment],
    upstream: Sequence[Upstream],
    notes: str,
    budget: int,
) -> Context:
    """Cut a context to its budget: the task stays whole, then notes, upstream and fragments in their order."""
    cut: list[Cut] = []
    left = budget - estimate_tokens(task.text)

    def take(name: str, text: str, room: int) -> str:
        tokens = estimate_tokens(text)
        if tokens <= room:
            return text
        kept = _head(text, max(room, 0))
        cut.append(Cut(name=name, tokens=tokens - estimate_tokens(kept), reason=f"over the budget of {budget} tokens"))
        return kept

    notes = take("session notes", notes, left // 4)
    left -= estimate_tokens(notes)
    room = int(left * _UPSTREAM_SHARE)
    shared = _shares([estimate_tokens(one.text) for one in upstream], room)
    fitted_upstream = []
    for one, share in zip(upstream, shared, strict=True):
        text = take(f"output of {one.worker}", one.text, share)
        fitted_upstream.append(one if text is one.text else one.model_copy(update={"text": text}))
    left -= sum(estimate_tokens(one.text) for one in fitted_upstream)
    fitted: list[ContextFragment] = []
    for fragment in fragments:
        text = take(f"{fragment.plugin}/{fragment.name}", fragment.text, left)
        left -= estimate_tokens(text)
        fitted.append(fragment if text is fragment.text else fragment.model_copy(update={"text": text}))
    return Context(
        task=task,
        worker=worker,
        fragments=tuple(fitted),
        upstream=tuple(fitted_upstream),
        notes=notes,
        tokens=max(budget - left, 0),
        budget=budget,
        cut=tuple(cut),
    )


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """Divide room fairly: the small get all that they want, the large share the rest alike."""
    shares = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    for position, number in enumerate(order):
        shares[number] = min(wanted[number], max(room, 0) // (len(order) - position))
        room -= shares[number]
    return shares


def _head(text: str, tokens: int) -> str:
    """The first lines of a text that fit."""
    limit = tokens * CHARS_PER_TOKEN
    if limit < _MIN_ITEM:
        return ""
    end = text.rfind("\n", 0, limit - 20)
    return text[: end if end > 0 else limit - 20] + "\n[cut here]"
