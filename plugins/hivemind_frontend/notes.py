"""The frontend's notes: every part of its result that is not empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind import NotesDocument

if TYPE_CHECKING:
    from hivemind_frontend.models import FrontendOutput, PerformanceBudget


def render(output: FrontendOutput) -> str:
    """Render the front end's description as Markdown."""
    document = NotesDocument().heading("Summary").text(output.summary)
    document.heading("Front ends").table(
        ("Folders", "Frameworks"),
        [(output.roots, output.frameworks)] if output.roots or output.frameworks else [],
    )
    _calls(document, output)
    _parts(document, output)
    document.heading("Accessibility").table(
        ("Id", "Rule", "WCAG", "Severity", "Where", "Evidence", "Remedy"),
        [
            (one.id, one.rule, one.criterion, one.severity, one.location, _code(one.evidence), one.remedy)
            for one in output.accessibility
        ],
    )
    document.heading("Performance budget")
    for budget in output.performance_budget:
        _budget(document, budget)
    document.heading("Not told").bullets(output.unresolved)
    return document.common(output).render()


def _code(text: str) -> str:
    """A piece of markup as inline code, so that it is shown and not taken as markup."""
    return f"`` {text} ``" if text else ""


def _status(status: str) -> str:
    return "" if status == "existing" else status


def _fields(fields: tuple[str, ...] | None) -> str:
    return ", ".join(fields) if fields else ""


def _calls(document: NotesDocument, output: FrontendOutput) -> None:
    document.heading("Calls to the backend").table(
        ("Method", "Path", "Sends", "Reads", "Component", "Client", "Where", "Purpose", "Status", "Note"),
        [
            (
                one.method,
                f"`{one.path}`",
                _fields(one.request_fields),
                _fields(one.response_fields),
                one.component,
                one.client,
                one.location,
                one.purpose,
                _status(one.status),
                one.note,
            )
            for one in output.api_calls
        ],
    )
    document.heading("Contract with the backend").table(
        ("Fit", "Call", "Endpoint", "Called at", "Offered at", "Detail", "Possible"),
        [
            (
                one.kind.replace("_", " "),
                one.call,
                one.endpoint,
                one.call_location,
                one.endpoint_location,
                one.detail,
                "yes" if one.possible else "",
            )
            for one in output.contract
        ],
    )


def _parts(document: NotesDocument, output: FrontendOutput) -> None:
    document.heading("Routes").table(
        ("Path", "Component", "Defined by", "Where", "Status", "Note"),
        [
            (f"`{one.path}`", one.component, one.source, one.location, _status(one.status), one.note)
            for one in output.routes
        ],
    )
    document.heading("Components").table(
        ("Name", "Kind", "Framework", "Purpose", "Props", "Shows", "Calls", "Where", "Status", "Note"),
        [
            (
                one.name,
                one.kind,
                one.framework,
                one.purpose,
                one.props,
                one.uses,
                one.calls,
                one.location,
                _status(one.status),
                one.note,
            )
            for one in output.components
        ],
    )
    document.heading("State").table(
        ("Name", "Kind", "Holds", "Purpose", "Where", "Status", "Note"),
        [
            (one.name, one.kind, one.holds, one.purpose, one.location, _status(one.status), one.note)
            for one in output.state
        ],
    )


def _bytes(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _budget(document: NotesDocument, budget: PerformanceBudget) -> None:
    document.heading(budget.root or ".", 3).text(budget.basis)
    document.table(
        ("Kind", "Files", "Bytes", "Compressed (gzip)", "Limit", "Limit set by"),
        [
            (
                one.kind,
                one.files or "",
                _bytes(one.measured_bytes),
                _bytes(one.measured_gzip_bytes),
                _bytes(one.limit_bytes),
                one.limit_source,
            )
            for one in budget.lines
        ],
    )
    document.table(
        ("Heaviest files", "Kind", "Bytes", "Compressed (gzip)"),
        [(one.path, one.kind, _bytes(one.bytes), _bytes(one.gzip_bytes)) for one in budget.largest],
    )
