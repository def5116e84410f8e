"""How long it takes to resolve, select from and write graphs of 10, 1,000 and 10,000 workers.

    python benchmarks/graph.py [--json]

Each worker waits for up to three of the fifty before it: 10,000 workers have about 30,000 edges.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hivemind.cli.graph_formats import FORMATS, lines_of
from hivemind.config import load_configuration
from hivemind.graph_export.drawing import Drawing, drawing_of
from hivemind.models import Task, WorkerSpec
from hivemind.planning import Request, make_plan
from hivemind.plugins import load_plugins
from hivemind.registry import Registry, WorkerEntry
from hivemind.selection import Universe, select

SIZES = (10, 1_000, 10_000)
SELECTORS = ("+w5", "w5+", "@w5", "role:even,w*", "3+w9+3")


def registry_of(size: int) -> Registry:
    """Make so many workers."""
    chance, registry = random.Random(7), Registry()
    for number in range(size):
        before = range(max(0, number - 50), number)
        chosen = tuple(f"w{one}" for one in sorted(chance.sample(before, min(len(before), 3))))
        spec = WorkerSpec(name=f"w{number}", role="odd" if number % 2 else "even", description="Works.", after=chosen)
        registry.workers[spec.name] = WorkerEntry(spec, "bench", "bench")
    return registry


def timed(work: Callable[[], object]) -> float:
    """The best of three runs, in seconds."""
    found = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def measure(size: int) -> dict[str, float]:
    """Measure one size, in seconds by step."""
    registry = registry_of(size)
    manager = load_plugins(set(), entry_points=False)
    configuration = load_configuration(Path.cwd(), {"model": "embedded"}, {})
    task, request = Task(text="measure", repo=str(Path.cwd())), Request(workers=list(registry.workers))
    plan, graph = make_plan(manager, registry, configuration, task, request)
    found = {"resolve": timed(lambda: make_plan(manager, registry, configuration, task, request))}
    found["select"] = timed(lambda: [select(Universe(graph), [one]) for one in SELECTORS]) / len(SELECTORS)
    drawing = drawing_of(plan)
    for form in FORMATS:
        if form != "json":
            found[form] = timed(lambda form=form: written(form, drawing))  # type: ignore[misc]
    found["edges"] = float(graph.dag.number_of_edges())
    return found


def written(form: str, drawing: Drawing) -> int:
    """Write a form in full; gives its size."""
    return sum(map(len, lines_of(form, drawing)))


def main() -> None:
    """Measure all sizes and print them."""
    results = {size: measure(size) for size in SIZES}
    if "--json" in sys.argv[1:]:
        print(json.dumps(results, indent=2))
        return
    steps = list(results[SIZES[0]])
    print(f"{'workers':>8}  " + "  ".join(f"{step:>9}" for step in steps))
    for size, found in results.items():
        cells = (f"{found[step]:9,.0f}" if step == "edges" else f"{found[step]:8.4f}s" for step in steps)
        print(f"{size:>8,}  " + "  ".join(cells))


if __name__ == "__main__":
    main()
