"""The rule of publishing: it may be done again, and leaves the same."""

from __future__ import annotations

from pathlib import Path

from hivemind.conformance.bench import Bench
from hivemind.conformance.calls import call_hook
from hivemind.conformance.hive import Hive, small_hive_of
from hivemind.conformance.running import all_own_outputs, runs_of
from hivemind.conformance.sessions import Outcome, run
from hivemind.conformance.traces import differences, tree_of
from hivemind.conformance.verdict import Verdict, judge, skipped
from hivemind.models import Artifact, WorkerOutput, WorkerSpec

HOOK = "hivemind_publish"
_TIMES = 2


def publish_idempotent(bench: Bench) -> Verdict:
    """Publishing an output again, as a resumed session does, gives the same files."""
    hive = small_hive_of(bench)
    publishers = hive.implementations(HOOK)
    if not publishers:
        return skipped("the plugin publishes nothing")
    problems = [one for outcome in runs_of(bench).values() for one in _troubles(outcome, hive)]
    outputs = all_own_outputs(bench, hive)
    if not outputs and not problems:
        return skipped("no worker of the plugin completed, so there is nothing to publish")
    told: list[str] = []
    for name, output, outcome in outputs:
        assert outcome.plan is not None  # it gave outputs
        spec = outcome.plan.worker(name).spec
        for plugin, call in publishers:
            found, count = run(_again(call, spec, output, outcome))
            problems += [f"{bench.said_by(plugin)}publishing worker {name!r} {one}" for one in found]
            told.append(f"{name}: {count} artifacts")
    return judge(problems, ", ".join(dict.fromkeys(told)))


def _troubles(outcome: Outcome, hive: Hive) -> list[str]:
    """What went wrong with publishing in a session itself."""
    from hivemind.session.journal import read_journal

    own = {spec.name for spec in hive.workers()}
    found: list[str] = []
    for event in read_journal(outcome.session.layout.journal).events:
        details = event.details
        mine = event.type == "publish_failed" and getattr(details, "plugin", "") in (*hive.own, "")
        if mine or (event.type == "projection_failed" and event.agent in own):
            found.append(f"worker {event.agent!r}: {getattr(details, 'error', '')}")
    return found


async def _again(call: object, spec: WorkerSpec, output: WorkerOutput, outcome: Outcome) -> tuple[list[str], int]:
    """Publish twice; returns what is not the same, and how many artifacts there are."""
    session = outcome.session
    workers = Path(session.path)
    results: list[list[Artifact]] = []
    trees = []
    for _ in range(_TIMES):
        result = await call_hook(call, {"worker": spec, "output": output, "session": session})
        if isinstance(result, BaseException):
            from hivemind.conformance.process import place_of

            return [f"raises {type(result).__name__}: {result}{place_of(result)}"], 0
        try:
            results.append([one for one in result or () if isinstance(one, Artifact)])
        except TypeError:
            return [f"gives {type(result).__name__}, not a list of Artifact"], 0
        trees.append(tree_of(workers))
    changed = [f"{name} was {what}" for name, what in differences(trees[0], trees[1])]
    found = [f"a second time changes its files: {one}" for one in changed]
    if results[0] != results[1]:
        found.append("a second time gives other artifacts")
    return found, len(results[0])
