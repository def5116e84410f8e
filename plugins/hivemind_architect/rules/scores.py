"""Three scores, each the sum of checks that are named in its reason."""

from __future__ import annotations

from collections.abc import Sequence

from hivemind import Score
from hivemind_architect.rules.measures import Measures, counted

Checked = tuple[bool, float, str, str]
"""(holds, weight, what it says where it holds, what where it does not)"""


def _score(id_: str, name: str, checks: Sequence[Checked]) -> Score:
    """Weigh checks to a value of 0 to 10; the reason lists all of them."""
    total = sum(weight for _, weight, _, _ in checks)
    gained = sum(weight for holds, weight, _, _ in checks if holds)
    good = [said for holds, _, said, _ in checks if holds]
    bad = [missing for holds, _, _, missing in checks if not holds]
    told = [f"for it: {'; '.join(good)}" if good else "", f"against it: {'; '.join(bad)}" if bad else ""]
    return Score(
        id=id_,
        name=name,
        value=round(10 * gained / total, 1) if total else 0.0,
        reason=". ".join(part[:1].upper() + part[1:] for part in told if part) + ".",
    )


def maturity(measures: Measures) -> Score | None:
    """How far the system is on the way to production; None where there is nothing to judge."""
    facts, stack = measures.facts, measures.facts.stack
    if measures.empty:
        return None
    checks: list[Checked] = [
        (bool(stack.tests), 2, f"tests ({counted(len(stack.tests), 'place')})", "no test was found"),
        (bool(stack.ci), 2, "CI", "no CI was found"),
        (bool(stack.containers), 1, "a container file", "no container file was found"),
        (
            measures.urgent == 0,
            2,
            "no critical or high finding",
            f"{counted(measures.urgent, 'critical or high finding')}",
        ),
    ]
    if any(one.dependencies for one in stack.manifests):
        checks.append((measures.locked, 1, "a lock file", "no lock file was found"))
    if facts.endpoints:
        number = len(measures.open_writes)
        checks.append((number == 0, 1, "no write is open", f"{counted(number, 'write')} open to anyone"))
    if facts.tables:
        scripted = any(
            one.file.endswith(".sql") or one.source in ("alembic", "django", "prisma") for one in facts.tables
        )
        checks.append((scripted, 1, "the schema is kept as migrations", "no migrations were found"))
    return _score("AR-S01", "Maturity", checks)


def maintainability(measures: Measures) -> Score | None:
    """How easily the system can be changed without harm; None where no module is known."""
    facts, graph = measures.facts, measures.graph
    if not facts.modules:
        return None
    tangled = sum(len(one) for one in graph.tangles)
    large = measures.large
    broken = [one for one in facts.unresolved if one.what == "parse"]
    biggest = f", the largest {large[0][0]} with {large[0][1]:,}" if large else ""
    checks: list[Checked] = [
        (not tangled, 3, "no modules import each other in a circle", f"{tangled} modules stand in import circles"),
        (
            len(large) * 20 <= len(facts.modules),
            2,
            f"{_few(len(large))} above 500 lines",
            f"{len(large)} modules above 500 lines{biggest}",
        ),
        (bool(facts.stack.tests), 3, "tests", "no test was found"),
        (not broken, 1, "every file parsed", f"{counted(len(broken), 'file')} did not parse"),
        (not measures.urgent, 1, "no critical or high finding", counted(measures.urgent, "critical or high finding")),
    ]
    return _score("AR-S02", "Maintainability", checks)


def _few(number: int) -> str:
    return counted(number, "module") if number else "no module"


def extensibility(measures: Measures) -> Score | None:
    """How easily something can be added; None where neither modules nor endpoints are known."""
    facts, graph = measures.facts, measures.graph
    if not (facts.modules or facts.endpoints):
        return None
    checks: list[Checked] = []
    if facts.endpoints:
        files = {one.file for one in facts.endpoints}
        average = len(facts.endpoints) / len(files)
        versioned = len(measures.versioned) * 2 > len(facts.endpoints)
        checks += [
            (average <= 12, 2, f"{average:.0f} endpoints a file", f"{average:.0f} endpoints a file"),
            (versioned, 1, "the API's paths name a version", "the API's paths name no version"),
            (
                not measures.unpaged,
                1,
                "no list is known to be given whole",
                f"{counted(len(measures.unpaged), 'list')} given whole",
            ),
        ]
    if facts.modules:
        hub, users = measures.hub
        crowded = users >= 5 and users * 2 > len(graph.imports)
        checks += [
            (not graph.tangles, 2, "no import circles", counted(len(graph.tangles), "import circle")),
            (
                not crowded,
                1,
                "no module that half of all others import",
                f"{users} of {len(graph.imports)} modules import {hub}",
            ),
        ]
    if facts.environment:
        checks.append((True, 1, "settings come from the environment", ""))
    return _score("AR-S03", "Extensibility", checks)
