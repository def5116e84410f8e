"""Puts together what a worker is given, within its budget, and says what was cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hivemind.errors import PluginError
from hivemind.models import Context, ContextFragment, Cut, EdgeKind, Task, Upstream, WorkerSpec
from hivemind.plugins import PluginManager
from hivemind.session.folder import SessionFolder
from hivemind.session.upstream import upstream_of

CHARS_PER_TOKEN = 4
"""An estimate: English prose and code take three to five characters a token."""
_UPSTREAM_SHARE = 0.4
"""Of the budget, what upstream outputs may take at the most."""
_MIN_ITEM = 80


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return (len(text) + CHARS_PER_TOKEN - 1) // CHARS_PER_TOKEN


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
