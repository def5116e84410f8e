"""A layered layout: each node right of all that it waits for, lines that cross little, in about linear time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

NODE_WIDTH = 230.0
NODE_HEIGHT = 40.0
_COLUMN_GAP = 90.0
_SUB_GAP = 30.0
_ROW_GAP = 16.0
_BEND_HEIGHT = 4.0
_BEND_GAP = 6.0
_SWEEPS = 6
_MAX_BENDS = 20_000
"""Bends of long edges at the most; with more, long edges go straight."""


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Attributes:
        places: The upper left corner of each node.
        routes: The points of each edge from side to side, by (before, after).
        width: Of the whole.
        height: Of the whole.
    """

    places: Mapping[str, tuple[float, float]]
    routes: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]
    width: float
    height: float


def lay_out(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> Layout:
    """Lay out a graph without circles.

    Args:
        names: All nodes.
        edges: Pairs of before and after.
    """
    number = {name: position for position, name in enumerate(names)}
    pairs = sorted({(number[before], number[after]) for before, after in edges})
    layers = _layers(len(names), pairs)
    chains, rank = _with_bends(pairs, layers)
    columns = _ordered(rank, chains)
    places, width, height = _placed(columns, chains, len(names))
    routes = {}
    for before, after in pairs:
        chain = chains[before, after]
        points = [(places[before][0] + NODE_WIDTH, places[before][1] + NODE_HEIGHT / 2)]
        for bend in chain[1:-1]:
            x, y = places[bend]
            points += [(x, y + _BEND_HEIGHT / 2), (x + NODE_WIDTH, y + _BEND_HEIGHT / 2)]
        points.append((places[after][0], places[after][1] + NODE_HEIGHT / 2))
        routes[names[before], names[after]] = tuple(points)
    return Layout({name: places[number[name]] for name in names}, routes, width, height)


def _layers(count: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """The longest way to each node from the beginning."""
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for one, other in pairs:
        after[one].append(other)
        waiting[other] += 1
    layer = [0] * count
    ready = [node for node in range(count) if not waiting[node]]
    for node in ready:  # grows while it is walked
        for other in after[node]:
            layer[other] = max(layer[other], layer[node] + 1)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return layer


def _with_bends(
    pairs: Sequence[tuple[int, int]], layers: Sequence[int]
) -> tuple[dict[tuple[int, int], list[int]], list[int]]:
    """Give each edge that spans more than one layer a bend in each between, numbered after the nodes."""
    rank = list(layers)
    bent = sum(layers[other] - layers[one] - 1 for one, other in pairs) <= _MAX_BENDS
    chains: dict[tuple[int, int], list[int]] = {}
    for one, other in pairs:
        chain = [one]
        if bent:
            for layer in range(layers[one] + 1, layers[other]):
                chain.append(len(rank))
                rank.append(layer)
        chains[one, other] = [*chain, other]
    return chains, rank


def _ordered(rank: Sequence[int], chains: Mapping[tuple[int, int], Sequence[int]]) -> list[list[int]]:
    """Order each layer so that nodes stand near their neighbours: sweeps by the mean of the neighbours' places."""
    columns: list[list[int]] = [[] for _ in range(max(rank, default=-1) + 1)]
    for node, layer in enumerate(rank):
        columns[layer].append(node)
    before: list[list[int]] = [[] for _ in rank]
    after: list[list[int]] = [[] for _ in rank]
    for chain in chains.values():
        for one, other in pairwise(chain):
            after[one].append(other)
            before[other].append(one)
    place = [0.0] * len(rank)
    _number(columns, place)
    for sweep in range(_SWEEPS):
        forwards = sweep % 2 == 0
        near = before if forwards else after
        for column in columns if forwards else reversed(columns):
            mean = {
                node: sum(place[other] for other in near[node]) / len(near[node]) if near[node] else place[node]
                for node in column
            }
            column.sort(key=lambda node, mean=mean: (mean[node], node))  # type: ignore[misc]
            _number([column], place)
    return columns


def _number(columns: Sequence[Sequence[int]], place: list[float]) -> None:
    """Give each its place from 0 to 1, so that short and long layers compare."""
    for column in columns:
        for position, node in enumerate(column):
            place[node] = (position + 0.5) / len(column)


def _placed(
    columns: Sequence[Sequence[int]], chains: Mapping[tuple[int, int], Sequence[int]], count: int
) -> tuple[dict[int, tuple[float, float]], float, float]:
    rows = max(14, math.ceil(math.sqrt(max(count, 1)) * 1.5))
    stacks: list[tuple[float, list[int]]] = []
    x = 0.0
    for column in columns:
        parts = max(1, math.ceil(sum(1 for node in column if node < count) / rows))
        size = math.ceil(len(column) / parts)
        for part in range(parts):
            stacks.append((x, list(column[part * size : (part + 1) * size])))
            x += NODE_WIDTH + (_SUB_GAP if part < parts - 1 else _COLUMN_GAP)
    tall = max((_height(stack, count) for _, stack in stacks), default=0.0)
    places: dict[int, tuple[float, float]] = {}
    neighbours: dict[int, list[int]] = {}
    for chain in chains.values():
        for one, other in pairwise(chain):
            neighbours.setdefault(other, []).append(one)
    for at, stack in stacks:
        _stack(at, stack, count, tall, neighbours, places)
    return places, max(x - _COLUMN_GAP, NODE_WIDTH), tall


def _height(stack: Sequence[int], count: int) -> float:
    return sum(_own(node, count) + _gap(node, count) for node in stack)


def _gap(node: int, count: int) -> float:
    return _ROW_GAP if node < count else _BEND_GAP


def _own(node: int, count: int) -> float:
    return NODE_HEIGHT if node < count else _BEND_HEIGHT


def _stack(
    x: float,
    stack: Sequence[int],
    count: int,
    tall: float,
    neighbours: Mapping[int, Sequence[int]],
    places: dict[int, tuple[float, float]],
) -> None:
    """Place a column: each as near to the middle of what it waits for as the order and the gaps allow."""
    free = tall - _height(stack, count)
    top = 0.0
    offset = 0.0
    for number, node in enumerate(stack):
        own = _own(node, count)
        known = [places[one][1] + _own(one, count) / 2 for one in neighbours.get(node, ()) if one in places]
        # Without anything before it, the space left is spread evenly.
        wish = sum(known) / len(known) - own / 2 if known else top + free * (number + 1) / (len(stack) + 1)
        offset = min(max(wish - top, offset), free)
        places[node] = (x, top + offset)
        top += own + _gap(node, count)
