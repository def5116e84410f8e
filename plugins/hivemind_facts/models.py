"""The facts: what a repository offers, read from its code without a model."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1

Auth = Literal["required", "optional", "none", "unknown"]
Severity = Literal["critical", "high", "medium", "low", "info"]


class Fact(BaseModel):
    """The base of every fact: immutable plain data."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Language(Fact):
    """One programming language and its share of the source bytes."""

    name: str
    files: int
    bytes: int
    share: float = Field(description="0.0 to 1.0, of the bytes of recognised source files")


class Framework(Fact):
    """A framework or notable library, with the manifest that names it."""

    name: str
    version: str | None = Field(default=None, description="as the manifest or lock file states it")
    kind: str = Field(default="library", description="web, frontend, orm, test, queue, ...")
    file: str
    line: int | None = None
    service: str = ""


class Manifest(Fact):
    """A package manifest or lock file."""

    file: str
    kind: str = Field(description="pyproject, requirements, package.json, go.mod, pom.xml, ...")
    name: str | None = None
    lock: bool = False
    dependencies: int = 0


class Resource(Fact):
    """A database, cache or broker that the repository configures or has a driver for."""

    name: str = Field(description="postgresql, mysql, sqlite, mongodb, redis, rabbitmq, kafka, ...")
    kind: Literal["database", "cache", "broker", "search", "storage"]
    evidence: str
    file: str
    line: int | None = None


class Place(Fact):
    """A named thing at a place: an entry point, a container file, a CI workflow, a test folder."""

    name: str
    kind: str
    file: str
    line: int | None = None
    detail: str = ""


class Stack(Fact):
    """What the repository is made of."""

    languages: tuple[Language, ...] = ()
    frameworks: tuple[Framework, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    entry_points: tuple[Place, ...] = ()
    tests: tuple[Place, ...] = ()
    containers: tuple[Place, ...] = ()
    ci: tuple[Place, ...] = ()
    resources: tuple[Resource, ...] = ()


class Service(Fact):
    """One deployable part of the repository: the folder of its manifest ('' is the root)."""

    name: str
    path: str
    languages: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    modules: int = 0


class Parameter(Fact):
    """A parameter of an endpoint."""

    name: str
    location: Literal["path", "query", "header", "cookie", "body", "form", "unknown"] = "unknown"
    type: str | None = None
    required: bool | None = None


class Endpoint(Fact):
    """One HTTP endpoint: a method and a full path, every prefix and mount composed."""

    method: str = Field(description="upper case; ANY where the code accepts every method")
    path: str = Field(description="starts with '/', parameters as {name}, a rest-of-path as {name}")
    handler: str = Field(default="", description="the function or Class.method that answers")
    file: str
    line: int
    auth: Auth = "unknown"
    auth_evidence: str = Field(default="", description="the guard's name and file:line, or why none")
    roles: tuple[str, ...] = ()
    framework: str
    service: str = Field(default="", description="filled in by the assembler")
    parameters: tuple[Parameter, ...] = ()
    request_type: str | None = None
    response_type: str | None = None
    paginated: bool | None = Field(default=None, description="None: not known")
    summary: str = ""


class Column(Fact):
    """A column of a table, or a field of a collection."""

    name: str
    type: str = ""
    nullable: bool | None = None
    default: str | None = None
    unique: bool = False


class ForeignKey(Fact):
    """A foreign key column, and whether an index serves look-ups by it."""

    column: str
    ref_table: str
    ref_column: str = ""
    indexed: bool = Field(description="the column is the first of an index, a unique constraint or the primary key")
    on_delete: str | None = None


class Index(Fact):
    """An index, over columns in order."""

    name: str = ""
    columns: tuple[str, ...] = ()
    unique: bool = False


class Table(Fact):
    """A table or collection."""

    name: str
    columns: tuple[Column, ...] = ()
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    kind: Literal["table", "collection", "view"] = "table"
    source: str = Field(default="", description="sql, sqlalchemy, alembic, django, prisma, gorm, ...")
    dialect: str | None = Field(default=None, description="sqlglot's name: postgres, mysql, sqlite")
    model: str | None = Field(default=None, description="the class that maps it")
    file: str
    line: int
    service: str = ""


class GraphqlOperation(Fact):
    """One field of the GraphQL Query, Mutation or Subscription type."""

    kind: Literal["query", "mutation", "subscription"]
    name: str
    arguments: tuple[str, ...] = ()
    returns: str | None = None
    auth: Auth = "unknown"
    auth_evidence: str = ""
    framework: str = ""
    file: str
    line: int
    service: str = ""


class Call(Fact):
    """One HTTP call that browser code makes."""

    method: str = Field(description="upper case; UNKNOWN where the code does not tell")
    path: str = Field(description="pattern, parameters as {name}; base URL composed where constant")
    file: str
    line: int
    client: str = Field(description="fetch, axios, ky, a wrapper's name, ...")
    fields: tuple[str, ...] = Field(default=(), description="body fields where the code names them")
    response_fields: tuple[str, ...] = Field(
        default=(), description="fields read off the answer where the code shows it"
    )
    service: str = ""


class External(Fact):
    """Something outside that the code talks to: an HTTP API, an SDK, a queue, a cache."""

    kind: Literal["http", "sdk", "queue", "cache", "database", "mail", "storage"]
    name: str
    target: str = Field(default="", description="host or URL where the code names it")
    timeout: bool | None = Field(default=None, description="None: not known or not applicable")
    file: str
    line: int
    service: str = ""


class EnvironmentVariable(Fact):
    """An environment variable that the code reads."""

    name: str
    default: bool = False
    file: str
    line: int
    service: str = ""


class Module(Fact):
    """A source module, and the repository's own modules that it imports."""

    path: str
    imports: tuple[str, ...] = ()
    lines: int = 0
    service: str = ""


class RuleFinding(Fact):
    """A finding by rule: something that an engineer should look at, with its evidence."""

    id: str = Field(description="stable within a repository: RULE-xxxxxx (rule and a short hash)")
    rule: str
    severity: Severity
    title: str
    evidence: str
    file: str
    line: int
    remedy: str
    sql: str | None = None
    possible: bool = Field(default=False, description="the rule can't be sure; evidence says why")
    service: str = ""


class Unresolved(Fact):
    """Something that the readers saw and could not resolve: listed, never guessed."""

    what: str = Field(description="mount, prefix, route, parse, table, call, ...")
    reason: str
    file: str
    line: int | None = None


class Skipped(Fact):
    """A file or folder that was not read, and why."""

    path: str
    reason: str


class Facts(Fact):
    """Everything: the document that `hivemind facts --format json` prints."""

    schema_version: int = SCHEMA_VERSION
    stack: Stack = Stack()
    services: tuple[Service, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    tables: tuple[Table, ...] = ()
    graphql: tuple[GraphqlOperation, ...] = ()
    calls: tuple[Call, ...] = ()
    external: tuple[External, ...] = ()
    environment: tuple[EnvironmentVariable, ...] = ()
    modules: tuple[Module, ...] = ()
    findings: tuple[RuleFinding, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    skipped: tuple[Skipped, ...] = ()
