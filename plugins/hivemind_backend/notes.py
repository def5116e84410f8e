"""The backend's result as Markdown: every part that is not empty, with tables and fenced diagrams."""

from __future__ import annotations

from hivemind import NotesDocument, WorkerOutput
from hivemind_backend.models import ApiEndpoint, BackendOutput, BodySchema, DatabaseChange, Pagination, TableModel

MAX_ROWS = 400
MAX_DETAILED = 60
MAX_OPENAPI = 40_000
"""Characters; a longer document is in the session folder only."""


def render(output: WorkerOutput) -> str:
    """Render the notes of a backend result."""
    assert isinstance(output, BackendOutput)
    document = NotesDocument().heading("Summary").text(output.summary)
    _endpoints(document, output.api_endpoints)
    _data_model(document, output)
    _changes(document, output.database_changes)
    _services(document, output)
    _integrations(document, output)
    _performance(document, output)
    _security(document, output)
    _documentation(document, output)
    document.common(output)
    document.heading("Not resolved").bullets(output.unresolved[:MAX_ROWS])
    _more(document, len(output.unresolved), MAX_ROWS)
    return document.render()


def _more(document: NotesDocument, total: int, shown: int) -> None:
    if total > shown:
        document.text(f"{total - shown} of {total} are not shown here; they are in the worker's JSON.")


def _body(body: BodySchema | None) -> str:
    if body is None:
        return ""
    fields = ", ".join(f"{one.name}{f': {one.type}' if one.type else ''}" for one in body.fields)
    told = " ".join(part for part in (body.name, f"{{{fields}}}" if fields else "") if part)
    return f"list of {told}" if body.many and told else told


def _paging(pagination: Pagination | None) -> str:
    if pagination is None:
        return ""
    named = f" ({', '.join(pagination.parameters)})" if pagination.parameters else ""
    return f"{pagination.style}{named}"


def _endpoints(document: NotesDocument, endpoints: tuple[ApiEndpoint, ...]) -> None:
    document.heading("API endpoints")
    document.table(
        ("Method", "Path", "Purpose", "Authentication", "Roles", "Pagination", "Status", "Where", "Service"),
        [
            (
                one.method,
                f"`{one.path}`",
                one.purpose,
                one.authentication,
                one.roles,
                _paging(one.pagination),
                one.status,
                one.location or one.handler,
                one.service,
            )
            for one in endpoints[:MAX_ROWS]
        ],
    )
    _more(document, len(endpoints), MAX_ROWS)
    detailed = [one for one in endpoints if one.status != "existing"] or [one for one in endpoints if _has_details(one)]
    for one in detailed[:MAX_DETAILED]:
        _endpoint(document, one)
    _more(document, len(detailed), MAX_DETAILED)


def _has_details(one: ApiEndpoint) -> bool:
    return bool(one.errors or (one.request_schema and one.request_schema.fields))


def _endpoint(document: NotesDocument, one: ApiEndpoint) -> None:
    document.heading(f"{one.method} {one.path} ({one.status})", 3)
    document.text(one.note)
    document.table(
        ("Parameter", "In", "Type", "Required", "Description"),
        [(each.name, each.location, each.type, each.required, each.description) for each in one.parameters],
    )
    document.bullets(
        f"{name}: {told}"
        for name, told in (
            ("Request", _body(one.request_schema)),
            (
                "Response",
                " ".join(part for part in (str(one.success_status or ""), _body(one.response_schema)) if part),
            ),
            ("Authentication", " - ".join(part for part in (one.authentication, one.authentication_evidence) if part)),
        )
        if told
    )
    document.table(("Error", "When"), [(each.status, each.when) for each in one.errors])


