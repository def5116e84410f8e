"""What each role is told of the facts: sections in order, each a list of lines that can be ranked and cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from posixpath import dirname

from hivemind_facts import lines
from hivemind_facts.models import Facts, RuleFinding, Stack
from hivemind_facts.words import fit


@dataclass
class Section:
    """A heading and its lines, each with how well it fits the task."""

    title: str
    noun: str
    """What one line is about, for the count of what was left out: 'endpoint'."""
    weight: int
    items: list[tuple[int, str]] = field(default_factory=list)
    ask: str = ""
    """The tool that gives what was left out."""


_ORDER = {
    "backend": "endpoints=6 tables=6 graphql=2 findings=4 services=1 external=1 environment=1 unresolved=1",
    "architect": "services=2 dependencies=4 endpoints=3 tables=3 external=2 deployment=2 findings=2 unresolved=1",
    "analyzer": "findings=8 modules=3 tests=2 endpoints=2 tables=2 external=1 unresolved=2",
    "frontend": "calls=6 endpoints=6 graphql=2 findings=2 services=1 environment=1 unresolved=1",
}
"""What each role is told, in order, and how the room is shared."""
_OTHER = "services=1 endpoints=4 tables=4 graphql=1 calls=2 findings=3 external=1 unresolved=1"


def sections(facts: Facts, role: str, wanted: frozenset[str]) -> list[Section]:
    """The sections of a role's fragment that have anything to say."""
    made = []
    for name, _, weight in (part.partition("=") for part in _ORDER.get(role, _OTHER).split()):
        title, noun, ask = _TITLES[name]
        rows = list(_rows(facts, name, role))
        section = Section(title, noun, int(weight), ask=ask)
        section.items = [(fit(wanted, (line, *more)) + _urgent(line), line) for line, more in rows]
        if section.items:
            made.append(section)
    return made


def _urgent(line: str) -> int:
    """What stands before everything else even if the task does not name it."""
    return 2 if line.startswith("[critical") else int(line.startswith("[high"))


_TITLES = {
    "endpoints": ("Endpoints", "endpoint", "find_endpoints"),
    "tables": ("Data model", "table", "describe_table"),
    "graphql": ("GraphQL operations", "operation", "read_fact"),
    "calls": ("HTTP calls of browser code", "call", "who_calls"),
    "findings": ("Findings by rule", "finding", "read_fact"),
    "external": ("External services", "use", "read_fact"),
    "environment": ("Environment variables", "variable", "read_fact"),
    "services": ("Services", "service", "read_fact"),
    "dependencies": ("Who imports whom, by folder", "import", "read_fact"),
    "modules": ("Largest source files", "file", "read_fact"),
    "tests": ("Tests", "folder", "read_fact"),
    "deployment": ("Containers and pipelines", "file", "read_fact"),
    "unresolved": ("Could not be resolved", "place", "read_fact"),
}


def _rows(facts: Facts, name: str, role: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Lines, each with further words that it is about."""
    if name == "endpoints":
        yield from ((lines.endpoint(one), (one.handler, one.summary)) for one in facts.endpoints)
    elif name == "tables":
        yield from ((lines.table(one), (one.model or "",)) for one in facts.tables)
    else:
        yield from ((line, ()) for line in _plain(facts, name, role))


def _plain(facts: Facts, name: str, role: str) -> Iterable[str]:
    said: dict[str, Callable[[], Iterable[str]]] = {
        "graphql": lambda: map(lines.graphql, facts.graphql),
        "calls": lambda: map(lines.call, facts.calls),
        "findings": lambda: (lines.finding(one) for one in facts.findings if role != "architect" or _grave(one)),
        "external": lambda: map(lines.external, facts.external),
        "environment": lambda: map(lines.variable, facts.environment),
        "services": lambda: map(lines.service, facts.services),
        "dependencies": lambda: folder_imports(facts),
        "modules": lambda: _largest(facts),
        "tests": lambda: (f"{one.name} · {one.kind} · {one.detail}" for one in facts.stack.tests),
        "deployment": lambda: map(lines.deployment, (*facts.stack.containers, *facts.stack.ci)),
        "unresolved": lambda: map(lines.unresolved, facts.unresolved),
    }
    return said[name]()


def _grave(one: RuleFinding) -> bool:
    return one.severity in ("critical", "high", "medium")


def _largest(facts: Facts) -> list[str]:
    largest = sorted(facts.modules, key=lambda one: (-one.lines, one.path))
    return [f"{one.path} · {one.lines} lines · imports {len(one.imports)}" for one in largest if one.lines]


def folder_imports(facts: Facts) -> list[str]:
    """Which folder's modules import which other folder's, the most first."""
    counted: Counter[tuple[str, str]] = Counter()
    for module in facts.modules:
        here = dirname(module.path) or "."
        for target in module.imports:
            there = dirname(target) or "."
            if there != here:
                counted[here, there] += 1
    rows = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [f"{here} -> {there} · {'1 import' if many == 1 else f'{many} imports'}" for (here, there), many in rows]


def stack_lines(stack: Stack) -> list[str]:
    """The stack in a few lines."""
    found = []
    spoken = [f"{one.name} {one.share:.0%}" for one in stack.languages if one.share >= 0.01]
    if spoken:
        found.append("Languages: " + ", ".join(spoken))
    kinds: dict[str, list[str]] = {}
    for framework in stack.frameworks:
        kinds.setdefault(framework.kind, []).append(lines.framework(framework))
    found += [f"{kind.capitalize()}: {', '.join(dict.fromkeys(names))}" for kind, names in kinds.items()]
    named: dict[str, dict[str, str]] = {}
    for one in stack.resources:
        named.setdefault(one.kind, {}).setdefault(
            one.name, f"{one.name} ({one.evidence}, {lines.place(one.file, one.line)})"
        )
    found += [f"{kind.capitalize()}: {', '.join(names.values())}" for kind, names in named.items()]
    entries = [f"{entry.name} ({lines.place(entry.file, entry.line)})" for entry in stack.entry_points[:8]]
    if entries:
        found.append("Entry points: " + ", ".join(entries))
    return found
