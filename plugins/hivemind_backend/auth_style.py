"""How a repository's endpoints are guarded: what reads and writes ask for, and by which guard."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hivemind_facts.models import Auth, Endpoint

READS = ("GET", "HEAD")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
_ENTRY = re.compile(
    r"(?:^|/)(?:auth|login|log-?in|logout|sign-?in|sign-?up|register|registration|token|tokens|refresh|password|oauth2?"
    r"|callback|webhooks?|health\w*|sessions?)(?:/|$)",
    re.IGNORECASE,
)
_GUARD = re.compile(r"^[^\s(]+(?:\([^)]*\))? \([^()]+:\d+\)")


@dataclass(frozen=True)
class Rule:
    """What one kind of access asks for, and where it is seen."""

    auth: Auth
    evidence: str = ""


@dataclass(frozen=True)
class Access:
    """What reads and writes ask for, and the guard that is used most."""

    read: Rule
    write: Rule
    guard: str = ""
    """The most used guard's evidence; '' where no endpoint has one."""


def is_entry(path: str) -> bool:
    """Whether a path is one that people use before they are known: sign-in, registration, tokens, health."""
    return bool(_ENTRY.search(path))


def access_of(endpoints: Sequence[Endpoint]) -> Access:
    """Count what endpoints ask for; sign-in and the like do not count."""
    counted = [one for one in endpoints if not is_entry(one.path)]
    guards = Counter(one.auth_evidence for one in counted if one.auth == "required" and one.auth_evidence)
    if not guards:
        # A guard that the code does not fully tell is still the one that siblings stand behind.
        guards = Counter(one.auth_evidence for one in counted if one.auth == "unknown" and is_guard(one.auth_evidence))
    return Access(
        read=_rule([one for one in counted if one.method in READS]),
        write=_rule([one for one in counted if one.method in WRITES]),
        guard=min(guards, key=lambda one: (-guards[one], one)) if guards else "",
    )


def is_guard(evidence: str) -> bool:
    """Whether evidence names a guard at a place: 'current_user (app/api.py:12)'."""
    return bool(_GUARD.match(evidence))


def guard_named(evidence: str) -> str:
    """The guard and its place alone, without what the evidence says about it."""
    match = _GUARD.match(evidence)
    return match.group() if match else evidence


def _rule(endpoints: Sequence[Endpoint]) -> Rule:
    counts = Counter(one.auth for one in endpoints)
    order: tuple[Literal["required", "optional", "none", "unknown"], ...] = ("required", "optional", "none", "unknown")
    best = max(order, key=lambda auth: counts[auth]) if counts else "unknown"
    evidence = next((one.auth_evidence for one in endpoints if one.auth == best and one.auth_evidence), "")
    return Rule(best, evidence)


def scheme_of(evidence: str) -> dict[str, str] | None:
    """The OpenAPI security scheme that a guard's name tells; None where it does not tell."""
    lower = evidence.lower()
    if re.search(r"jwt|bearer|oauth|token", lower):
        return {"type": "http", "scheme": "bearer"}
    if re.search(r"http_?basic|basic_?auth", lower):
        return {"type": "http", "scheme": "basic"}
    return None
