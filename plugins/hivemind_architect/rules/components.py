"""The components: services, parts of the code, stores and what is outside; and their diagram."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from hivemind import Flowchart
from hivemind_architect.facts import place
from hivemind_architect.models import Component
from hivemind_architect.rules.imports import ImportGraph

if TYPE_CHECKING:
    from hivemind_facts.models import External, Facts

MAX_PARTS = 30
MAX_OUTSIDE = 30
_STORES: dict[str, Literal["database", "cache", "broker", "other"]] = {
    "database": "database",
    "cache": "cache",
    "broker": "broker",
}


def components(facts: Facts, graph: ImportGraph) -> tuple[Component, ...]:
    """List the components; every name in depends_on is one of them."""
    found = [*_stores(facts), *_outside(facts)]
    known = {one.name for one in found}
    services = list(_services(facts, known))
    parts = list(_parts(graph, known | {one.name for one in services}))
    return (*services, *parts, *found)


def outside_of(facts: Facts) -> list[External]:
    """What is outside; a call to a path without a host goes to the application itself."""
    return [one for one in facts.external if not one.target.startswith("/")]


def _services(facts: Facts, known: set[str]) -> Iterator[Component]:
    endpoints = Counter(one.service for one in facts.endpoints)
    tables = Counter(one.service for one in facts.tables)
    calls = Counter(one.service for one in facts.calls)
    databases = {one.name for one in facts.stack.resources if one.kind == "database"}
    for one in facts.services:
        name = f"service {one.name or one.path or 'root'}"
        counted = [
            f"{number} {what}{'' if number == 1 else 's'}"
            for number, what in (
                (endpoints[one.name], "endpoint"),
                (tables[one.name], "table"),
                (calls[one.name], "browser call"),
                (one.modules, "module"),
            )
            if number
        ]
        uses = {each.name for each in facts.external if each.service == one.name}
        uses |= databases if tables[one.name] and len(databases) == 1 else set()
        yield Component(
            name=name,
            kind="frontend" if calls[one.name] and not endpoints[one.name] else "service",
            responsibility=", ".join(counted),
            technologies=tuple(dict.fromkeys((*one.languages, *one.frameworks))),
            depends_on=tuple(sorted(uses & known)),
            location=one.path or ".",
        )


def folder_of(path: str) -> str:
    """The part of the code that a module belongs to: its first two folders."""
    return "/".join(path.split("/")[:-1][:2]) or "."


def _parts(graph: ImportGraph, taken: set[str]) -> Iterator[Component]:
    """Folders of modules with the folders that they import; only where there is more than one."""
    sizes = Counter(folder_of(path) for path in graph.imports)
    if len(sizes) < 2:
        return
    kept = sorted(sizes, key=lambda name: (-sizes[name], name))[:MAX_PARTS]
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    for path, targets in graph.imports.items():
        for target in targets:
            if folder_of(target) != folder_of(path):
                uses[folder_of(path)][folder_of(target)] += 1
    names = {folder: folder if folder not in taken else f"{folder}/" for folder in kept}
    for folder in sorted(kept):
        imported = sum(counts[folder] for counts in uses.values())
        yield Component(
            name=names[folder],
            kind="module",
            responsibility=f"{sizes[folder]} module{'' if sizes[folder] == 1 else 's'}",
            depends_on=tuple(names[other] for other in sorted(uses[folder]) if other in names),
            location=folder,
            evidence=f"imported from other folders {imported} time{'' if imported == 1 else 's'}",
        )


def _stores(facts: Facts) -> Iterator[Component]:
    seen: set[str] = set()
    for one in facts.stack.resources:
        if one.name not in seen:
            seen.add(one.name)
            where = place(one.file, one.line)
            yield Component(
                name=one.name, kind=_STORES.get(one.kind, "other"), location=where, evidence=f"{one.evidence} ({where})"
            )


def _outside(facts: Facts) -> Iterator[Component]:
    seen = {one.name for one in facts.stack.resources}
    for one in outside_of(facts):
        if one.name in seen or len(seen) >= MAX_OUTSIDE + len(facts.stack.resources):
            continue
        seen.add(one.name)
        yield Component(
            name=one.name,
            kind="external" if one.kind in ("http", "sdk", "mail", "storage") else "other",
            responsibility=one.target,
            technologies=(one.kind,),
            location=place(one.file, one.line),
        )


def diagram(parts: Sequence[Component]) -> str:
    """Draw the components and what each depends on."""
    chart = Flowchart("LR")
    shapes = {"database": "database", "cache": "database", "broker": "queue", "frontend": "round"}
    for one in parts:
        chart.node(one.name, one.name, shape=shapes.get(one.kind, "box"))
    for one in parts:
        for other in one.depends_on:
            chart.edge(one.name, other)
    return chart.render()
