"""The rule of the code that workers name by import path: it is there, and of the right shape."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from hivemind.conformance.bench import Bench
from hivemind.conformance.sample import TASK
from hivemind.conformance.verdict import Verdict, judge, skipped
from hivemind.conformance.workers import NO_WORKER, own_workers
from hivemind.models import WorkerOutput, WorkerSpec

if TYPE_CHECKING:
    from pydantic_ai import Agent
    from pydantic_ai.toolsets import AbstractToolset

_FIELDS = ("output_type", "agent", "rules", "notes")


def code_paths(bench: Bench) -> Verdict:
    """All code that workers name exists and has the right shape."""
    workers = own_workers(bench)
    if not workers:
        return skipped(NO_WORKER)
    problems: list[str] = []
    named = 0
    for spec in workers:
        for field, path in _named(spec):
            named += 1
            problems += [
                f"worker {spec.name!r}: {field} {path!r} {wrong}" for wrong in _wrong(bench, spec, field, path)
            ]
    if not named:
        return skipped("no worker names code by import path")
    return judge(problems, f"{named} import paths")


def _named(spec: WorkerSpec) -> Iterator[tuple[str, str]]:
    for field in _FIELDS:
        if (path := getattr(spec, field)) is not None:
            yield field, path
    for path in spec.toolsets:
        yield "toolsets", path


def _wrong(bench: Bench, spec: WorkerSpec, field: str, path: str) -> Iterator[str]:
    from hivemind.conformance.process import place_of
    from hivemind.errors import HivemindError
    from hivemind.imports import load

    try:
        found = load(path, field)
    except HivemindError as error:
        yield error.message.removeprefix(f"{field} ").removeprefix("is ")
        return
    except Exception as error:  # noqa: BLE001  (whatever its module raises is the plugin's, and told)
        yield f"can't be imported: {type(error).__name__}: {error}{place_of(error)}"
        return
    if field == "output_type":
        if not (isinstance(found, type) and issubclass(found, WorkerOutput)):
            yield f"is {_kind(found)}, not a class that extends WorkerOutput"
        return
    if not callable(found):
        yield f"is {_kind(found)}, not a function"
        return
    expected = {"agent": (), "rules": ("task", "context"), "notes": ("output",), "toolsets": ("task",)}[field]
    wrong = _wrong_arguments(found, expected)
    if wrong:
        yield wrong
    elif field == "agent":
        yield from _wrong_agent(found, spec)
    elif field == "toolsets":
        yield from _wrong_toolset(bench, found)


def _kind(found: object) -> str:
    return f"the class {found.__name__}" if isinstance(found, type) else f"a {type(found).__name__}"


def _wrong_arguments(function: Callable[..., Any], expected: tuple[str, ...]) -> str:
    """What is wrong with a function that is called with so many arguments, by position."""
    try:
        inspect.signature(function).bind(*expected)
    except TypeError as error:
        return f"is called with ({', '.join(expected)}) and can't be: {error}"
    except ValueError:
        return ""  # a function of C without a signature: calling it will tell
    return ""


def _wrong_agent(factory: Callable[..., Any], spec: WorkerSpec) -> Iterator[str]:
    from pydantic_ai import Agent

    from hivemind.conformance.process import place_of

    try:
        made = factory()
    except Exception as error:  # noqa: BLE001  (the plugin's own, and told)
        yield f"can't be made: {type(error).__name__}: {error}{place_of(error)}"
        return
    if not isinstance(made, Agent):
        yield f"gives {_kind(made)}, not a pydantic_ai.Agent"
        return
    kind = made.output_type
    declared = _output_type(spec)
    if isinstance(kind, type) and not issubclass(kind, WorkerOutput):
        yield f"makes an agent whose output is {kind.__name__}, not a class that extends WorkerOutput"
    elif isinstance(kind, type) and declared is not None and not issubclass(kind, declared):
        yield f"makes an agent whose output is {kind.__name__}, and output_type says {declared.__name__}"


def _output_type(spec: WorkerSpec) -> type[WorkerOutput] | None:
    from hivemind.errors import HivemindError
    from hivemind.imports import load

    if spec.output_type is None:
        return None
    try:
        found = load(spec.output_type, "output_type")
    except HivemindError:
        return None
    return found if isinstance(found, type) and issubclass(found, WorkerOutput) else None


def _wrong_toolset(bench: Bench, factory: Callable[..., Any]) -> Iterator[str]:
    from collections.abc import Collection

    from pydantic_ai.toolsets import AbstractToolset, FunctionToolset

    from hivemind.conformance.process import place_of
    from hivemind.models import Task

    try:
        made = factory(Task(text=TASK, repo=str(bench.repo)))
        if isinstance(made, AbstractToolset):
            return
        if isinstance(made, Collection) and not isinstance(made, (str, bytes)):
            FunctionToolset(list(made))
            return
    except Exception as error:  # noqa: BLE001  (the plugin's own, and told)
        yield f"can't be made: {type(error).__name__}: {error}{place_of(error)}"
        return
    yield f"gives {_kind(made)}, not a toolset or a list of functions"


def output_type_of(spec: WorkerSpec) -> type[WorkerOutput] | None:
    """The class of a worker's output, as far as it names one that is there; that of its agent where only that says."""
    declared = _output_type(spec)
    if declared is not None:
        return declared
    agent = agent_of(spec)
    kind = agent.output_type if agent is not None else None
    return kind if isinstance(kind, type) and issubclass(kind, WorkerOutput) else None


def agent_of(spec: WorkerSpec) -> Agent[Any, Any] | None:
    """A worker's agent; None where it names none, or none that can be made, which is another rule's matter."""
    if spec.agent is None:
        return None
    from pydantic_ai import Agent

    from hivemind.imports import load

    try:
        made: Any = load(spec.agent, "agent")()  # type: ignore[operator]  # what can't be called is told by code-paths
    except Exception:  # noqa: BLE001
        return None
    return made if isinstance(made, Agent) else None


def toolsets_of(bench: Bench, spec: WorkerSpec) -> list[AbstractToolset[Any]]:
    """The toolsets that a worker names, as far as they can be made."""
    from hivemind.conformance.sessions import run
    from hivemind.errors import HivemindError
    from hivemind.models import Task
    from hivemind.repository_tools import added_toolsets

    try:
        return run(added_toolsets(spec, Task(text=TASK, repo=str(bench.repo))))
    except HivemindError:
        return []
