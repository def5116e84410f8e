"""Puts the architecture together from what the facts show."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hivemind_architect.facts import NO_FACTS, facts_of, place
from hivemind_architect.models import ArchitectOutput
from hivemind_architect.rules.advice import backend_requirements, decisions, findings, roadmap
from hivemind_architect.rules.components import components, diagram
from hivemind_architect.rules.growth import limits, risks
from hivemind_architect.rules.imports import cycles, import_graph, layers
from hivemind_architect.rules.measures import Measures, counted
from hivemind_architect.rules.patterns import patterns
from hivemind_architect.rules.scores import extensibility, maintainability, maturity

if TYPE_CHECKING:
    from hivemind import Context, Task
    from hivemind_architect.models import ArchitectureRisk, DependencyCycle, RoadmapStep, ScalabilityLimit


def rules(task: Task, context: Context) -> ArchitectOutput:
    """Say how the repository is built, what follows from that, and which modules the task's words name.

    Args:
        task: What the user asks for.
        context: Holds the facts.
    """
    facts = facts_of(context)
    if facts is None:
        return ArchitectOutput(
            summary=NO_FACTS,
            unresolved=(NO_FACTS,),
            next_actions=("run again with the facts plugin, or choose a model with --model",),
        )
    measures = Measures(facts, import_graph(facts.modules))
    parts = components(facts, measures.graph)
    circles = cycles(measures.graph)
    found, dangers, ends = findings(measures, circles), risks(measures), limits(measures)
    steps = roadmap(found, dangers, ends)
    return ArchitectOutput(
        summary=_summary(measures, circles, dangers, ends),
        findings=found,
        decisions=decisions(measures),
        next_actions=(*_named(task, measures), *_urgent(steps)),
        components=parts,
        layers=layers(measures.graph),
        dependency_cycles=circles,
        patterns=patterns(measures),
        scalability_limits=ends,
        risks=dangers,
        roadmap=steps,
        maturity=maturity(measures),
        maintainability=maintainability(measures),
        extensibility=extensibility(measures),
        component_diagram=diagram(parts),
        backend_requirements=backend_requirements(measures),
        unresolved=tuple(f"{one.what}: {one.reason} ({place(one.file, one.line)})" for one in facts.unresolved),
    )


def _urgent(steps: tuple[RoadmapStep, ...]) -> list[str]:
    return [f"{one.why}: {one.title} ({', '.join(one.addresses)})" for one in steps if one.horizon == "now"][:5]


def _named(task: Task, measures: Measures) -> list[str]:
    """The modules whose file names the task's words name."""
    asked = {word.lower().removesuffix("s") for word in re.findall(r"[A-Za-z]{3,40}", task.text[:5_000])}
    found = [
        one.path
        for one in measures.facts.modules
        if PurePosixPath(one.path).name.split(".", 1)[0].lower().removesuffix("s") in asked
    ]
    if not found:
        return []
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return [f"read first what the task names: {', '.join(found[:5])}{more}"]


def _summary(
    measures: Measures,
    circles: tuple[DependencyCycle, ...],
    dangers: tuple[ArchitectureRisk, ...],
    ends: tuple[ScalabilityLimit, ...],
) -> str:
    facts, graph = measures.facts, measures.graph
    if measures.empty:
        return "Neither modules nor endpoints nor tables were found in this repository, so there is nothing to judge."
    counts = [
        counted(number, what)
        for number, what in (
            (len(facts.services), "service"),
            (len(facts.modules), "module"),
            (len(facts.endpoints), "endpoint"),
            (len(facts.tables), "table"),
        )
        if number
    ]
    said = [f"The repository has {', '.join(counts)}."]
    if graph.edges:
        circled = f"{counted(len(circles), 'import circle')} among them" if circles else "no import circle"
        said.append(f"Its modules stand in {max(graph.levels.values()) + 1} layers, {circled}.")
    if measures.databases:
        said.append(f"Data is kept in {', '.join(measures.databases)}.")
    if dangers or ends:
        said.append(f"{counted(len(dangers), 'risk')} and {counted(len(ends), 'scalability limit')} were counted.")
    return " ".join(said)
