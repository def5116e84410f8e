"""Which workers a selector means: dbt's grammar over the graph of workers, in time linear in the graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from typing import get_args

from hivemind.errors import UnknownWorkerError, UsageError, did_you_mean
from hivemind.graph import WorkerGraph
from hivemind.models import PRIORITIES, WorkerStatus
from hivemind.selectors import CHECK, METHODS, Term, parse

STATUSES: tuple[WorkerStatus, ...] = get_args(WorkerStatus)
_STATES = ("modified",)
_DESCENDANTS, _ANCESTORS = 0, 1


@dataclass
class Universe:
    """What selectors choose from.

    Args:
        graph: All workers that can be chosen, with their edges.
        statuses: How each stands in a session; None without one.
        modified: Gives the workers that are not what they were in the last session; None where that can't be asked.
    """

    graph: WorkerGraph
    statuses: Mapping[str, str] | None = None
    modified: Callable[[], Collection[str]] | None = None
    _index: dict[str, dict[str, list[str]]] = field(default_factory=dict, init=False, repr=False)

    def index(self, method: str) -> dict[str, list[str]]:
        """The workers by a method's values, made once."""
        if method not in self._index:
            found: dict[str, list[str]] = {}
            for value, name in self._pairs(method):
                found.setdefault(value, []).append(name)
            self._index[method] = found
        return self._index[method]

    def _pairs(self, method: str) -> Iterable[tuple[str, str]]:
        entries = self.graph.entries
        if method == "name":
            return ((name, name) for name in (*entries, *self.graph.checks))
        if method == "role":
            return ((entry.spec.role, name) for name, entry in entries.items())
        if method == "capability":
            return ((one, name) for name, entry in entries.items() for one in entry.spec.capabilities)
        if method == "plugin":
            return ((entry.plugin, name) for name, entry in entries.items())
        if method == "priority":
            return ((entry.spec.priority, name) for name, entry in entries.items())
        if method == "status":
            return self._standing()
        return ((state, name) for state in _STATES for name in self._modified())

    def _standing(self) -> Iterable[tuple[str, str]]:
        if self.statuses is None:
            raise UsageError(
                "a selector with 'status:' needs a session",
                "name one with 'hivemind graph ... --session', or use 'hivemind retry' and 'resume', which have one",
            )
        return ((self.statuses.get(name, "pending"), name) for name in self.graph.nodes)

    def _modified(self) -> Collection[str]:
        if self.modified is None:
            raise UsageError("'state:modified' has no session to compare with", "run a session first")
        return [name for name in self.modified() if name in self.graph.entries]


@dataclass(frozen=True)
class Selection:
    """What was selected.

    Attributes:
        nodes: Workers, and the checks between two of them or chosen themselves.
        workers: The workers alone, in the order of their names.
        excluded: What was taken out again.
        empty: Parts of a union that matched nothing, though they name something that could be.
    """

    nodes: frozenset[str]
    workers: tuple[str, ...]
    excluded: frozenset[str] = frozenset()
    empty: tuple[str, ...] = ()


def select(
    universe: Universe, selectors: Sequence[str], exclude: Sequence[str] = (), base: Collection[str] | None = None
) -> Selection:
    """Find what selectors mean.

    Args:
        universe: What can be chosen.
        selectors: What to take; nothing means the base.
        exclude: What to leave out of it.
        base: Where nothing is selected, what to start from; None for all.

    Raises:
        UnknownWorkerError: A name that nothing has.
        UsageError: Another value that nothing has, a word that is not of the grammar, or nothing is left.
    """
    graph = universe.graph
    empty: list[str] = []
    if selectors:
        taken, meant = _union(universe, parse(selectors), empty)
        if not taken:
            raise UsageError(f"nothing matches {' '.join(selectors)!r}", _why_nothing(universe, selectors))
    else:
        taken = set(graph.nodes if base is None else base)
        meant = set(graph.checks) & taken if base is not None else set()
    out: set[str] = set()
    if exclude:
        out, _ = _union(universe, parse(exclude), empty)
    left = taken - out
    workers = sorted(name for name in left if name in graph.entries)
    nodes = set(workers) | {name for name in meant & left if name in graph.checks}
    nodes |= {
        name for name, check in graph.checks.items() if name not in out and check.left in nodes and check.right in nodes
    }
    if not nodes:
        raise UsageError(
            f"nothing is left: {' '.join(exclude)!r} takes out all that was chosen", "exclude less, or select more"
        )
    return Selection(frozenset(nodes), tuple(workers), frozenset(out), tuple(empty))


