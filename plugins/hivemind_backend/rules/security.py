"""The security view: which guards stand where, which writes are open, and what the rules found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_backend.auth_style import WRITES, access_of, is_entry
from hivemind_backend.facts import place
from hivemind_backend.models import SecurityMeasure
from hivemind_backend.rules.findings import ranked

if TYPE_CHECKING:
    from hivemind_facts.models import Endpoint, Facts

MAX_NAMED = 8
_THREATS = (
    (r"sql|inject", "an attacker's text becomes part of a statement"),
    (r"secret|credential|key-in", "whoever reads the repository can use the secret"),
    (r"auth|guard|unprotected", "somebody without the right can use the endpoint"),
    (r"shadow", "another handler, with its own rules, answers in place of the one that was meant"),
)


def security(facts: Facts) -> tuple[SecurityMeasure, ...]:
    """List threats with their measures: guards in place, open writes, and the findings that are about security."""
    found = [*_of_rules(facts), *_open_writes(facts), *_guards(facts)]
    return tuple(one.model_copy(update={"id": f"BE-T{number:02d}"}) for number, one in enumerate(found, 1))


def _of_rules(facts: Facts) -> Iterator[SecurityMeasure]:
    for one in ranked(facts):
        threat = next((threat for pattern, threat in _THREATS if re.search(pattern, one.rule)), None)
        if threat is not None:
            yield SecurityMeasure(
                id="",
                threat=f"{threat}{' (possible)' if one.possible else ''}",
                measure=one.remedy,
                where=place(one.file, one.line),
                severity=one.severity,
                evidence=one.evidence,
            )


def _open_writes(facts: Facts) -> Iterator[SecurityMeasure]:
    """Writes without authentication that no finding names, told together by file."""
    access = access_of(facts.endpoints)
    named = {(one.file, one.line) for one in facts.findings if re.search(_THREATS[2][0], one.rule)}
    by_file: dict[str, list[Endpoint]] = defaultdict(list)
    for one in facts.endpoints:
        if one.method in WRITES and one.auth == "none" and not is_entry(one.path) and (one.file, one.line) not in named:
            by_file[one.file].append(one)
    for file, endpoints in sorted(by_file.items()):
        like = f" as others are: {access.guard}" if access.guard else ""
        yield SecurityMeasure(
            id="",
            threat=f"anyone can write: {_listed(endpoints)}",
            measure=f"guard them{like}, or state why they are open",
            where=place(file, endpoints[0].line),
            severity="medium" if access.guard else "low",
            evidence=endpoints[0].auth_evidence,
        )


def _guards(facts: Facts) -> Iterator[SecurityMeasure]:
    """Each guard that is in place, with what stands behind it."""
    behind: dict[str, list[Endpoint]] = defaultdict(list)
    for one in facts.endpoints:
        if one.auth == "required" and one.auth_evidence:
            behind[one.auth_evidence.split(" (")[0]].append(one)
    for guard, endpoints in sorted(behind.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield SecurityMeasure(
            id="",
            threat=f"callers who are not known: {_listed(endpoints)}",
            measure=f"guarded by {guard}",
            where=place(endpoints[0].file, endpoints[0].line),
            severity="info",
            evidence=endpoints[0].auth_evidence,
            in_place=True,
        )


def _listed(endpoints: list[Endpoint]) -> str:
    names = [f"{one.method} {one.path}" for one in endpoints[:MAX_NAMED]]
    more = len(endpoints) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
