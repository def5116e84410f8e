"""The selector grammar: every form against a brute-force evaluation, and what it refuses."""

from __future__ import annotations

from fnmatch import fnmatchcase

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hivemind.errors import UnknownWorkerError, UsageError
from hivemind.graph import WorkerGraph, graph_of_plan
from hivemind.models import PRIORITIES, Check, Edge, WorkerSpec
from hivemind.registry import WorkerEntry
from hivemind.selection import STATUSES, Universe, select

ROLES = ("api", "ui", "data")
CAPABILITIES = ("read", "write", "draw")
PLUGINS = ("acme", "zeta")


def make(workers, pairs, checks=()) -> WorkerGraph:
    entries = {
        name: WorkerEntry(
            WorkerSpec(name=name, role=role, description="x", capabilities=capabilities, priority=priority), plugin, "t"
        )
        for name, role, capabilities, priority, plugin in workers
    }
    names = list(entries)
    made = [Check(name=f"check:{names[a]}:{names[b]}", left=names[a], right=names[b]) for a, b in checks]
    edges = [Edge(before=names[a], after=names[b]) for a, b in pairs]
    edges += [Edge(before=side, after=one.name, kind="aligns_with") for one in made for side in (one.left, one.right)]
    return graph_of_plan(entries, edges, made)


