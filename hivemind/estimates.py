"""What a plan is expected to take, from past runs of the same workers with the same models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hivemind.graph import WorkerGraph
from hivemind.history import History, Spread, spread_of
from hivemind.models import EMBEDDED, Plan

_NOTHING = Spread(0.0, 0.0, 0)


@dataclass(frozen=True)
class Estimate:
    """What one worker is expected to take; None is unknown.

    Attributes:
        input_tokens: What it reads.
        output_tokens: What it writes.
        cost_usd: What that costs.
        seconds: How long it takes.
        runs: How many past runs that is from.
    """

    input_tokens: Spread | None
    output_tokens: Spread | None
    cost_usd: Spread | None
    seconds: Spread | None
    runs: int


NOTHING = Estimate(_NOTHING, _NOTHING, _NOTHING, _NOTHING, 0)


@dataclass(frozen=True)
class Total:
    """What a plan is expected to take; None where a part is unknown."""

    tokens: tuple[float, float] | None
    cost_usd: tuple[float, float] | None
    seconds: tuple[float, float] | None


def estimate(history: History, worker: str, model: str) -> Estimate:
    """Estimate one worker; where rules run, no model is asked, and that costs nothing."""
    runs = history.of(worker, model)
    free = _NOTHING if model == EMBEDDED else None
    return Estimate(
        free or spread_of(runs.input_tokens),
        free or spread_of(runs.output_tokens),
        free or spread_of(runs.costs),
        spread_of(runs.seconds),
        len(runs.seconds),
    )


def total(plan: Plan, graph: WorkerGraph, estimates: Mapping[str, Estimate]) -> Total:
    """Add up: tokens and cost of all, time along the longest chain.

    A slow end of a sum is no sum of slow ends; it is given as the bound that it is.
    """
    ones = [estimates[planned.spec.name] for planned in plan.workers]
    seconds: list[float] = []
    if all(one.seconds for one in ones):
        for end in ("p50", "p95"):
            weight = {name: float(getattr(one.seconds, end)) for name, one in estimates.items()}
            weight |= dict.fromkeys(graph.checks, 0.0)
            seconds.append(max(graph.longest_to_end(weight).values(), default=0.0))
    return Total(
        _sum([spread for one in ones for spread in (one.input_tokens, one.output_tokens)]),
        _sum([one.cost_usd for one in ones]),
        (seconds[0], seconds[1]) if seconds else None,
    )


def _sum(spreads: list[Spread | None]) -> tuple[float, float] | None:
    known = [one for one in spreads if one is not None]
    if len(known) < len(spreads):
        return None
    return sum(one.p50 for one in known), sum(one.p95 for one in known)
