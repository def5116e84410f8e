"""The rule of what a distribution says of itself; read from its files, without running any of its code."""

from __future__ import annotations

import re

from hivemind.conformance.installed import GROUP, canonical
from hivemind.conformance.target import Target
from hivemind.conformance.verdict import Verdict, judge, skipped

CORE = "hivemind-orchestrator"
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def metadata(target: Target) -> Verdict:
    """The distribution names its plugins well and requires the core."""
    declared = target.declared
    if declared is None:
        return skipped("the target is no distribution")
    problems: list[str] = []
    names = [name for name, _ in declared.entry_points]
    for name in names:
        if not _NAME.match(name):
            problems.append(f"{declared.where} names a plugin {name!r}: letters, digits, '-', '_' and '.' only")
        if names.count(name) > 1:
            problems.append(f"{declared.where} names plugin {name!r} more than once")
        if name == "core":
            problems.append(f"{declared.where} names a plugin 'core', which is the core's own name")
    if canonical(declared.name) != CORE and CORE not in _required(declared.requires):
        problems.append(f"{declared.where} does not require {CORE!r}")
    return judge(problems, f"{declared.name}: {', '.join(names)} in {GROUP!r}")


def _required(requires: tuple[str, ...]) -> set[str]:
    found = (_REQUIREMENT.match(one) for one in requires if "extra ==" not in one)
    return {canonical(match.group(1)) for match in found if match}