@st.composite
def worlds(draw):
    count = draw(st.integers(1, 9))
    workers = [
        (
            f"w{number}",
            draw(st.sampled_from(ROLES)),
            tuple(draw(st.sets(st.sampled_from(CAPABILITIES)))),
            draw(st.sampled_from(PRIORITIES)),
            draw(st.sampled_from(PLUGINS)),
        )
        for number in range(count)
    ]
    every = [(a, b) for a in range(count) for b in range(a + 1, count)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    checks = draw(st.lists(st.sampled_from(every), unique=True, max_size=2)) if every else []
    graph = make(workers, pairs, checks)
    statuses = {name: draw(st.sampled_from(STATUSES)) for name in graph.dag.nodes}
    changed = draw(st.sets(st.sampled_from(sorted(graph.entries))))
    return Universe(graph, statuses, lambda: changed), changed


BASES = st.one_of(
    st.sampled_from([f"w{number}" for number in range(9)]),
    st.sampled_from(["*", "w*", "w[0-3]", "?1", "u?", "*a*", "check:*"]),
    st.sampled_from(ROLES),
    st.sampled_from([f"role:{one}" for one in ROLES] + ["role:*i"]),
    st.sampled_from([f"capability:{one}" for one in CAPABILITIES] + ["capability:*r*"]),
    st.sampled_from([f"plugin:{one}" for one in PLUGINS]),
    st.sampled_from([f"priority:{one}" for one in PRIORITIES] + ["priority:*i*"]),
    st.sampled_from([f"status:{one}" for one in STATUSES]),
    st.just("state:modified"),
)
STEPS = st.sampled_from(["", "+", "0+", "1+", "2+"])


@st.composite
def terms(draw):
    base = draw(BASES)
    if draw(st.integers(0, 4)) == 0:
        return "@" + base
    up, down = draw(STEPS), draw(STEPS)
    return f"{up}{base}{down[-1:] + down[:-1]}"


UNIONS = st.lists(st.lists(terms(), min_size=1, max_size=3).map(",".join), min_size=1, max_size=3)


# -- the brute force: the definition, node by node, with no index and no search ------------------------------------


def distance(graph, before, after):
    try:
        return nx.shortest_path_length(graph.dag, before, after)
    except nx.NetworkXNoPath:
        return None


def has(universe, changed, name, base):
    graph = universe.graph
    method, separator, value = base.partition(":")
    entry = graph.entries.get(name)
    if not separator or method == "check":
        if not any(char in base for char in "*?["):
            if base in graph.dag:
                return name == base
            return entry is not None and entry.spec.role == base
        if method == "check":
            return fnmatchcase(name, base)
        return entry is not None and (fnmatchcase(name, base) or fnmatchcase(entry.spec.role, base))
    if method == "status":
        return fnmatchcase(universe.statuses[name], value)
    if entry is None:
        return False
    if method == "state":
        return name in changed
    values = {
        "role": [entry.spec.role],
        "capability": entry.spec.capabilities,
        "plugin": [entry.plugin],
        "priority": [entry.spec.priority],
    }[method]
    return any(fnmatchcase(one, value) for one in values)


def brute_term(universe, changed, text):
    nodes, graph = list(universe.graph.dag.nodes), universe.graph
    at = text.startswith("@")
    body, up, down = text.lstrip("@"), 0, 0
    if "+" in body:
        head, _, rest = body.partition("+")
        if head == "" or head.isdigit():
            up, body = (int(head) if head else 99), rest
    if "+" in body:
        body, _, tail = body.partition("+")
        down = int(tail) if tail else 99
    named = {name for name in nodes if has(universe, changed, name, body)}

    def near(name, other, limit):
        steps = distance(graph, name, other)
        return steps is not None and steps <= limit

    if at:
        after = {name for name in nodes if any(near(one, name, 99) for one in named)}
        return named, {name for name in nodes if any(near(name, one, 99) for one in after)}
    found = {name for name in nodes if any(near(name, one, up) or near(one, name, down) for one in named)}
    return named, found | named


def brute(universe, changed, unions):
    taken, meant = set(), set()
    for part in " ".join(unions).split():
        matched = [brute_term(universe, changed, text) for text in part.split(",")]
        both = set.intersection(*(found for _, found in matched))
        taken |= both
        meant |= both & set.union(*(named for named, _ in matched))
    return taken, meant


def expected(universe, changed, unions, exclude):
    taken, meant = brute(universe, changed, unions)
    out = brute(universe, changed, exclude)[0] if exclude else set()
    graph = universe.graph
    workers = {name for name in taken - out if name in graph.entries}
    checks = {
        name
        for name, check in graph.checks.items()
        if name not in out and (name in meant or {check.left, check.right} <= workers)
    }
    return workers | checks


@settings(max_examples=150, deadline=None)
@given(worlds(), UNIONS, st.one_of(st.just([]), UNIONS), st.booleans())
def test_every_form_is_what_brute_force_says(world, unions, exclude, joined):
    universe, changed = world
    given_as = [" ".join(unions)] if joined else unions
    try:
        found = select(universe, given_as, exclude).nodes
    except UnknownWorkerError:
        every = [term for part in [*unions, *exclude] for term in part.split(",")]
        assert any(not brute_term(universe, changed, term)[0] for term in every)
        return
    except UsageError as error:
        if "nothing matches" in error.message or "nothing is left" in error.message:
            assert not expected(universe, changed, unions, exclude)
        else:
            every = [term for part in [*unions, *exclude] for term in part.split(",")]
            assert any(not brute_term(universe, changed, term)[0] for term in every)
        return
    assert found == expected(universe, changed, unions, exclude)
    assert found


# -- one example of each form, on a graph that can be seen ----------------------------------------------------------

DIAMOND = make(
    [
        ("architect-worker", "architect", ("design",), "high", "acme"),
        ("analyzer-worker", "analyzer", ("look",), "high", "acme"),
        ("backend-worker", "backend", ("api_development",), "high", "acme"),
        ("frontend-worker", "frontend", ("design",), "medium", "zeta"),
        ("report", "writer", (), "low", "zeta"),
    ],
    [(0, 2), (1, 2), (0, 3), (2, 3), (3, 4)],
    [(2, 3)],
)
ARCHITECT, ANALYZER, BACKEND, FRONTEND = (f"{one}-worker" for one in ("architect", "analyzer", "backend", "frontend"))


@pytest.mark.parametrize(
    ("selector", "workers"),
    [
        ("backend", [BACKEND]),
        ("backend-worker", [BACKEND]),
        ("+backend", [ANALYZER, ARCHITECT, BACKEND]),
        ("backend+", [BACKEND, FRONTEND, "report"]),
        ("1+frontend", [ARCHITECT, BACKEND, FRONTEND]),
        ("2+report", [ARCHITECT, BACKEND, FRONTEND, "report"]),
        ("backend+1", [BACKEND, FRONTEND]),
        ("1+frontend+1", [ARCHITECT, BACKEND, FRONTEND, "report"]),
        ("@analyzer", [ANALYZER, ARCHITECT, BACKEND, FRONTEND, "report"]),
        ("analyzer report", [ANALYZER, "report"]),
        ("+backend,plugin:acme,a*", [ANALYZER, ARCHITECT]),
        ("*end*", [BACKEND, FRONTEND]),
        ("role:writer", ["report"]),
        ("capability:design", [ARCHITECT, FRONTEND]),
        ("plugin:zeta", [FRONTEND, "report"]),
        ("priority:high", [ANALYZER, ARCHITECT, BACKEND]),
        ("1+role:writer", [FRONTEND, "report"]),
        ("status:failed+", [BACKEND, FRONTEND, "report"]),
        ("state:modified", [ANALYZER]),
        ("state:modified+1", [ANALYZER, BACKEND]),
    ],
)
def test_a_worked_example_of_each_form(selector, workers):
    universe = Universe(DIAMOND, {BACKEND: "failed"}, lambda: {ANALYZER, "gone"})
    assert list(select(universe, [selector]).workers) == sorted(workers)


def test_repeated_options_are_a_union_and_exclusion_comes_last():
    universe = Universe(DIAMOND)
    assert select(universe, ["backend", "report"]).workers == (BACKEND, "report")
    assert select(universe, ["+backend"], ["analyzer"]).workers == (ARCHITECT, BACKEND)
    assert select(universe, [], ["backend+"]).workers == (ANALYZER, ARCHITECT)
    assert select(universe, [], ["report"], base=[BACKEND, "report"]).workers == (BACKEND,)


def test_a_check_follows_its_two_workers():
    universe, check = Universe(DIAMOND), f"check:{BACKEND}:{FRONTEND}"
    assert check in select(universe, ["backend frontend"]).nodes
    assert check not in select(universe, ["backend"]).nodes
    assert check not in select(universe, ["backend+"], ["frontend"]).nodes
    assert select(universe, [check]).nodes == {check}
    assert check not in select(universe, ["backend frontend"], [check]).nodes


@pytest.mark.parametrize(
    ("selector", "message", "hint"),
    [
        ("bakend", "unknown worker 'bakend'", "did you mean 'backend'"),
        ("backend bakend", "unknown worker 'bakend'", "did you mean 'backend'"),
        ("zz*", "no worker's name or role matches 'zz*'", "there is"),
        ("role:bakend", "no worker has role 'bakend'", "did you mean 'backend'?"),
        ("capability:desing", "no worker has capability 'desing'", "did you mean 'design'?"),
        ("plugin:acne", "no worker has plugin 'acne'", "did you mean 'acme'?"),
        ("priority:hihg", "no worker has priority 'hihg'", "did you mean 'high'?"),
        ("priority:critical", "nothing matches 'priority:critical'", "priority high, low, medium"),
        ("state:new", "there is no state 'new'", "modified"),
        ("rol:backend", "unknown method 'rol'", "did you mean 'role'?"),
        ("design", "unknown worker 'design'", "did you mean 'capability:design'?"),
        ("backend,report", "nothing matches 'backend,report'", "none is in all of them"),
        ("role:", "says no value", "role:backend"),
        ("a,,b", "nothing on one side of a comma", "a,b"),
        ("@backend+", "has '@' and '+'", "take one of the two"),
        ("++backend", "not of the grammar", "+backend"),
        ("  ", "a selector is empty", "for example"),
        ("status:failed", "needs a session", "--session"),
        ("state:modified", "no session to compare with", "run a session first"),
    ],
)
def test_what_does_not_hold_is_refused_with_a_hint(selector, message, hint):
    with pytest.raises(UsageError) as caught:
        select(Universe(DIAMOND), [selector])
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.exit_code == 2


def test_excluding_everything_is_refused():
    with pytest.raises(UsageError, match="nothing is left"):
        select(Universe(DIAMOND), ["backend"], ["*"])


def test_a_part_that_matches_nothing_is_told():
    universe = Universe(DIAMOND, {}, None)
    found = select(universe, ["backend status:failed backend,report"])
    assert found.workers == (BACKEND,)
    assert found.empty == ("status:failed", "backend,report")


def chain_graph(count, fan):
    workers = [(f"w{number}", "worker", (), "medium", "acme") for number in range(count)]
    pairs = {(max(0, number - step), number) for number in range(1, count) for step in fan if number}
    return make(workers, sorted(pair for pair in pairs if pair[0] != pair[1]))


def test_ten_thousand_workers_are_selected_from():
    universe = Universe(chain_graph(10_000, (1, 2, 7)))
    assert len(select(universe, ["+w9999"]).nodes) == 10_000
    assert len(select(universe, ["role:worker,w99*"]).nodes) == 111