def _union(universe: Universe, parts: Iterable[tuple[Term, ...]], empty: list[str]) -> tuple[set[str], set[str]]:
    """All that any part matches, and of it what was meant by itself instead of being reached."""
    found: set[str] = set()
    meant: set[str] = set()
    for terms in parts:
        matched = [_term(universe, term) for term in terms]
        both = set.intersection(*(reached for reached, _ in matched))
        if not both:
            empty.append(",".join(term.text for term in terms))
        found |= both
        meant |= both & {name for _, named in matched for name in named}
    return found, meant


def _term(universe: Universe, term: Term) -> tuple[set[str], set[str]]:
    named = set(_matches(universe, term))
    if term.at:
        after = _reach(universe.graph, named, _DESCENDANTS, None)
        return _reach(universe.graph, after, _ANCESTORS, None), named
    before = _reach(universe.graph, named, _ANCESTORS, term.up)
    return before | _reach(universe.graph, named, _DESCENDANTS, term.down), named


def _reach(graph: WorkerGraph, start: set[str], way: int, steps: int | None) -> set[str]:
    """All that is at most so many steps away from any of these."""
    neighbours = graph.before if way == _ANCESTORS else graph.after
    found, edge = set(start), start
    while edge and steps != 0:
        edge = {other for name in edge for other in neighbours[name] if other not in found}
        found |= edge
        steps = None if steps is None else steps - 1
    return found


def _matches(universe: Universe, term: Term) -> Iterable[str]:
    if not term.method:
        return _named(universe, term)
    fixed: dict[str, Collection[str]] = {"priority": PRIORITIES, "status": STATUSES, "state": _STATES}
    possible = fixed[term.method] if term.method in fixed else universe.index(term.method).keys()
    if term.wild:
        fits = re.compile(translate(term.value)).match
        values = [value for value in possible if fits(value)]
    else:
        values = [term.value] if term.value in possible else []
    if not values:
        raise UsageError(
            f"no worker has {term.method} {term.value!r}"
            if term.method not in ("status", "state")
            else f"there is no {term.method} {term.value!r}",
            did_you_mean(term.value, possible) or _some(term.method, possible),
        )
    known = universe.index(term.method)
    return [name for value in values for name in known.get(value, ())]


def _named(universe: Universe, term: Term) -> Iterable[str]:
    """A worker of this name, else all of this role; with wildcards, all whose name or role fits."""
    names, roles = universe.index("name"), universe.index("role")
    if not term.wild:
        found = names.get(term.value) or roles.get(term.value, [])
    else:
        fits = re.compile(translate(term.value)).match
        whole = term.value.startswith(CHECK)
        found = [name for name in names if (whole or name in universe.graph.entries) and fits(name)]
        found += [name for role, of_role in roles.items() if fits(role) for name in of_role]
    if not found:
        raise UnknownWorkerError(_unknown(term), _suggest(universe, term.value))
    return found


def _unknown(term: Term) -> str:
    return f"no worker's name or role matches {term.value!r}" if term.wild else f"unknown worker {term.value!r}"


def _suggest(universe: Universe, value: str) -> str:
    known = [*universe.index("name"), *universe.index("role")]
    near = did_you_mean(value.strip("*?[]"), known)
    if near:
        return near
    for method in METHODS[:3]:
        if value in universe.index(method):
            return f"did you mean '{method}:{value}'?"
    return _some("worker", universe.graph.entries)


def _some(noun: str, known: Collection[str]) -> str:
    if not known:
        return f"there is no {noun}"
    shown = sorted(known)[:8] if noun not in ("priority", "status") else list(known)
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    return f"there is {', '.join(shown)}{more}"


def _why_nothing(universe: Universe, selectors: Sequence[str]) -> str:
    """Say of the first part what each of its terms matches alone."""
    terms = parse(selectors)[0]
    if len(terms) > 1:
        told = [f"{term.text!r} matches {len(_term(universe, term)[0])}" for term in terms]
        return f"{', '.join(told)}, but none is in all of them; a space instead of a comma takes either"
    have = sorted(value for value, names in universe.index(terms[0].method or "name").items() if names)
    if terms[0].method == "state":
        return "nothing has changed since the last session"
    return f"workers have {terms[0].method} {', '.join(have)}" if have else "there is no worker"
