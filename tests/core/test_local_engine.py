"""The local engine: order, the bound, a ready set, failures of the core, cancellation."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Sequence

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hivemind.engines.local import LocalEngine
from hivemind.protocols import Work


class Recorded:
    """A graph whose nodes take given times; notes who ran when. `refused` nodes need no run."""

    stopping = False

    def __init__(self, edges: Iterable[tuple[str, str]], names: Sequence[str], max_parallel: int = 8) -> None:
        self.graph = nx.DiGraph(edges)
        self.graph.add_nodes_from(names)
        self._names = list(names)
        self.max_parallel = max_parallel
        self.durations: dict[str, float] = {}
        self.refused: set[str] = set()
        self.started: list[str] = []
        self.finished: list[str] = []
        self.batches: list[list[str]] = []
        self.running = 0
        self.most = 0
        self.crash: str | None = None
        self.cancelled: list[str] = []

    def names(self) -> Sequence[str]:
        return self._names

    def predecessors(self, name: str) -> Iterable[str]:
        return self.graph.predecessors(name)

    def successors(self, name: str) -> Iterable[str]:
        return self.graph.successors(name)

    async def begin(self, names: Sequence[str]) -> Sequence[str]:
        return await self.finish((), names)

    async def finish(self, results: Sequence[tuple[str, object]], ready: Sequence[str]) -> Sequence[str]:
        self.finished += [name for name, _ in results]
        self.finished += [name for name in ready if name in self.refused]
        self.batches.append(list(ready))
        return [name for name in ready if name not in self.refused]

    async def perform(self, name: str) -> object:
        assert all(before in self.finished for before in self.graph.predecessors(name))
        self.started.append(name)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.durations.get(name, 0))
            if name == self.crash:
                raise RuntimeError("the core broke")
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        finally:
            self.running -= 1
        return name


def run(work: Recorded) -> Recorded:
    asyncio.run(asyncio.wait_for(LocalEngine().run(work), 20))
    return work


def test_it_is_a_work() -> None:
    assert isinstance(Recorded([], ["a"]), Work)


def test_a_chain_and_a_fan() -> None:
    names = [f"n{number}" for number in range(100)]
    chain = run(Recorded(list(itertools.pairwise(names)), names))
    assert chain.started == names
    fan = run(Recorded([(names[0], one) for one in names[1:]], names, max_parallel=1000))
    assert fan.started[0] == names[0]
    assert sorted(fan.started) == sorted(names)
    assert fan.most == 99
    assert len(fan.batches) <= 101


def test_the_ready_run_in_the_order_of_names() -> None:
    work = run(Recorded([], ["c", "a", "b"], max_parallel=1))
    assert work.started == ["c", "a", "b"]


def test_one_slow_node_does_not_hold_its_generation() -> None:
    work = Recorded([("fast", "next"), ("slow", "last"), ("next", "end")], ["slow", "fast", "next", "last", "end"])
    work.durations = {"slow": 0.2}
    run(work)
    assert work.finished.index("end") < work.finished.index("slow")


def test_what_needs_no_run_lets_the_rest_go_on() -> None:
    work = Recorded([("a", "b"), ("b", "c"), ("c", "d")], list("abcd"))
    work.refused = {"b", "c"}
    assert run(work).started == ["a", "d"]


def test_nothing_to_do() -> None:
    assert run(Recorded([], [])).started == []


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_graph_runs_once_each_within_the_bound(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    names = [f"n{number}" for number in range(count)]
    pairs = [(one, other) for number, one in enumerate(names) for other in names[number + 1 :]]
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    work = Recorded(edges, names, data.draw(st.integers(1, 4)))
    work.refused = set(data.draw(st.lists(st.sampled_from(names), unique=True)))
    run(work)
    assert sorted(work.started) == sorted(set(names) - work.refused)
    assert sorted(work.finished) == sorted(names)
    assert work.most <= work.max_parallel


def test_two_hundred_layered_workers() -> None:
    layers = [[f"l{layer}n{number}" for number in range(20)] for layer in range(10)]
    edges = [(one, other) for left, right in itertools.pairwise(layers) for one in left for other in right]
    names = [name for layer in layers for name in layer]
    work = run(Recorded(edges, names, max_parallel=7))
    assert sorted(work.started) == sorted(names)
    assert work.most == 7


def test_a_broken_core_ends_the_run_and_stops_the_others() -> None:
    work = Recorded([], ["a", "b"])
    work.durations = {"b": 30}
    work.crash = "a"
    with pytest.raises(RuntimeError, match="the core broke"):
        run(work)
    assert work.cancelled == ["b"]
    assert work.running == 0


def test_cancellation_returns_when_all_have_stopped() -> None:
    work = Recorded([], ["a", "b"])
    work.durations = {"a": 30, "b": 30}

    async def stopped() -> None:
        task = asyncio.create_task(LocalEngine().run(work))
        while work.running < 2:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert work.running == 0

    asyncio.run(stopped())
    assert sorted(work.cancelled) == ["a", "b"]