def _data_model(document: NotesDocument, output: BackendOutput) -> None:
    tables: tuple[TableModel, ...] = output.data_model
    document.heading("Data model")
    document.fence(output.documentation.er_diagram, "mermaid")
    document.table(
        ("Table", "Kind", "Columns", "Key", "References", "Indexes", "Status", "Where"),
        [
            (
                f"`{one.name}`",
                one.kind,
                ", ".join(column.name for column in one.columns),
                one.primary_key,
                ", ".join(
                    f"{each.column} → {each.ref_table}{' (no index)' if each.indexed is False else ''}"
                    for each in one.relations
                ),
                ", ".join(f"{each.name}({', '.join(each.columns)})" for each in one.indexes),
                one.status,
                one.location,
            )
            for one in tables[:MAX_ROWS]
        ],
    )
    _more(document, len(tables), MAX_ROWS)


def _changes(document: NotesDocument, changes: tuple[DatabaseChange, ...]) -> None:
    document.heading("Database changes")
    for one in changes:
        document.heading(f"{one.kind.replace('_', ' ')}: {', '.join(one.tables)}", 3)
        document.text(one.note)
        document.fence(one.ddl, "sql")
        document.table(
            ("What", "Value"),
            [
                row
                for row in (
                    ("Status", one.status),
                    ("Dialect", one.dialect),
                    ("Migration", f"`{one.migration}`" if one.migration else ""),
                    ("Risk", " - ".join(part for part in (one.risk, one.risk_reason) if part)),
                    ("Relations", ", ".join(f"{each.column} → {each.ref_table}" for each in one.relations)),
                    ("Indexes", ", ".join(each.name for each in one.indexes)),
                )
                if row[1]
            ],
        )
        if one.rollback:
            document.text("Rollback:").fence(one.rollback, "sql")


def _services(document: NotesDocument, output: BackendOutput) -> None:
    document.heading("Services")
    document.fence(output.documentation.component_diagram, "mermaid")
    document.table(
        ("Service", "Responsibility", "Interfaces", "Depends on", "Patterns", "Error handling", "Status", "Where"),
        [
            (
                one.name,
                one.responsibility,
                one.interfaces,
                one.dependencies,
                one.patterns,
                one.error_handling,
                one.status,
                one.location,
            )
            for one in output.services
        ],
    )


def _integrations(document: NotesDocument, output: BackendOutput) -> None:
    document.heading("Integration points").table(
        ("Name", "Purpose", "Protocol", "Target", "Timeouts", "Retries", "Circuit breaking", "Status", "Where"),
        [
            (
                one.name,
                one.purpose,
                one.protocol,
                one.target,
                one.timeouts,
                one.retries,
                one.circuit_breaking,
                one.status,
                one.location,
            )
            for one in output.integration_points[:MAX_ROWS]
        ],
    )
    _more(document, len(output.integration_points), MAX_ROWS)


def _performance(document: NotesDocument, output: BackendOutput) -> None:
    document.heading("Performance optimizations").table(
        ("Id", "What", "Where", "Evidence", "Expected effect"),
        [
            (one.id, f"{one.what}{' (possible)' if one.possible else ''}", one.where, one.evidence, one.expected_effect)
            for one in output.performance_optimizations[:MAX_ROWS]
        ],
    )
    _more(document, len(output.performance_optimizations), MAX_ROWS)
    document.fence(
        "\n".join(one.statement for one in output.performance_optimizations[:MAX_ROWS] if one.statement), "sql"
    )


def _security(document: NotesDocument, output: BackendOutput) -> None:
    document.heading("Security").table(
        ("Id", "Severity", "Threat", "Measure", "In place", "Where", "Evidence"),
        [
            (one.id, one.severity, one.threat, one.measure, one.in_place, one.where, one.evidence)
            for one in output.security_measures[:MAX_ROWS]
        ],
    )
    _more(document, len(output.security_measures), MAX_ROWS)


def _documentation(document: NotesDocument, output: BackendOutput) -> None:
    documentation = output.documentation
    document.heading("Guide").text(documentation.guide)
    document.heading("OpenAPI")
    text = documentation.openapi
    if len(text) > MAX_OPENAPI:
        document.text(
            f"The document has {len(text):,} characters; it is in the session folder and in the worker's JSON."
        )
    else:
        document.fence(text, "json" if text.lstrip().startswith("{") else "yaml")
