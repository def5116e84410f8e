"""Findings of the frontend worker: calls that nothing answers, endpoints that nobody calls, barriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from hivemind import MISMATCHES, Finding

if TYPE_CHECKING:
    from hivemind_frontend.models import AccessibilityIssue, ContractLine

Mismatch = Literal["missing", "method_mismatch", "field_mismatch", "unused"]
_ORDER = ("critical", "high", "medium", "low", "info")
_SHOWN = 12
_BROKEN: Mapping[str, Mismatch] = {
    "missing_endpoint": "missing",
    "method_mismatch": "method_mismatch",
    "field_mismatch": "field_mismatch",
}


def findings(lines: Sequence[ContractLine], barriers: Sequence[AccessibilityIssue], unsure: str) -> tuple[Finding, ...]:
    """Say what an engineer should look at, the most severe first.

    Args:
        lines: The contract.
        barriers: What was found in the templates.
        unsure: Why the backend's endpoints may not all be known; '' where they are.
    """
    made: list[dict[str, Any]] = [*_calls(lines), *_unused(lines, unsure), *_barriers(barriers)]
    made.sort(key=lambda one: _ORDER.index(one["severity"]))
    return tuple(Finding.model_validate({**one, "id": f"FE-{number:03d}"}) for number, one in enumerate(made, 1))


def _calls(lines: Sequence[ContractLine]) -> list[dict[str, Any]]:
    """One finding for each broken call; the same call at several places is one."""
    grouped: dict[tuple[str, str], list[ContractLine]] = {}
    for line in lines:
        if line.kind in _BROKEN:
            grouped.setdefault((line.kind, line.call), []).append(line)
    made = []
    for (kind, call), group in grouped.items():
        words = MISMATCHES[_BROKEN[kind]]
        doubt = group[0].possible
        where = [one.call_location for one in group if one.call_location]
        evidence = f"{group[0].detail}; called at {', '.join(where[:_SHOWN]) or 'an unknown place'}"
        if group[0].endpoint:
            evidence += f"; offered: {group[0].endpoint} ({group[0].endpoint_location or 'place not known'})"
        made.append(
            {
                "severity": "medium" if doubt and words.severity == "high" else words.severity,
                "title": words.title.format(call=call),
                "location": where[0] if where else None,
                "evidence": evidence,
                "remedy": words.remedy,
                "possible": doubt,
            }
        )
    return made


def _unused(lines: Sequence[ContractLine], unsure: str) -> list[dict[str, Any]]:
    unused = [one for one in lines if one.kind == "unused_endpoint"]
    if not unused:
        return []
    listed = ", ".join(f"{one.endpoint} ({one.endpoint_location or 'new'})" for one in unused[:_SHOWN])
    more = f" and {len(unused) - _SHOWN} more" if len(unused) > _SHOWN else ""
    what = "1 endpoint is" if len(unused) == 1 else f"{len(unused)} endpoints are"
    return [
        {
            "severity": "info",
            "title": MISMATCHES["unused"].title,
            "location": unused[0].endpoint_location,
            "evidence": (
                f"{what} called by nobody in this repository's front end: {listed}{more}. Other clients or calls that "
                f"can't be read may use them. {unsure}"
            ).strip(),
            "remedy": MISMATCHES["unused"].remedy,
            "possible": True,
        }
    ]


def _barriers(barriers: Sequence[AccessibilityIssue]) -> list[dict[str, Any]]:
    """One finding for each rule, with every place."""
    grouped: dict[str, list[AccessibilityIssue]] = {}
    for one in barriers:
        grouped.setdefault(one.rule, []).append(one)
    made = []
    for rule, group in grouped.items():
        places = ", ".join(one.location or "" for one in group[:_SHOWN])
        more = f" and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
        made.append(
            {
                "severity": group[0].severity,
                "title": _BARRIER[rule].format(n=len(group)) + (f" (WCAG {group[0].criterion})"),
                "location": group[0].location,
                "evidence": f"{places}{more}; the first: `` {group[0].evidence} ``",
                "remedy": group[0].remedy,
            }
        )
    return made


_BARRIER = {
    "img-alt": "images without alt: {n}",
    "input-label": "fields without a label: {n}",
    "button-name": "buttons without a name: {n}",
    "link-name": "links without a name: {n}",
    "click-on-static": "elements that only a mouse can use: {n}",
    "html-lang": "documents without a language: {n}",
    "document-title": "documents without a title: {n}",
}
