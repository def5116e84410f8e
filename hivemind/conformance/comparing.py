"""Holds what two processes saw against each other."""

from __future__ import annotations

from itertools import zip_longest

from hivemind.conformance.verdict import Verdict, judge

_SHOWN = 100


def compared(first: Verdict, second: Verdict) -> Verdict:
    """The verdict of two processes that looked at the same: failed where they saw different things."""
    if first.status != "passed" or second.status == "skipped":
        return first
    if second.status == "failed":
        return Verdict("failed", f"in a second process: {second.detail}")
    problems = [
        f"{name} is not the same in a second process: {difference(first.prints.get(name), second.prints.get(name))}"
        for name in sorted(first.prints.keys() | second.prints.keys())
        if first.prints.get(name) != second.prints.get(name)
    ]
    return judge(problems, first.detail)


def difference(one: str | None, other: str | None) -> str:
    """Say where two texts part."""
    if one is None or other is None:
        return "it is only in one of them"
    for number, (left, right) in enumerate(zip_longest(one.splitlines(), other.splitlines()), 1):
        if left != right:
            return f"line {number} is {_around(left, right)}, then {_around(right, left)}"
    return "the line ends differ"


def _around(text: str | None, other: str | None) -> str:
    if text is None:
        return "not there"
    start = next((at for at, (a, b) in enumerate(zip(text, other or "", strict=False)) if a != b), 0)
    start = max(0, start - 30)
    part = text[start : start + _SHOWN]
    return repr(f"{'...' if start else ''}{part}{'...' if start + _SHOWN < len(text) else ''}")
