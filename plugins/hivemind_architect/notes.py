"""The architect's result as Markdown: every part that is not empty, with tables and a fenced diagram."""

from __future__ import annotations

from hivemind import NotesDocument, WorkerOutput
from hivemind_architect.models import ArchitectOutput

MAX_ROWS = 200


def render(output: WorkerOutput) -> str:
    """Render the notes of an architect's result."""
    assert isinstance(output, ArchitectOutput)
    document = NotesDocument().heading("Summary").text(output.summary)
    _structure(document, output)
    _judgement(document, output)
    _outlook(document, output)
    document.common(output)
    document.heading("Not resolved").bullets(output.unresolved[:MAX_ROWS])
    _more(document, len(output.unresolved))
    return document.render()


def _more(document: NotesDocument, total: int) -> None:
    if total > MAX_ROWS:
        document.text(f"{total - MAX_ROWS} of {total} are not shown here; they are in the worker's JSON.")


def _structure(document: NotesDocument, output: ArchitectOutput) -> None:
    document.heading("Components").fence(output.component_diagram, "mermaid")
    document.table(
        ("Component", "Kind", "Responsibility", "Technologies", "Depends on", "Where", "Evidence"),
        [
            (one.name, one.kind, one.responsibility, one.technologies, one.depends_on, one.location, one.evidence)
            for one in output.components[:MAX_ROWS]
        ],
    )
    _more(document, len(output.components))
    document.heading("Layers").table(
        ("Layer", "Modules", "Imports from", "Examples", "Service"),
        [
            (one.name, one.module_count or len(one.modules), one.depends_on, one.modules[:6], one.service)
            for one in sorted(output.layers, key=lambda layer: -layer.level)
        ],
    )
    document.heading("Dependency cycles").table(
        ("Circle", "Modules in the tangle", "Remedy"),
        [(" → ".join((*one.modules, *one.modules[:1])), one.size, one.remedy) for one in output.dependency_cycles],
    )
    document.heading("Patterns").table(
        ("Pattern", "Where", "Evidence", "Assessment"),
        [(one.name, one.where, one.evidence, one.assessment) for one in output.patterns],
    )


def _judgement(document: NotesDocument, output: ArchitectOutput) -> None:
    scores = [one for one in (output.maturity, output.maintainability, output.extensibility) if one is not None]
    document.heading("Maturity, maintainability, extensibility").table(
        ("Id", "Score", "Of 10", "Reason", "Where", "Remedy"),
        [(one.id, one.name, f"{one.value:g}", one.reason, one.location, one.remedy) for one in scores],
    )
    document.heading("Scalability limits").table(
        ("Id", "Limit", "Where", "Evidence", "Consequence", "Remedy"),
        [
            (
                one.id,
                f"{one.limit}{' (possible)' if one.possible else ''}",
                one.where,
                one.evidence,
                one.consequence,
                one.remedy,
            )
            for one in output.scalability_limits
        ],
    )
    document.heading("Risks").table(
        ("Id", "Risk", "Likelihood", "Impact", "Where", "Evidence", "Mitigation"),
        [
            (one.id, one.risk, one.likelihood, one.impact, one.location, one.evidence, one.mitigation)
            for one in output.risks[:MAX_ROWS]
        ],
    )
    _more(document, len(output.risks))


def _outlook(document: NotesDocument, output: ArchitectOutput) -> None:
    document.heading("Roadmap").table(
        ("Step", "When", "What", "Why", "Addresses", "Effort"),
        [
            (one.order, one.horizon, one.title, one.why, one.addresses, "" if one.effort == "unknown" else one.effort)
            for one in sorted(output.roadmap, key=lambda step: step.order)
        ],
    )
    document.heading("What the backend must heed").bullets(output.backend_requirements)
