"""The graph against brute force, and every way in which it refuses."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hivemind.errors import CycleError, DuplicateWorkerError, GraphError, UnknownWorkerError, UnresolvedDependencyError
from hivemind.graph import check_name, graph_of_plan, resolve
from hivemind.models import PRIORITIES, Edge, WorkerSpec
from hivemind.registry import Registry, WorkerEntry


def spec(name: str, **more: object) -> WorkerSpec:
    return WorkerSpec.model_validate({"name": name, "role": name, "description": name, **more})


def registry(*specs: WorkerSpec) -> Registry:
    made = Registry()
    for one in specs:
        made.add(WorkerEntry(one, f"plugin-{one.name}", f"source-{one.name}"), {})
    return made


@st.composite
def dags(draw: st.DrawFn) -> tuple[list[WorkerSpec], set[tuple[str, str]]]:
    count = draw(st.integers(1, 9))
    names = draw(st.permutations([f"w{number}" for number in range(count)]))
    pairs = list(itertools.combinations(names, 2))
    edges = set(draw(st.lists(st.sampled_from(pairs), unique=True))) if pairs else set()
    specs = []
    for name in names:
        before = sorted(one for one, after in edges if after == name)
        kinds = draw(st.lists(st.booleans(), min_size=len(before), max_size=len(before)))
        specs.append(
            spec(
                name,
                priority=draw(st.sampled_from(PRIORITIES)),
                requires=[one for one, hard in zip(before, kinds, strict=True) if hard],
                after=[one for one, hard in zip(before, kinds, strict=True) if not hard],
            )
        )
    return specs, edges


def longest(name: str, edges: set[tuple[str, str]]) -> int:
    return 1 + max((longest(after, edges) for before, after in edges if before == name), default=0)


@given(dags())
@settings(max_examples=150, deadline=None)
def test_orders_against_brute_force(made: tuple[list[WorkerSpec], set[tuple[str, str]]]) -> None:
    specs, edges = made
    graph = resolve(registry(*specs), [one.name for one in specs])
    assert {(edge.before, edge.after) for edge in graph.edges()} == edges
    position = {name: number for number, name in enumerate(graph.topological())}
    assert set(position) == {one.name for one in specs}
    assert all(position[before] < position[after] for before, after in edges)
    waves = graph.waves()
    depth = {name: number for number, wave in enumerate(waves) for name in wave}
    assert all(depth[before] < depth[after] for before, after in edges)
    assert graph.longest_to_end() == {one.name: longest(one.name, edges) for one in specs}
    by_name = {one.name: one for one in specs}
    ranks = [(PRIORITIES.index(by_name[name].priority), -longest(name, edges), name) for name in graph.order()]
    assert ranks == sorted(ranks)
    for one in specs:
        below = {one.name}
        while len(below) < len(below := below | {after for before, after in edges if before in below}):
            pass
        assert graph.descendants(one.name) == below - {one.name}


@given(dags(), st.data())
@settings(max_examples=100, deadline=None)
def test_an_edge_back_is_refused_with_a_circle_that_is_there(
    made: tuple[list[WorkerSpec], set[tuple[str, str]]], data: st.DataObject
) -> None:
    specs, edges = made
    if not edges:
        return
    before, after = data.draw(st.sampled_from(sorted(edges)))
    back = Edge(before=after, after=before, declared_by="late")
    with pytest.raises(CycleError) as caught:
        resolve(registry(*specs), [one.name for one in specs], [back])
    path = caught.value.message.split(": ", 1)[1].split(" -> ")
    assert path[0] == path[-1]
    assert all(step in edges | {(after, before)} for step in itertools.pairwise(path))
    assert len(set(path)) == len(path) - 1
    assert "plugin 'late'" in (caught.value.hint or "")


def test_required_workers_are_pulled_in_and_soft_ones_are_not() -> None:
    known = registry(spec("a", requires=["b"], after=["c"]), spec("b", requires=["d"]), spec("c"), spec("d"))
    graph = resolve(known, ["a"])
    assert set(graph.entries) == {"a", "b", "d"}
    assert graph.reasons == {"a": "chosen", "b": "required by a", "d": "required by b"}
    assert {(one.before, one.after, one.kind) for one in graph.edges()} == {
        ("b", "a", "requires"),
        ("d", "b", "requires"),
    }


def test_a_role_and_a_capability_are_targets() -> None:
    known = registry(
        spec("one", role="maker", capabilities=["x"], priority="low"),
        spec("two", role="maker", capabilities=["x"], priority="high"),
        spec("user", requires=["capability:x"]),
        spec("all", requires=["maker"]),
        spec("soft", after=["capability:x", "capability:nobody", "elsewhere"]),
    )
    assert set(resolve(known, ["user"]).entries) == {"user", "two"}
    # One that is there already is taken, whatever its priority.
    assert set(resolve(known, ["one", "user"]).entries) == {"user", "one"}
    assert set(resolve(known, ["all"]).entries) == {"all", "one", "two"}
    graph = resolve(known, ["soft", "one", "two"])
    assert {(one.before, one.after) for one in graph.edges()} == {("one", "soft"), ("two", "soft")}


def test_a_worker_never_waits_for_itself() -> None:
    known = registry(spec("a", role="r", after=["r", "capability:x"], capabilities=["x"]), spec("b", role="r"))
    assert [(one.before, one.after) for one in resolve(known, ["a", "b"]).edges()] == [("b", "a")]
    with pytest.raises(CycleError, match=r"'a'.*requires itself"):
        resolve(registry(spec("a", requires=["a"])), ["a"])


def test_alignment_makes_one_check_after_both() -> None:
    known = registry(spec("b", aligns_with=["a"]), spec("a", aligns_with=["b"]), spec("c", after=["a"]))
    graph = resolve(known, ["a", "b", "c"])
    name = check_name("a", "b")
    assert list(graph.checks) == [name]
    assert {(one.before, one.kind) for one in graph.predecessors(name)} == {("a", "aligns_with"), ("b", "aligns_with")}
    assert name not in resolve(known, ["a", "c"]).checks
    assert graph.topological().index(name) > max(graph.topological().index(one) for one in "ab")


def test_what_nobody_provides_is_named_with_a_near_name() -> None:
    with pytest.raises(UnresolvedDependencyError) as caught:
        resolve(registry(spec("a", requires=["backnd"]), spec("backend")), ["a"])
    assert "worker 'a' (plugin 'plugin-a') requires 'backnd'" in caught.value.message
    assert "did you mean 'backend'?" in (caught.value.hint or "")
    with pytest.raises(UnresolvedDependencyError, match="'backnd' in 'after'"):
        resolve(registry(spec("a", after=["backnd"]), spec("backend")), ["a"])
    with pytest.raises(UnresolvedDependencyError, match="capability:x"):
        resolve(registry(spec("a", requires=["capability:x"])), ["a"])
    with pytest.raises(UnknownWorkerError, match="'nobody'"):
        resolve(registry(spec("a")), ["nobody"])


def test_a_duplicate_that_is_needed_is_refused_with_both_plugins() -> None:
    known = registry(spec("a", requires=["b"]), spec("b"))
    known.add(WorkerEntry(spec("b"), "other", "elsewhere"), {})
    known.settle({})
    with pytest.raises(DuplicateWorkerError) as caught:
        resolve(known, ["a"])
    assert "plugin-b" in caught.value.message
    assert "other" in caught.value.message


def test_an_added_edge_must_name_nodes_of_the_plan() -> None:
    edge = Edge(before="a", after="bb", declared_by="late")
    with pytest.raises(UnresolvedDependencyError, match="plugin 'late' names 'bb'"):
        resolve(registry(spec("a"), spec("b")), ["a", "b"], [edge])


def test_a_hard_edge_takes_the_place_of_a_soft_one() -> None:
    known = registry(spec("a"), spec("b", after=["a"]))
    hard = Edge(before="a", after="b", kind="requires", declared_by="late")
    soft = Edge(before="a", after="b", kind="after", declared_by="later")
    (edge,) = resolve(known, ["a", "b"], [hard, soft]).edges()
    assert (edge.kind, edge.declared_by) == ("requires", "late")


def test_a_stored_plan_makes_the_same_graph_and_refuses_nonsense() -> None:
    graph = resolve(registry(spec("a"), spec("b", requires=["a"], aligns_with=["a"])), ["b"])
    again = graph_of_plan(graph.entries, graph.edges(), graph.checks.values())
    assert list(again.edges()) == list(graph.edges())
    with pytest.raises(GraphError, match="does not have"):
        graph_of_plan(graph.entries, [Edge(before="a", after="x")], [])
