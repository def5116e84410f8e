"""Rules of workers at work: in real sessions, without a model and with one that only knows the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hivemind.conformance.bench import Bench
from hivemind.conformance.hive import STAND_IN, Hive, small_hive_of
from hivemind.conformance.models_of_checks import refuse_real_requests
from hivemind.conformance.sessions import Outcome, run_workers
from hivemind.conformance.traces import Traces
from hivemind.conformance.verdict import Verdict, judge, skipped
from hivemind.conformance.workers import NO_WORKER
from hivemind.models import WorkerOutput, WorkerSpec

if TYPE_CHECKING:
    from hivemind.session.state import WorkerState

_SCHEMA_ERRORS = ("OutputError",)


def traces_of(bench: Bench) -> Traces:
    """What files are there, looked at before anything runs."""
    return bench.once("traces", lambda: Traces.begin(bench))


def runs_of(bench: Bench) -> Mapping[str, Outcome]:
    """The sessions of this process: with the embedded model, and with one that answers from the schema; for a plugin
    without workers, one of a worker that is not its own."""
    from hivemind.conformance.models_of_checks import ANSWERING

    models = ("embedded", ANSWERING) if small_hive_of(bench).workers() else ("embedded",)
    return {model: _ran(bench, model) for model in models}


def _ran(bench: Bench, model: str) -> Outcome:
    runs: dict[str, Outcome] = bench.once("runs", dict)
    if model not in runs:
        traces_of(bench)
        if model != "embedded":
            refuse_real_requests()
        hive = small_hive_of(bench)
        names = [spec.name for spec in hive.workers() if spec.name in hive.registry.workers] or [STAND_IN.name]
        runs[model] = run_workers(bench, hive, names, model)
    return runs[model]


def outputs_of_runs(bench: Bench) -> Mapping[str, Sequence[WorkerOutput]]:
    """What the target's workers gave in this process, as it was before it became JSON."""
    return small_hive_of(bench).seen


def embedded_run(bench: Bench) -> Verdict:
    """Workers with rules, or with an execution of their own, work without a model."""
    traces_of(bench)
    hive = small_hive_of(bench)
    if not hive.workers():
        return skipped(NO_WORKER)
    outcome = _ran(bench, "embedded")
    problems: list[str] = []
    needing: list[str] = []
    done: list[str] = []
    for spec in hive.workers():
        state = outcome.worker(spec.name)
        if state is not None and state.status == "completed":
            done.append(spec.name)
        elif _needs_model(spec, state) or _stopped_by_guard(bench, state):
            needing.append(spec.name)
        else:
            problems.append(_ended(spec.name, state, outcome))
    if not problems and not done:
        why = "it was stopped at the network: see no-network" if bench.guard.network else "a model is needed"
        return skipped(f"{', '.join(needing)}: {why}")
    return judge(
        problems, f"completed: {', '.join(done)}" + (f"; a model is needed: {', '.join(needing)}" if needing else "")
    )


def _needs_model(spec: WorkerSpec, state: WorkerState | None) -> bool:
    return state is not None and state.status == "blocked" and spec.rules is None


def _stopped_by_guard(bench: Bench, state: WorkerState | None) -> bool:
    return bool(bench.guard.network) and state is not None and state.status == "failed"


def _ended(name: str, state: WorkerState | None, outcome: Outcome) -> str:
    if state is None:
        return f"worker {name!r} did not run" + (f": {outcome.error}" if outcome.error else "")
    said = state.last.error or outcome.error or "nothing is said of why"
    return f"worker {name!r} is {state.status}: {said}"


def model_run(bench: Bench) -> Verdict:
    """Agents, instructions and output types work with a model that answers from the schema alone."""
    from hivemind.conformance.models_of_checks import ANSWERING

    hive = small_hive_of(bench)
    if not hive.workers():
        return skipped(NO_WORKER)
    outcome = _ran(bench, ANSWERING)
    problems: list[str] = []
    done: list[str] = []
    untried: list[str] = []
    for spec in hive.workers():
        state = outcome.worker(spec.name)
        if state is not None and state.status in ("completed", "unverified"):
            done.append(spec.name)
        elif state is not None and state.status == "failed" and state.last.error_type in _SCHEMA_ERRORS:
            untried.append(f"{spec.name}: no output that its own checks accept is known from its schema alone")
        elif _stopped_by_guard(bench, state):
            untried.append(f"{spec.name}: it was stopped at the network")
        else:
            problems.append(_ended(spec.name, state, outcome))
    if not problems and not done:
        return skipped("; ".join(untried) + "; give one: model_config = {'json_schema_extra': {'examples': [...]}}")
    return judge(problems, ", ".join(done) + (f"; not tried: {'; '.join(untried)}" if untried else ""))


def _nothing_ran(bench: Bench) -> str | None:
    """Why there is nothing to look at; None where workers ran."""
    runs = runs_of(bench)
    started = any(state.status != "pending" for run in runs.values() for state in run.session.state.workers.values())
    return None if started else "no worker could be started"


def files(bench: Bench) -> Verdict:
    """The repository and the home are as they were, and nothing was written elsewhere either."""
    if (why := _nothing_ran(bench)) is not None:
        return skipped(why)
    problems = traces_of(bench).changes(bench.guard.writes)
    written = traces_of(bench).count_session_files()
    return judge(problems, f"{written} files, all below the session folders")


def redaction(bench: Bench) -> Verdict:
    """No secret of the environment or of the repository stands in any file that is left."""
    if (why := _nothing_ran(bench)) is not None:
        return skipped(why)
    elsewhere = [path for path, _ in bench.guard.writes]
    looked, problems = traces_of(bench).leaks(bench.job.secrets, elsewhere)
    return judge(problems, f"none in {looked} files")


def no_network(bench: Bench) -> Verdict:
    """Nothing was asked of the network: told of all processes together, where it was."""
    if (why := _nothing_ran(bench)) is not None:
        return skipped(why)
    return judge(bench.guard.network, "no connection was tried")


def all_own_outputs(bench: Bench, hive: Hive) -> list[tuple[str, WorkerOutput, Outcome]]:
    """The outputs of the target's workers that a session kept, each with its session."""
    from hivemind.imports import load

    found: list[tuple[str, WorkerOutput, Outcome]] = []
    for outcome in runs_of(bench).values():
        for spec in hive.workers():
            state = outcome.worker(spec.name)
            data = outcome.session.output(spec.name) if state is not None and state.status == "completed" else None
            if state is None or data is None or not state.last.output_type:
                continue
            kind = load(state.last.output_type, "output_type")
            if isinstance(kind, type) and issubclass(kind, WorkerOutput):
                found.append((spec.name, kind.model_validate(data), outcome))
    return found
