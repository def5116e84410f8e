"""The words of the selector grammar: one term with its operators, parsed and refused, before any graph is looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hivemind.errors import UsageError, did_you_mean

METHODS = ("role", "capability", "plugin", "priority", "status", "state")
CHECK = "check:"
"""How the name of an alignment check begins; it is a name, not a method."""
_TERM = re.compile(r"(?P<at>@)?(?:(?P<up>\d*)\+)?(?P<base>[^+@]+)(?:\+(?P<down>\d*))?")
_SEPARATOR = re.compile(r"\s+")
_HINT = "for example 'backend', '+backend', 'backend+1', '@backend', 'role:backend', 'a,b' for both, 'a b' for either"


@dataclass(frozen=True)
class Term:
    """One term: what it names, and how far it reaches.

    Attributes:
        text: The term as it was written.
        method: One of `METHODS`; '' for a name or a role.
        value: What is named, with wildcards as they are.
        up: How many steps to what comes before; None for all, 0 for none.
        down: How many steps to what comes after; None for all, 0 for none.
        at: Everything after it too, and everything that those need.
    """

    text: str
    method: str
    value: str
    up: int | None = 0
    down: int | None = 0
    at: bool = False

    @property
    def wild(self) -> bool:
        """Whether the value has a wildcard."""
        return any(char in self.value for char in "*?[")


def parse(selectors: Sequence[str]) -> tuple[tuple[Term, ...], ...]:
    """Read selectors: a union of intersections of terms.

    Args:
        selectors: The values of a repeated option; each may hold several by space.

    Raises:
        UsageError: One is empty or not of the grammar.
    """
    union: list[tuple[Term, ...]] = []
    for selector in selectors:
        parts = [part for part in _SEPARATOR.split(selector) if part]
        if not parts:
            raise UsageError("a selector is empty", _HINT)
        for part in parts:
            if not all(part.split(",")):
                raise UsageError(f"selector {part!r} has nothing on one side of a comma", "write it as 'a,b'")
            union.append(tuple(_term(text) for text in part.split(",")))
    return tuple(dict.fromkeys(union))


def _term(text: str) -> Term:
    match = _TERM.fullmatch(text)
    if match is None:
        raise UsageError(f"selector {text!r} is not of the grammar", _HINT)
    up, down = _steps(match["up"]), _steps(match["down"])
    if match["at"] and (up != 0 or down != 0 or match["up"] is not None or match["down"] is not None):
        raise UsageError(f"selector {text!r} has '@' and '+'", "'@' reaches both ways already: take one of the two")
    method, value = _method(text, match["base"])
    return Term(text, method, value, up, down, bool(match["at"]))


def _steps(written: str | None) -> int | None:
    if written is None:
        return 0
    # Nothing is further away than this many steps; int() refuses numbers of thousands of digits.
    return int(written[:9]) if written else None


def _method(text: str, base: str) -> tuple[str, str]:
    name, separator, value = base.partition(":")
    if not separator or base.startswith(CHECK):
        return "", base
    if name not in METHODS:
        known = ", ".join(f"{one}:" for one in METHODS)
        raise UsageError(
            f"selector {text!r} has an unknown method {name!r}", did_you_mean(name, METHODS) or f"there are {known}"
        )
    if not value:
        raise UsageError(f"selector {text!r} says no value after {name!r}", f"for example {_EXAMPLES[name]!r}")
    return name, value


_EXAMPLES = {
    "role": "role:backend",
    "capability": "capability:api_development",
    "plugin": "plugin:backend",
    "priority": "priority:high",
    "status": "status:failed",
    "state": "state:modified",
}
