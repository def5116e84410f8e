"""What the backend worker hands over: one typed part for each of its eight outputs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hivemind import EndpointContract, WorkerOutput

Authentication = Literal["required", "optional", "none", "unknown"]
Change = Literal["new", "modified", "existing"]
Risk = Literal["high", "medium", "low", "none"]
Severity = Literal["critical", "high", "medium", "low", "info"]

DRAFTED = "drafted by rule, review before use"


class Part(BaseModel):
    """The base of what a backend output is made of."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ApiParameter(Part):
    """A parameter of an endpoint."""

    name: str
    location: Literal["path", "query", "header", "cookie", "body", "form", "unknown"] = "query"
    type: str = Field(default="", description="as the code names it, or a JSON Schema type; '' where not known")
    required: bool | None = Field(default=None, description="None: not known")
    description: str = ""


class BodyField(Part):
    """A field of a request or response body."""

    name: str
    type: str = Field(default="", description="a JSON Schema type, with a format after a colon: string:date-time")
    required: bool | None = None
    description: str = ""


class BodySchema(Part):
    """The schema of a request or response body."""

    name: str = Field(default="", description="the type that the code names, or the schema's name")
    content_type: str = "application/json"
    many: bool = Field(default=False, description="a list, or a page, of these")
    fields: tuple[BodyField, ...] = Field(default=(), description="empty: not known")
    envelope: tuple[str, ...] = Field(default=(), description="fields around the list: items, total, limit, offset")


class ApiError(Part):
    """An error that an endpoint answers with."""

    status: int = Field(ge=100, le=599)
    when: str
    body: str = ""


class Pagination(Part):
    """How a list endpoint is cut into pages."""

    style: Literal["page", "offset", "cursor", "none", "unknown"]
    parameters: tuple[str, ...] = ()
    default_size: int | None = None
    max_size: int | None = None
    evidence: str = Field(default="", description="where the repository does it so: file:line")


class ApiEndpoint(Part):
    """One endpoint: what is offered, to whom, in which shape."""

    method: str = Field(description="upper case")
    path: str = Field(description="the full path with every prefix, parameters as {name}")
    purpose: str = ""
    parameters: tuple[ApiParameter, ...] = ()
    request_schema: BodySchema | None = None
    response_schema: BodySchema | None = None
    success_status: int | None = Field(default=None, ge=100, le=599)
    errors: tuple[ApiError, ...] = ()
    authentication: Authentication = "unknown"
    authentication_evidence: str = Field(default="", description="the guard and its file:line, or why none")
    roles: tuple[str, ...] = ()
    pagination: Pagination | None = None
    status: Change = "existing"
    handler: str = ""
    location: str | None = Field(default=None, description="file:line in the repository")
    service: str = ""
    note: str = ""

    @field_validator("method")
    @classmethod
    def _upper(cls, method: str) -> str:
        return method.strip().upper()

    @field_validator("path")
    @classmethod
    def _rooted(cls, path: str) -> str:
        bare = path.strip()
        return bare if bare.startswith("/") else f"/{bare}"


class ColumnModel(Part):
    """A column of a table, or a field of a collection."""

    name: str
    type: str = ""
    nullable: bool | None = None
    key: str = Field(default="", description="PK, FK, UK or several with commas")
    default: str | None = None


class Relation(Part):
    """A relation between two tables."""

    table: str
    column: str
    ref_table: str
    ref_column: str = ""
    indexed: bool | None = None
    on_delete: str | None = None


class IndexModel(Part):
    """An index over columns in order."""

    name: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()
    unique: bool = False


class TableModel(Part):
    """A table or collection with all that is known of it."""

    name: str
    columns: tuple[ColumnModel, ...] = ()
    primary_key: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    indexes: tuple[IndexModel, ...] = ()
    kind: Literal["table", "collection", "view"] = "table"
    status: Change = "existing"
    model: str = Field(default="", description="the class that maps it")
    location: str | None = None


