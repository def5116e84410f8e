"""Checks a target: finds it, runs its code in processes of their own, and reports what they found."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from types import ModuleType

from hivemind.conformance.catalogue import RULES
from hivemind.conformance.control import Progress
from hivemind.conformance.finding import find_target
from hivemind.conformance.models import ConformanceReport, RuleResult
from hivemind.conformance.series import Checking
from hivemind.conformance.verdict import Verdict
from hivemind.errors import UsageError, did_you_mean


def check(
    target: str | Path | ModuleType | object,
    *,
    timeout_s: float = 60,
    rules: Collection[str] | None = None,
    progress: Progress | None = None,
) -> ConformanceReport:
    """Check a plugin against the rules of its contract.

    Args:
        target: A distribution's name, an entry point's name, a path (a source tree, a package, a file), or a module or
            plugin object.
        timeout_s: How long it may take at the most.
        rules: The names of those to look at; None for all.
        progress: Is told the name of each rule as it is looked at.

    Returns:
        One result for each rule, in their order.

    Raises:
        UsageError: There is no such target, or no such rule.
        ConfigurationError: The target brings no plugin.
    """
    began = time.monotonic()
    chosen = _chosen(rules)
    found = find_target(target)
    if found.objects and not hasattr(os, "fork"):
        raise UsageError(
            f"{found.name!r} is an object that no other process can have on this system",
            "put the plugin into a module and check that",
        )
    with tempfile.TemporaryDirectory(prefix="hivemind-check-", ignore_cleanup_errors=True) as folder:
        checking = Checking(found, chosen, Path(folder).resolve(), began + timeout_s, timeout_s, progress or _silent)
        verdicts = checking.run()
    return ConformanceReport(
        target=found.name,
        plugins=tuple(ref.name for ref in found.plugins),
        results=tuple(_result(name, verdicts[name]) for name in chosen),
        duration_s=round(time.monotonic() - began, 3),
    )


def _chosen(rules: Collection[str] | None) -> tuple[str, ...]:
    for name in rules or ():
        if name not in RULES:
            hint = did_you_mean(name, RULES) or f"there are: {', '.join(RULES)}"
            raise UsageError(f"there is no rule {name!r}", hint)
    return tuple(name for name in RULES if rules is None or name in rules)


def _result(name: str, verdict: Verdict) -> RuleResult:
    rule = RULES[name]
    remedy = rule.remedy if verdict.status == "failed" else ""
    return RuleResult(rule=name, title=rule.title, status=verdict.status, detail=verdict.detail, remedy=remedy)


def _silent(rule: str) -> None:
    """Tell nobody."""
