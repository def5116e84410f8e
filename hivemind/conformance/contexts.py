"""Rules of hivemind_load_context: the same bytes for the same repository, and no more than fits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hivemind.conformance.bench import Bench
from hivemind.conformance.calls import wait_for_next_second
from hivemind.conformance.comparing import difference
from hivemind.conformance.hive import STAND_IN, hive_of
from hivemind.conformance.verdict import Verdict, judge, skipped

if TYPE_CHECKING:
    from hivemind.models import ContextFragment, Task, WorkerSpec
    from hivemind.session.folder import SessionFolder

HOOK = "hivemind_load_context"
_NONE = "the plugin gives no context"


def contexts_deterministic(bench: Bench) -> Verdict:
    """Two calls on the same repository give the same bytes, and so do two processes."""
    hive = hive_of(bench)
    if not hive.implementations(HOOK):
        return skipped(_NONE)
    problems: list[str] = []
    prints: dict[str, str] = {}
    workers = (*hive.workers(), STAND_IN)
    first = {worker.name: _asked(bench, worker, _session(bench)) for worker in workers}
    wait_for_next_second()
    second = {worker.name: _asked(bench, worker, _session(bench)) for worker in workers}
    for worker in workers:
        other = second[worker.name]
        for plugin, fragments in first[worker.name].items():
            if isinstance(fragments, str):
                problems.append(f"{bench.said_by(plugin)}for worker {worker.name!r} it {fragments}")
                continue
            what = f"{bench.said_by(plugin)}the context of worker {worker.name!r}"
            again = other[plugin]
            told = again if isinstance(again, str) else _print(again)
            prints[what] = _print(fragments)
            if prints[what] != told:
                problems.append(f"{what} is not the same twice: {difference(prints[what], told)}")
    return judge(problems, f"{sum(len(one) for one in prints.values()):,} characters for {len(prints)} workers", prints)


def context_budget(bench: Bench) -> Verdict:
    """A plugin's fragments are fragments, have names of their own, and fit into the budget of a context."""
    from hivemind.config import Settings
    from hivemind.context import estimate_tokens

    hive = hive_of(bench)
    if not hive.implementations(HOOK):
        return skipped(_NONE)
    budget = Settings().context_tokens
    problems: list[str] = []
    most = 0
    for worker in (*hive.workers(), STAND_IN):
        for plugin, fragments in _asked(bench, worker, _session(bench)).items():
            if isinstance(fragments, str):
                continue  # told by the rule before this one
            said = f"{bench.said_by(plugin)}for worker {worker.name!r} it gives"
            tokens = sum(estimate_tokens(one.text) for one in fragments)
            most = max(most, tokens)
            if tokens > budget:
                problems.append(f"{said} about {tokens:,} tokens for a repository of a dozen files; {budget:,} fit")
            names = [one.name for one in fragments]
            twice = sorted({name for name in names if names.count(name) > 1})
            problems += [f"{said} two fragments of the name {name!r}" for name in twice]
    return judge(problems, f"{most:,} tokens at the most, of {budget:,}")


def _session(bench: Bench) -> SessionFolder:
    from hivemind.session.folder import SessionFolder

    return SessionFolder.open(Path(bench.job.session))


def _asked(bench: Bench, worker: WorkerSpec, session: SessionFolder) -> dict[str, list[ContextFragment] | str]:
    """What each of the target's plugins gives a worker, or why not."""
    from hivemind.conformance.sessions import run

    # A session's facts may be kept for its time: two looks at the same repository are two sessions.
    task = session.task.model_copy(update={"session_id": ""})
    return run(_gathered(bench, worker, task, session))


async def _gathered(
    bench: Bench, worker: WorkerSpec, task: Task, session: SessionFolder
) -> dict[str, list[ContextFragment] | str]:
    from hivemind.conformance.calls import call_hook
    from hivemind.models import ContextFragment

    found: dict[str, list[ContextFragment] | str] = {}
    for plugin, call in hive_of(bench).implementations(HOOK):
        result = await call_hook(call, {"worker": worker, "task": task, "session": session})
        if isinstance(result, BaseException):
            from hivemind.conformance.process import place_of

            found[plugin] = f"raises {type(result).__name__}: {result}{place_of(result)}"
        elif isinstance(result, (str, bytes)) or not isinstance(result, Iterable | None):
            found[plugin] = f"gives {type(result).__name__}, not a list of ContextFragment"
        else:
            fragments = list(result or ())
            wrong = [one for one in fragments if not isinstance(one, ContextFragment)]
            found[plugin] = f"gives {type(wrong[0]).__name__}, not a ContextFragment" if wrong else fragments
    return found


def _print(fragments: Iterable[ContextFragment]) -> str:
    """Fragments as text: all that a prompt or a fingerprint is made of, in the order of both."""
    lines: list[str] = []
    for one in sorted(fragments, key=lambda one: (one.order, one.name)):
        head = {"name": one.name, "title": one.title, "order": one.order, "omitted": one.omitted, "digest": one.digest}
        lines += [json.dumps(head), one.text]
    return "\n".join(lines)
