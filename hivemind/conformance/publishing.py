"""The rule of publishing: it may be done again, and leaves the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hivemind.conformance.bench import Bench
from hivemind.conformance.calls import call_hook, wait_for_next_second
from hivemind.conformance.hive import Hive, small_hive_of
from hivemind.conformance.running import all_own_outputs, runs_of
from hivemind.conformance.sessions import Outcome, run
from hivemind.conformance.traces import Tree, differences, tree_of
from hivemind.conformance.verdict import Verdict, judge, skipped
from hivemind.models import Artifact, WorkerOutput
from hivemind.verification.claims import artifact_problems

HOOK = "hivemind_publish"
_OF_THE_CORE = ("SESSION.json", "EVENTS.jsonl", "REPORT.md", ".session.lock")


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
    passes: list[list[Published]] = []
    for number in range(2):
        if number:
            wait_for_next_second()
        passes.append([_publish(plugin, call, *output) for output in outputs for plugin, call in publishers])
    for one, other in zip(*passes, strict=True):
        problems += [
            f"{bench.said_by(one.plugin)}publishing worker {one.worker!r} {wrong}" for wrong in one.wrong(other)
        ]
    told = [f"{one.worker}: {len(one.artifacts)} artifacts" for one in passes[0]]
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


@dataclass(frozen=True)
class Published:
    """What one call of a plugin's hook left."""

    plugin: str
    worker: str
    problem: str = ""
    artifacts: tuple[Artifact, ...] = ()
    tree: Tree = field(default_factory=dict)
    """The session folder afterwards."""

    def wrong(self, later: Published) -> Iterator[str]:
        """What is wrong with it, held against a later call for the same output."""
        if self.problem or later.problem:
            yield self.problem or f"a second time {later.problem}"
            return
        for name, what in differences(self.tree, later.tree):
            if not name.startswith(_OF_THE_CORE):
                yield f"a second time changes its files: {name} was {what}"
        if self.artifacts != later.artifacts:
            yield "a second time gives other artifacts"


def _publish(plugin: str, call: object, worker: str, output: WorkerOutput, outcome: Outcome) -> Published:
    assert outcome.plan is not None  # it gave outputs
    arguments = {"worker": outcome.plan.worker(worker).spec, "output": output, "session": outcome.session}
    result = run(call_hook(call, arguments))
    if isinstance(result, BaseException):
        from hivemind.conformance.process import place_of

        return Published(plugin, worker, f"raises {type(result).__name__}: {result}{place_of(result)}")
    try:
        artifacts = tuple(result or ())
    except TypeError:
        return Published(plugin, worker, f"gives {type(result).__name__}, not a list of Artifact")
    if any(not isinstance(one, Artifact) for one in artifacts):
        return Published(plugin, worker, "gives what is no Artifact")
    wrong = artifact_problems(artifacts, outcome.session.path)
    problem = f"claims what is not there: {'; '.join(wrong)}" if wrong else ""
    return Published(plugin, worker, problem, artifacts, tree_of(outcome.session.path))
