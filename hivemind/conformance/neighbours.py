"""Rules of living beside others: workers that are not the plugin's, and events of every kind."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from hivemind.conformance.bench import Bench
from hivemind.conformance.calls import call_hook
from hivemind.conformance.hive import STAND_IN, Hive, hive_of
from hivemind.conformance.sessions import configuration_of, new_session, run
from hivemind.conformance.verdict import Verdict, judge, skipped

if TYPE_CHECKING:
    from hivemind.events import Event
    from hivemind.session.folder import SessionFolder

_WORK = ("hivemind_verify", "hivemind_publish", "hivemind_execute")


def others_workers(bench: Bench) -> Verdict:
    """Hooks are called for every worker of a session: those of others are left alone, and nothing is raised."""
    hive = hive_of(bench)
    hooks = [hook for hook in _WORK if hive.implementations(hook)]
    if not hooks:
        return skipped("the plugin implements none of hivemind_execute, hivemind_verify and hivemind_publish")
    session = new_session(bench)
    problems = run(_disturbed(bench, hive, session))
    return judge(problems, ", ".join(hooks))


async def _disturbed(bench: Bench, hive: Hive, session: SessionFolder) -> list[str]:
    from hivemind.conformance.process import place_of
    from hivemind.models import WorkerOutput

    output = WorkerOutput(summary="what a worker of another plugin found")
    arguments: dict[str, object] = {"worker": STAND_IN, "output": output, "session": session}
    problems: list[str] = []
    for hook in ("hivemind_verify", "hivemind_publish"):
        for plugin, call in hive.implementations(hook):
            result = await call_hook(call, arguments)
            said = f"{bench.said_by(plugin)}for another plugin's worker {hook}"
            if isinstance(result, BaseException):
                problems.append(f"{said} raises {type(result).__name__}: {result}{place_of(result)}")
            else:
                problems += [f"{said} {wrong}" for wrong in _wrong_results(hook, result, Path(session.path))]
    return [*problems, *_taken(bench, hive, session)]


def _wrong_results(hook: str, result: Any, session: Path) -> Iterator[str]:
    from pydantic import ValidationError

    from hivemind.models import Artifact, Finding
    from hivemind.verification.claims import artifact_problems
    from hivemind.verification.collecting import is_error

    if result is None:
        return
    kind = "Finding" if hook == "hivemind_verify" else "Artifact"
    try:
        results = list(result)
        if hook == "hivemind_verify":
            findings = [Finding.model_validate(one) for one in results]
            yield from (
                f"finds an error in an output that says nothing wrong: {one.title}" for one in findings if is_error(one)
            )
            return
    except (TypeError, ValidationError):
        yield f"gives what is no list of {kind}: {type(result).__name__}"
        return
    if any(not isinstance(one, Artifact) for one in results):
        yield f"gives what is no {kind}"
    else:
        yield from (f"claims what is not there: {one}" for one in artifact_problems(results, session))


def _taken(bench: Bench, hive: Hive, session: SessionFolder) -> Iterator[str]:
    """Whose hivemind_execute takes a worker that is not its own, although its plugin has workers."""
    from hivemind.conformance.process import place_of
    from hivemind.models import Context, PlannedWorker
    from hivemind.runtime import WorkerRuntime

    planned = PlannedWorker(
        spec=STAND_IN,
        plugin="conformance",
        source="conformance",
        model="embedded",
        model_origin="check",
        reason="check",
    )
    runtime = WorkerRuntime(hive.manager, session, planned, configuration_of(bench).settings)
    owners = {entry.plugin for entry in hive.registry.workers.values()}
    context = Context(task=session.task, worker=STAND_IN)
    for plugin, call in hive.implementations("hivemind_execute"):
        said = f"{bench.said_by(plugin)}for another plugin's worker hivemind_execute"
        try:
            result = call({"worker": STAND_IN, "task": session.task, "context": context, "runtime": runtime})
        except Exception as error:  # noqa: BLE001  (the plugin's own, and told)
            yield f"{said} raises {type(error).__name__}: {error}{place_of(error)}"
            continue
        if inspect.iscoroutine(result):
            result.close()
        if result is not None and plugin in owners:
            yield f"{said} takes the work, instead of returning None"


def event_listener(bench: Bench) -> Verdict:
    """hivemind_event hears every event, also of a type that it does not know, and raises for none."""
    from hivemind.conformance.process import place_of

    hive = hive_of(bench)
    listeners = hive.implementations("hivemind_event")
    if not listeners:
        return skipped("the plugin listens to no event")
    events = list(every_event())

    async def told() -> list[str]:
        problems: list[str] = []
        for plugin, call in listeners:
            raised: dict[str, str] = {}
            for event in events:
                result = await call_hook(call, {"event": event}, patience_s=5.0)
                if isinstance(result, BaseException):
                    raised.setdefault(event.type, f"{type(result).__name__}: {result}{place_of(result)}")
                if isinstance(result, TimeoutError):
                    break
            if raised:
                first = next(iter(raised))
                more = f", and at {len(raised) - 1} more types of events" if len(raised) > 1 else ""
                problems.append(f"{bench.said_by(plugin)}at {first!r} it raises {raised[first]}{more}")
        return problems

    return judge(run(told()), f"{len(events)} types of events")


def every_event() -> Iterator[Event]:
    """An event of each type that there is, with the least and with all that it can say, and one of the future."""
    from hivemind.conformance.instances import fill
    from hivemind.events import KnownEvent, OtherEvent

    union = get_args(KnownEvent)[0]
    for kind in get_args(union):
        for name in get_args(kind.model_fields["type"].annotation):
            for full in (False, True):
                data = fill(kind.model_json_schema(), full=full) | {"type": name, "agent": "backend-worker"}
                yield kind.model_validate({"seq": 7, "timestamp": "2026-01-05T10:00:00.000Z", **data})
    yield OtherEvent(type="something_of_a_later_version", details={"what": "nobody knows yet"})
