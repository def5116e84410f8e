"""Patterns that the code follows, each with what shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hivemind_architect.facts import place
from hivemind_architect.models import Pattern
from hivemind_architect.rules.measures import Measures, counted

_MAPPERS = ("sqlalchemy", "django", "prisma", "typeorm", "sequelize", "jpa", "gorm", "mongoose")


def patterns(measures: Measures) -> tuple[Pattern, ...]:
    """List the patterns that the facts show."""
    return tuple(pattern for part in (_structure, _interfaces, _data, _operation) for pattern in part(measures))


def _structure(measures: Measures) -> Iterator[Pattern]:
    facts, graph = measures.facts, measures.graph
    if len(facts.services) > 1:
        yield Pattern(
            name="several services in one repository",
            where=", ".join(one.path or "." for one in facts.services[:10]),
            evidence=f"{len(facts.services)} folders with manifests of their own",
        )
    if graph.edges and not graph.tangles and max(graph.levels.values()) > 1:
        levels = max(graph.levels.values()) + 1
        yield Pattern(
            name="layers without circles",
            evidence=f"{counted(graph.edges, 'import')} among {len(graph.imports)} modules in {levels} levels",
            assessment="each module can be read and tested with what is below it",
        )
    hub, users = measures.hub
    if users >= 5 and users * 2 >= len(graph.imports):
        yield Pattern(
            name="a module that most others import",
            where=hub,
            evidence=f"{users} of {len(graph.imports)} modules import it",
            assessment="a change of it reaches most of the code",
        )


def _interfaces(measures: Measures) -> Iterator[Pattern]:
    facts = measures.facts
    files = Counter(one.file for one in facts.endpoints)
    if len(files) >= 3:
        most, number = files.most_common(1)[0]
        yield Pattern(
            name="endpoints grouped by file",
            where=most,
            evidence=f"{len(facts.endpoints)} endpoints in {len(files)} files, at most {number} in one ({most})",
        )
    if measures.versioned:
        one = measures.versioned[0]
        share = f"{len(measures.versioned)} of {len(facts.endpoints)} endpoints, for example {one.method} {one.path}"
        yield Pattern(name="version in the path", where=place(one.file, one.line), evidence=share)
    guarded = [one for one in facts.endpoints if one.auth == "required" and one.auth_evidence]
    guards = Counter(one.auth_evidence.split(" (")[0] for one in guarded)
    for guard, number in sorted(guards.items(), key=lambda pair: (-pair[1], pair[0]))[:3]:
        if number > 1:
            first = next(one for one in guarded if one.auth_evidence.split(" (")[0] == guard)
            yield Pattern(
                name=f"one guard for many endpoints: {guard}",
                where=place(first.file, first.line),
                evidence=f"{number} endpoints stand behind it",
            )
    if facts.graphql:
        first_operation = facts.graphql[0]
        yield Pattern(
            name="GraphQL",
            where=place(first_operation.file, first_operation.line),
            evidence=counted(len(facts.graphql), "operation"),
        )


def _data(measures: Measures) -> Iterator[Pattern]:
    tables = measures.facts.tables
    sources = Counter(one.source for one in tables if one.source)
    for source in _MAPPERS:
        if sources[source]:
            first = next(one for one in tables if one.source == source)
            yield Pattern(
                name=f"tables mapped with {source}",
                where=place(first.file, first.line),
                evidence=counted(sources[source], "table"),
            )
    folders = Counter(one.file.rpartition("/")[0] for one in tables if one.file.endswith(".sql"))
    for folder, number in folders.most_common(1):
        yield Pattern(
            name="schema kept as SQL files",
            where=folder or ".",
            evidence=f"{counted(number, 'table')} declared in SQL files",
        )


def _operation(measures: Measures) -> Iterator[Pattern]:
    stack, facts = measures.facts.stack, measures.facts
    if stack.containers:
        one = stack.containers[0]
        yield Pattern(
            name="runs in containers",
            where=place(one.file, one.line),
            evidence=", ".join(each.file for each in stack.containers[:5]),
        )
    names = {one.name for one in facts.environment}
    if names:
        first = facts.environment[0]
        yield Pattern(
            name="settings from the environment",
            where=place(first.file, first.line),
            evidence=f"{counted(len(names), 'variable')} read, for example {', '.join(sorted(names)[:3])}",
        )
    for broker in [one for one in stack.resources if one.kind == "broker"][:1]:
        where = place(broker.file, broker.line)
        yield Pattern(name="work over a broker", where=where, evidence=f"{broker.name}: {broker.evidence}")
