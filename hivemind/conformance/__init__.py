"""The contract of a plugin, rule by rule: `check(target)` says which hold and what to do about those that do not.

    from hivemind.conformance import check

    assert check("hivemind-orchestrator").ok

All code of the plugin runs in processes of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hivemind.conformance.catalogue import RULES as RULES
    from hivemind.conformance.checking import check as check
    from hivemind.conformance.models import ConformanceReport as ConformanceReport
    from hivemind.conformance.models import RuleResult as RuleResult
    from hivemind.conformance.rule import Rule as Rule

_WHERE = {
    "RULES": "hivemind.conformance.catalogue",
    "Rule": "hivemind.conformance.rule",
    "check": "hivemind.conformance.checking",
    "ConformanceReport": "hivemind.conformance.models",
    "RuleResult": "hivemind.conformance.models",
}

__all__ = ["RULES", "ConformanceReport", "Rule", "RuleResult", "check"]


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    import importlib

    module = _WHERE.get(name)
    if module is None:
        raise AttributeError(f"module 'hivemind.conformance' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value