class DatabaseChange(Part):
    """One change of the database: the statements, their migration, the way back and what may go wrong."""

    kind: Literal["create_table", "alter_table", "drop_table", "create_index", "drop_index", "data_migration", "other"]
    ddl: str = Field(default="", description="the statements, in the repository's dialect")
    dialect: str = Field(default="", description="sqlglot's name: postgres, mysql, sqlite; '' where not known")
    tables: tuple[str, ...] = ()
    indexes: tuple[IndexModel, ...] = ()
    relations: tuple[Relation, ...] = ()
    migration: str = Field(default="", description="the migration file's path, or how to migrate")
    rollback: str = Field(default="", description="the statements that undo it")
    risk: Risk = "low"
    risk_reason: str = ""
    status: Change = "new"
    note: str = ""


class ServiceDesign(Part):
    """A service or module with one responsibility."""

    name: str
    responsibility: str = ""
    interfaces: tuple[str, ...] = Field(default=(), description="what it offers: endpoints, functions, topics")
    dependencies: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    error_handling: str = ""
    location: str | None = None
    status: Change = "existing"


class IntegrationPoint(Part):
    """Something outside that the backend talks to."""

    name: str
    purpose: str = ""
    protocol: str = ""
    target: str = ""
    retries: str = ""
    timeouts: str = ""
    circuit_breaking: str = ""
    location: str | None = Field(default=None, description="file:line")
    status: Change = "existing"


class PerformanceOptimization(Part):
    """Something that can be made faster, with what shows it."""

    id: str = Field(description="for example BE-P01")
    what: str
    where: str = Field(description="file:line")
    evidence: str
    expected_effect: str = ""
    statement: str = Field(default="", description="for example the SQL that does it")
    possible: bool = Field(default=False, description="not sure; the evidence says why")


class SecurityMeasure(Part):
    """A threat, and what is or should be done against it."""

    id: str = Field(description="for example BE-T01")
    threat: str
    measure: str
    where: str = Field(default="", description="file:line, or the endpoint")
    severity: Severity = "medium"
    evidence: str = ""
    in_place: bool = Field(default=False, description="the code does it already")


class Documentation(Part):
    """Documents of the API and the data."""

    openapi: str = Field(default="", description="an OpenAPI 3.1 document as JSON or YAML text")
    er_diagram: str = Field(default="", description="Mermaid erDiagram")
    component_diagram: str = Field(default="", description="Mermaid flowchart")
    guide: str = Field(default="", description="Markdown: how to implement, migrate and check it")


class BackendOutput(WorkerOutput):
    """The backend worker's result."""

    api_endpoints: tuple[ApiEndpoint, ...] = ()
    data_model: tuple[TableModel, ...] = Field(default=(), description="the tables as they are, and new ones")
    database_changes: tuple[DatabaseChange, ...] = ()
    services: tuple[ServiceDesign, ...] = ()
    integration_points: tuple[IntegrationPoint, ...] = ()
    performance_optimizations: tuple[PerformanceOptimization, ...] = ()
    security_measures: tuple[SecurityMeasure, ...] = ()
    documentation: Documentation = Documentation()
    unresolved: tuple[str, ...] = Field(default=(), description="what could not be told, and why")

    def offered_endpoints(self) -> tuple[EndpointContract, ...]:
        """The endpoints, with the body fields where they are known."""
        return tuple(
            EndpointContract(
                method=one.method,
                path=one.path,
                request_fields=_fields(one.request_schema),
                response_fields=_fields(one.response_schema),
                location=one.location,
            )
            for one in self.api_endpoints
        )


def _fields(schema: BodySchema | None) -> tuple[str, ...] | None:
    """The names that a caller may send or read; None where they are not stated."""
    if schema is None or not schema.fields:
        return None
    return tuple(dict.fromkeys((*schema.envelope, *(one.name for one in schema.fields))))
