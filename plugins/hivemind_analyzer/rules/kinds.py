"""What a finding by rule is about: security (and which part of it), performance (and which), or neither."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from hivemind_facts.models import RuleFinding

Security: TypeAlias = Literal[
    "authentication", "authorization", "injection", "secrets", "transport", "configuration", "dependencies", "other"
]
Performance: TypeAlias = Literal[
    "query", "index", "pagination", "n_plus_one", "blocking", "timeout", "payload", "migration", "other"
]

Kind = TypeVar("Kind", bound=str)

_SECURITY: tuple[tuple[Security, re.Pattern[str]], ...] = (
    (
        "injection",
        re.compile(r"inject|built from string|sql.{0,12}string|string.{0,12}sql|xss|path travers"),
    ),
    ("secrets", re.compile(r"secret|credential|password|private key|api key|token in (the )?code")),
    ("authorization", re.compile(r"authori[sz]ation|permission|\brole\b|ownership")),
    ("authentication", re.compile(r"\bauth|authenticat|\bguard|unprotected|login")),
    ("transport", re.compile(r"\btls\b|\bssl\b|certificate|plain http|insecure cookie")),
    ("configuration", re.compile(r"\bcors\b|debug mode|default key|csrf")),
)
_PERFORMANCE: tuple[tuple[Performance, re.Pattern[str]], ...] = (
    ("index", re.compile(r"foreign key|\bfk\b|without (an )?index|missing index|unindexed|not indexed")),
    ("pagination", re.compile(r"paginat|unbounded list|bounded page")),
    ("n_plus_one", re.compile(r"n ?\+ ?1|n plus (one|1)|in a loop|in loop|loop quer")),
    ("timeout", re.compile(r"time ?out")),
    ("migration", re.compile(r"migration|rewrites|locks")),
    ("blocking", re.compile(r"blocking")),
    ("query", re.compile(r"slow query|select \*|full scan")),
    ("payload", re.compile(r"payload|response size")),
)


def _said(text: str) -> str:
    return re.sub(r"[-_]+", " ", text).lower()


def security_kind(finding: RuleFinding) -> Security | None:
    """Which part of security a finding is about; None where it is about none."""
    if performance_kind(finding) is not None:
        return None
    return _first(_SECURITY, finding)


def performance_kind(finding: RuleFinding) -> Performance | None:
    """What a finding says of time and load; None where it says nothing."""
    return _first(_PERFORMANCE, finding)


def _first(kinds: tuple[tuple[Kind, re.Pattern[str]], ...], finding: RuleFinding) -> Kind | None:
    for text in (_said(finding.rule), _said(finding.title)):
        for kind, pattern in kinds:
            if pattern.search(text):
                return kind
    return None
