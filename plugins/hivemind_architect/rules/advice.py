"""Decisions that the facts support, what the backend must heed, and the roadmap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from hivemind import Alternative, Decision, Finding
from hivemind_architect.facts import place
from hivemind_architect.models import ArchitectureRisk, DependencyCycle, RoadmapStep, ScalabilityLimit
from hivemind_architect.rules.measures import Measures, counted

MAX_STEPS = 15


def decisions(measures: Measures) -> tuple[Decision, ...]:
    """List decisions; each names the facts that it rests on."""
    found = [*_framework(measures), *_database(measures), *_shape(measures), *_interface(measures)]
    return tuple(one.model_copy(update={"id": f"AR-D{number:02d}"}) for number, one in enumerate(found, 1))


def _framework(measures: Measures) -> Iterator[Decision]:
    counts = Counter(one.framework for one in measures.facts.endpoints)
    if counts:
        name, number = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        yield Decision(
            id="",
            title=f"keep {name} for the API",
            decision=f"New endpoints are written with {name}, beside the existing ones.",
            rationale=f"{number} of {len(measures.facts.endpoints)} endpoints are written with it.",
            alternatives=(
                Alternative(name="a second framework", why_not="there would be two ways to route, guard and test"),
            ),
        )


def _database(measures: Measures) -> Iterator[Decision]:
    databases, tables = measures.databases, measures.facts.tables
    if len(databases) != 1 or not tables:
        return
    name = databases[0]
    held = counted(len(tables), "table")
    keys = counted(sum(len(one.foreign_keys) for one in tables), "foreign key")
    other = (
        Alternative(
            name="a database server now",
            why_not="nothing in the repository shows more than one instance; the move is due before the second one",
        )
        if name == "sqlite"
        else Alternative(
            name="a second store",
            why_not=f"{keys} would end at its border, and nothing here asks for it",
        )
    )
    yield Decision(
        id="",
        title=f"keep {name} as the one store",
        decision=f"New tables go into the same database, with foreign keys to the existing {held}.",
        rationale=f"{measures.evidence(name)}; {held} with {keys} are there.",
        alternatives=(other,),
    )


def _shape(measures: Measures) -> Iterator[Decision]:
    serving = sorted({one.service for one in measures.facts.endpoints})
    if len(serving) == 1 and measures.graph.edges:
        tangled = sum(len(one) for one in measures.graph.tangles)
        tables, imports = counted(len(measures.facts.tables), "table"), counted(measures.graph.edges, "import")
        why_not = f"{tables} in one schema and {imports} would have to be cut"
        if tangled:
            why_not += f", {tangled} modules of them in circles"
        yield Decision(
            id="",
            title="keep one service",
            decision="New features are modules of the service that is there.",
            rationale=f"All {counted(len(measures.facts.endpoints), 'endpoint')} are answered by one service.",
            alternatives=(Alternative(name="a service for each resource", why_not=why_not),),
        )


def _interface(measures: Measures) -> Iterator[Decision]:
    versioned, endpoints = measures.versioned, measures.facts.endpoints
    if versioned and len(versioned) * 2 > len(endpoints):
        one = versioned[0]
        yield Decision(
            id="",
            title="keep the version in the path",
            decision="New endpoints stand below the same versioned prefix.",
            rationale=f"{len(versioned)} of {len(endpoints)} endpoints do: {one.path} ({place(one.file, one.line)}).",
            alternatives=(Alternative(name="a version in a header", why_not="callers would have to know two ways"),),
        )


def backend_requirements(measures: Measures) -> tuple[str, ...]:
    """Say what a change of the backend must heed, as sentences that can be checked."""
    facts = measures.facts
    told: list[str] = []
    if any(one.auth == "required" for one in facts.endpoints):
        told.append("put every new endpoint that writes behind a guard")
    if facts.tables:
        told.append("index every new foreign key")
    if any(one.paginated for one in facts.endpoints):
        told.append("cut every new list into pages, as the paginated lists here are")
    if measures.databases == ["sqlite"] and facts.tables:
        told.append("keep transactions short: SQLite has one writer at a time")
    if measures.graph.edges:
        told.append(
            "import from lower layers only" if not measures.graph.tangles else "add no module to an import circle"
        )
    return tuple(told)


def findings(measures: Measures, cycles: Sequence[DependencyCycle]) -> tuple[Finding, ...]:
    """The findings that are about structure: circles, very large modules, lists of what is missing."""
    found: list[Finding] = [
        Finding(
            id="",
            severity="medium" if one.size > 2 else "low",
            title=f"{one.size} modules import each other in a circle",
            location=one.modules[0],
            evidence=" → ".join((*one.modules, one.modules[0])),
            remedy=one.remedy,
        )
        for one in cycles
    ]
    found += [
        Finding(
            id="",
            severity="low",
            title=f"module of {lines:,} lines",
            location=f"{path}:1",
            evidence=f"{path} has {lines:,} lines; {len(measures.large)} modules have more than 500",
            remedy="split it where two of its parts do not use each other",
        )
        for path, lines in measures.large[:10]
        if lines > 1000
    ]
    if measures.facts.modules and not measures.facts.stack.tests:
        found.append(
            Finding(
                id="", severity="medium", title="no test was found", remedy="test the endpoints that matter most first"
            )
        )
    return tuple(one.model_copy(update={"id": f"AR-{number:03d}"}) for number, one in enumerate(found, 1))


def roadmap(
    found: Sequence[Finding], risks: Sequence[ArchitectureRisk], limits: Sequence[ScalabilityLimit]
) -> tuple[RoadmapStep, ...]:
    """Order what risks, findings and limits ask for: what hurts now, what will, what may."""
    steps: list[RoadmapStep] = []
    for horizon, impacts in (("now", ("high",)), ("next", ("medium", "low"))):
        steps += [
            _step(horizon, one.mitigation, one.risk, (one.id,))
            for one in risks
            if one.impact in impacts and one.mitigation
        ]
    steps += [_step("later", one.remedy, one.limit, (one.id,)) for one in limits if one.remedy]
    merged: dict[str, RoadmapStep] = {}
    for step in steps:
        known = merged.get(step.title)
        merged[step.title] = (
            step if known is None else known.model_copy(update={"addresses": (*known.addresses, *step.addresses)})
        )
    circles = tuple(one.id for one in found if "circle" in one.title)
    for title, step in merged.items():
        if circles and title.startswith("cut the circle"):
            merged[title] = step.model_copy(update={"addresses": (*step.addresses, *circles)})
    return tuple(
        step.model_copy(update={"order": number}) for number, step in enumerate(list(merged.values())[:MAX_STEPS], 1)
    )


def _step(horizon: str, title: str, why: str, addresses: tuple[str, ...]) -> RoadmapStep:
    return RoadmapStep.model_validate(
        {"order": 1, "horizon": horizon, "title": title, "why": why, "addresses": addresses}
    )
