"""Which endpoints a call may reach: one reading of paths and methods for all who hold calls against endpoints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

_PARAMETER = re.compile(r"\{[^}]*\}|:\w+|\$\{[^}]*\}")
_ORIGIN = re.compile(r"^(?:https?:)?//([^/{]+)")
_LOCAL = re.compile(r"^(localhost|127\.|0\.0\.0\.0|\[::1\])")

Shape = tuple[str, ...]
Mismatch = Literal["missing", "method_mismatch", "field_mismatch", "unused"]


@dataclass(frozen=True)
class Wording:
    """How a mismatch is told: the same words wherever it is found, so that it is told once."""

    severity: Literal["critical", "high", "medium", "low", "info"]
    title: str
    remedy: str


MISMATCHES: Mapping[Mismatch, Wording] = {
    "missing": Wording("high", "no endpoint answers {call}", "add the endpoint, or mend the path of the call"),
    "method_mismatch": Wording(
        "high",
        "{call} is called with a method that is not offered",
        "use the method that is offered, or offer this one",
    ),
    "field_mismatch": Wording(
        "medium", "{call} and its endpoint differ in their fields", "name the fields alike on both sides"
    ),
    "unused": Wording(
        "info", "endpoints that no call of the front end reaches", "use them, or take away what nobody needs"
    ),
}


def is_external(path: str) -> bool:
    """Whether a call goes to a host that is written in the code and is not this machine."""
    match = _ORIGIN.match(path)
    return match is not None and not _LOCAL.match(match.group(1))


def path_shape(path: str) -> Shape:
    """The segments of a path without origin, query and trailing slash; a segment with a parameter is '{}'."""
    bare = re.split(r"[?#]", _ORIGIN.sub("", path), maxsplit=1)[0].strip("/")
    return tuple("{}" if _PARAMETER.search(part) else part for part in bare.split("/")) if bare else ()


def method_fits(called: str, offered: str) -> bool:
    """Whether an endpoint's method answers a call's."""
    return called in (offered, "UNKNOWN", "ANY") or offered == "ANY" or (called == "HEAD" and offered == "GET")


@dataclass(frozen=True)
class Reached:
    """What a call reaches: positions in the list of endpoints, and what is doubtful about it."""

    by_path: tuple[int, ...] = ()
    by_method: tuple[int, ...] = ()
    """Those of the same path whose method fits."""
    doubt: str = ""


class EndpointIndex:
    """Endpoints by the shape of their paths.

    Args:
        endpoints: (method, path) of each, in the order that positions count.
    """

    def __init__(self, endpoints: Sequence[tuple[str, str]]) -> None:
        self._methods = [method for method, _ in endpoints]
        self._shapes = [path_shape(path) for _, path in endpoints]
        self._by_shape: dict[Shape, list[int]] = {}
        self._by_length: dict[int, list[int]] = {}
        for number, shape in enumerate(self._shapes):
            self._by_shape.setdefault(shape, []).append(number)
            self._by_length.setdefault(len(shape), []).append(number)

    def reach(self, method: str, path: str) -> Reached:
        """Find the endpoints that a call may reach: the nearest kind of fit."""
        wanted = path_shape(path)
        numbers, doubt = self._candidates(wanted)
        by_method = tuple(one for one in numbers if method_fits(method, self._methods[one]))
        return Reached(tuple(numbers), by_method, doubt)

    def _candidates(self, wanted: Shape) -> tuple[list[int], str]:
        exact = self._by_shape.get(wanted)
        if exact:
            return exact, ""
        same = self._fitting(wanted)
        if same:
            return self._most_literal(same), ""
        loose = self._fitting(wanted, loose=True)
        if loose:
            return loose, "a parameter of the call stands where the endpoint has a fixed word"
        if wanted and wanted[0] == "{}":
            tail = wanted[1:]
            found = [
                number
                for number, one in enumerate(self._shapes)
                if tail and len(one) >= len(tail) and _fits(tail, one[-len(tail) :])
            ]
            return found, "the call begins with a base that is not constant" if found else ""
        longer = [
            number
            for number, one in enumerate(self._shapes)
            if wanted and len(one) > len(wanted) and one[-len(wanted) :] == wanted
        ]
        if longer:
            return longer, "the endpoint has a prefix that the call does not show; the client may add it"
        for cut in (1, 2):
            shorter = self._fitting(wanted[cut:]) if len(wanted) > cut else []
            if shorter:
                return shorter, f"fits without /{'/'.join(wanted[:cut])}, which a proxy may take away"
        return [], ""

    def _fitting(self, call: Shape, *, loose: bool = False) -> list[int]:
        return [one for one in self._by_length.get(len(call), ()) if _fits(call, self._shapes[one], loose=loose)]

    def _most_literal(self, numbers: list[int]) -> list[int]:
        fewest = min(self._shapes[one].count("{}") for one in numbers)
        return [one for one in numbers if self._shapes[one].count("{}") == fewest]


def _fits(call: Shape, offer: Shape, *, loose: bool = False) -> bool:
    """Whether a call's segments may be an endpoint's: a parameter of the endpoint takes any word."""
    return len(call) == len(offer) and all(
        mine == theirs or theirs == "{}" or (loose and mine == "{}") for mine, theirs in zip(call, offer, strict=True)
    )
