"""The rule of what a worker declares about its tools and paths: all of it is known, and can be held to."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind.conformance.bench import Bench
from hivemind.conformance.code_named import agent_of, toolsets_of
from hivemind.conformance.verdict import Verdict, judge, skipped
from hivemind.conformance.workers import NO_WORKER, own_workers
from hivemind.models import WorkerSpec


def declared_limits(bench: Bench) -> Verdict:
    """Every tool is one that the worker can be given, and every path a pattern that can be held to."""
    workers = own_workers(bench)
    if not workers:
        return skipped(NO_WORKER)
    problems = [f"worker {spec.name!r} {wrong}" for spec in workers for wrong in _unenforced(bench, spec)]
    return judge(problems, "; ".join(f"{spec.name}: {_said(spec)}" for spec in workers))


def _said(spec: WorkerSpec) -> str:
    tools = "all tools" if spec.tools is None else ", ".join(spec.tools) or "no tool"
    return f"{tools} in {', '.join(spec.paths) or 'no file'}" if spec.paths is not None else tools


def _unenforced(bench: Bench, spec: WorkerSpec) -> Iterator[str]:
    from hivemind.errors import DefinitionError
    from hivemind.repository_tools import check_tools, path_rules, tools_not_given

    for name in tools_not_given(spec):
        yield f"declares the tool {name!r}, which no worker is given: it reads, and hands its result over"
    brought = _brought(bench, spec)
    try:
        if brought is not None:
            check_tools(spec, brought)
        path_rules(spec)
    except DefinitionError as error:
        yield f"declares what can't be enforced: {error}"
    if spec.paths is not None and spec.toolsets:
        yield (
            f"declares paths, and toolsets beside them ({', '.join(spec.toolsets)}), whose tools read what they like: "
            "that can't be enforced"
        )
    if not (spec.timeout_s is None or spec.timeout_s < float("inf")):
        yield "declares a timeout_s without end"


def _brought(bench: Bench, spec: WorkerSpec) -> list[str] | None:
    """The names of all tools that there are for a worker; None where they are only known as it runs."""
    from hivemind.repository_tools import TOOLS

    if not spec.tools:
        return list(TOOLS)
    agent = agent_of(spec)
    made = [*toolsets_of(bench, spec), *(agent.toolsets if agent is not None else ())]
    names = list(TOOLS)
    for toolset in made:
        own = getattr(toolset, "tools", None)
        if not isinstance(own, dict):
            return None
        names += own
    return names
