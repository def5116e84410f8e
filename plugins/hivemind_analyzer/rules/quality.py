"""Measured quality: sizes, tests, authentication and indexes as numbers, each with how it was counted."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from hivemind_analyzer.models import LongFile, QualityMetric
from hivemind_analyzer.rules.presence import is_test
from hivemind_analyzer.rules.structure import imports_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hivemind_facts.models import Facts, Module

    from hivemind_analyzer.models import ImportCycle, TestPresence

LONG_LINES = 400
SHOWN = 10


def longest_files(modules: Sequence[Module]) -> list[LongFile]:
    """The longest source files."""
    ordered = sorted((one for one in modules if one.lines), key=lambda one: (-one.lines, one.path))
    return [LongFile(path=one.path, lines=one.lines) for one in ordered[:SHOWN]]


def metrics(facts: Facts, tests: Sequence[TestPresence], circles: Sequence[ImportCycle]) -> list[QualityMetric]:
    """Count what the facts can tell."""
    found = [*_sizes(facts.modules), *_tests(tests), *_imports(facts.modules, circles)]
    endpoints, keys = facts.endpoints, [(table, key) for table in facts.tables for key in table.foreign_keys]
    if endpoints:
        for auth in ("required", "optional", "none", "unknown"):
            count = sum(one.auth == auth for one in endpoints)
            how = f"endpoints whose authentication is {auth!r}, of {len(endpoints)}"
            if count:
                found.append(QualityMetric(name=f"endpoints, authentication {auth}", value=count, how=how))
    if keys:
        indexed = sum(key.indexed for _, key in keys)
        how = f"{indexed} of {len(keys)} foreign keys are the first column of an index"
        found.append(_share("foreign keys with an index", indexed, len(keys), how))
    calls = [one for one in facts.external if one.timeout is not None]
    if calls:
        bounded = sum(bool(one.timeout) for one in calls)
        how = f"{bounded} of {len(calls)} outgoing calls where the code tells"
        found.append(_share("outgoing calls with a timeout", bounded, len(calls), how))
    return found


def _share(name: str, part: int, whole: int, how: str) -> QualityMetric:
    return QualityMetric(name=name, value=round(100 * part / whole, 1), unit="%", how=how)


def _sizes(modules: Sequence[Module]) -> list[QualityMetric]:
    own = [one for one in modules if not is_test(one.path)]
    lengths = sorted(one.lines for one in own if one.lines)
    if not lengths:
        return []
    over = sum(length > LONG_LINES for length in lengths)
    return [
        QualityMetric(name="source modules", value=len(own), unit="files", how="modules that are no tests"),
        QualityMetric(name="source lines", value=sum(lengths), unit="lines", how="all lines of these modules"),
        QualityMetric(name="median module length", value=median(lengths), unit="lines"),
        QualityMetric(name="longest module", value=lengths[-1], unit="lines"),
        QualityMetric(
            name=f"modules over {LONG_LINES} lines", value=over, unit="files", how=f"of {len(lengths)} modules"
        ),
    ]


def _tests(tests: Sequence[TestPresence]) -> list[QualityMetric]:
    modules = sum(one.modules for one in tests)
    if not modules:
        return []
    touched = sum(one.tested + one.reached for one in tests)
    files = sum(one.tests for one in tests)
    how = f"{touched} of {modules} modules are imported by a test file, named by one, or imported by such a module"
    return [
        QualityMetric(name="test files", value=files, unit="files", how="by name and folder"),
        _share("modules that tests reach", touched, modules, how),
    ]


def _imports(modules: Sequence[Module], circles: Sequence[ImportCycle]) -> list[QualityMetric]:
    links = sum(len(targets) for targets in imports_of(modules).values())
    if not links:
        return []
    return [
        QualityMetric(
            name="imports between own modules", value=links, how=f"{links / len(modules):.1f} for each module"
        ),
        QualityMetric(name="import tangles", value=len(circles), how="groups of modules that import each other"),
    ]
