"""The import graph: who is imported by many, who imports many, and who imports each other in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind_analyzer.models import Coupling, ImportCycle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hivemind_facts.models import Module

    from hivemind import Finding

SHOWN_COUPLING = 10
SHOWN_CYCLES = 10
_NAMED = 6


def coupling(modules: Sequence[Module]) -> list[Coupling]:
    """The modules with the most imports in and out."""
    imports = imports_of(modules)
    fan_in = dict.fromkeys(imports, 0)
    for targets in imports.values():
        for target in targets:
            fan_in[target] += 1
    all_of_them = [Coupling(module=path, fan_in=fan_in[path], fan_out=len(imports[path])) for path in imports]
    linked = [one for one in all_of_them if one.fan_in + one.fan_out]
    linked.sort(key=lambda one: (-(one.fan_in + one.fan_out), one.module))
    return linked[:SHOWN_COUPLING]


def imports_of(modules: Sequence[Module]) -> dict[str, set[str]]:
    """Who imports whom, among the repository's own modules; nobody imports itself."""
    known = {module.path for module in modules}
    return {module.path: {path for path in module.imports if path in known} - {module.path} for module in modules}


def cycles(modules: Sequence[Module]) -> list[ImportCycle]:
    """One shortest circle for each tangle of modules, the largest tangle first."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph(
        (path, target) for path, targets in sorted(imports_of(modules).items()) for target in sorted(targets)
    )
    tangles = [part for part in nx.strongly_connected_components(graph) if len(part) > 1]
    found: list[ImportCycle] = []
    for part in sorted(tangles, key=lambda one: (-len(one), min(one))):
        start = min(part)
        inside = graph.subgraph(part)
        back = [nx.shortest_path(inside, after, start) for after in sorted(inside.successors(start))]
        shortest = min(back, key=len)
        found.append(ImportCycle(modules=(start, *shortest[:-1]), size=len(part)))
    return found


def cycle_findings(found: Sequence[ImportCycle], first: int) -> list[Finding]:
    """Say circles as findings.

    Args:
        found: The circles.
        first: The number of the first finding.
    """
    from hivemind import Finding

    findings: list[Finding] = []
    for number, one in enumerate(found[:SHOWN_CYCLES], first):
        path = " -> ".join((*one.modules[:_NAMED], *(("...",) if len(one.modules) > _NAMED else ()), one.modules[0]))
        findings.append(
            Finding(
                id=f"AN-{number:03d}",
                severity="medium" if one.size > 3 else "low",
                title=f"{one.size} modules import each other in a circle",
                location=one.modules[0],
                evidence=path,
                remedy="move what both sides need into a module that imports neither, or import where it is used",
            )
        )
    return findings
