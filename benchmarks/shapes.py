"""Graphs to measure on: name -> the names that it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Shape = Mapping[str, Sequence[str]]


def chain(size: int) -> Shape:
    """Each waits for the one before."""
    return {f"w{number}": [f"w{number - 1}"] if number else [] for number in range(size)}


def fan(size: int) -> Shape:
    """One, then all at once, then one."""
    middle = [f"w{number}" for number in range(1, size - 1)]
    return {"w0": [], **{name: ["w0"] for name in middle}, f"w{size - 1}": middle}


def layered(size: int, width: int = 50) -> Shape:
    """Layers of `width`; each worker waits for three of the layer before."""
    return {
        f"w{number}": [f"w{number - width + step - (number % width) // (width - 2) * 2}" for step in range(3)]
        if number >= width
        else []
        for number in range(size)
    }


SHAPES: Mapping[str, Shape] = {
    "chain 100": chain(100),
    "fan 100": fan(100),
    "layered 1,000": layered(1_000),
    "layered 10,000": layered(10_000),
}
