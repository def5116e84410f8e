"""What one look at one rule found; crosses from process to process as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hivemind.conformance.models import Status

SHOWN = 12
"""How many problems of one rule are told."""


@dataclass(frozen=True)
class Verdict:
    """How a plugin stands to a rule."""

    status: Status
    detail: str = ""
    prints: dict[str, str] = field(default_factory=dict)
    """What another process must see the same, by what it is."""


def passed(detail: str = "", prints: dict[str, str] | None = None) -> Verdict:
    """The rule holds."""
    return Verdict("passed", detail, prints or {})


def failed(*problems: str) -> Verdict:
    """The rule does not hold."""
    return Verdict("failed", _joined(problems))


def skipped(why: str) -> Verdict:
    """The rule does not apply, or can't be looked at."""
    return Verdict("skipped", why)


def judge(problems: Iterable[str], detail: str = "", prints: dict[str, str] | None = None) -> Verdict:
    """Failed where there are problems, else passed with a detail."""
    found = list(dict.fromkeys(problems))
    return failed(*found) if found else passed(detail, prints)


def _joined(problems: Iterable[str]) -> str:
    found = list(problems)
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "; ".join([*found[:SHOWN], *more])
