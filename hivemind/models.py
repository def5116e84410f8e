"""What the parts of a session hand to each other: frozen pydantic models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic.json_schema import SkipJsonSchema

SCHEMA_VERSION = 1
EMBEDDED = "embedded"
"""The model that is none: a worker's rules, run over the repository's facts."""

Priority = Literal["critical", "high", "medium", "low"]
Severity = Literal["critical", "high", "medium", "low", "info"]
SessionStatus = Literal["running", "completed", "failed", "paused", "cancelled", "interrupted"]
WorkerStatus = Literal[
    "pending", "running", "completed", "cached", "failed", "unverified", "blocked", "skipped", "cancelled"
]
EdgeKind = Literal["requires", "after", "aligns_with"]

PRIORITIES: tuple[Priority, ...] = ("critical", "high", "medium", "low")
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
FINISHED: frozenset[WorkerStatus] = frozenset(
    ("completed", "cached", "failed", "unverified", "blocked", "skipped", "cancelled")
)
SUCCEEDED: frozenset[WorkerStatus] = frozenset(("completed", "cached"))

WorkerName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", min_length=1, max_length=100)
]


class Frozen(BaseModel):
    """The base of what does not change once made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkerSpec(Frozen):
    """A worker as plain data: who it is, what it depends on, and where its code is.

    Only `name`, `role` and `description` are required. `requires`, `after` and `aligns_with` each name a worker, a
    role, or `capability:NAME`. `output_type`, `agent` and `rules` are import paths such as
    `hivemind_backend.models:BackendOutput`, resolved when the worker runs.
    """

    name: WorkerName
    role: str = Field(min_length=1, max_length=100)
    description: str = Field(min_length=1)
    capabilities: tuple[str, ...] = ()
    priority: Priority = "medium"
    model: str | None = Field(default=None, description="a model name, or None for the session's")
    color: str | None = None
    tools: tuple[str, ...] | None = Field(
        default=None, description="all tools that a real model may use, whoever brings them; None: any, () none"
    )
    toolsets: tuple[str, ...] = Field(
        default=(),
        description="more tools for a real model, by factory: (task[, worker]) -> toolset or list of functions",
    )
    paths: tuple[str, ...] | None = Field(
        default=None, description="the repository's files that its tools may see, as globs; None: all, () none"
    )
    max_requests: int | None = Field(default=None, ge=1, description="model requests; None for the configured limit")
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    aligns_with: tuple[str, ...] = ()
    instructions: str = Field(default="", description="what a model is told about its part")
    output_type: str | None = None
    agent: str | None = Field(default=None, description="a factory: () -> pydantic_ai.Agent")
    rules: str | None = Field(default=None, description="what 'embedded' runs: (task, context) -> output")
    notes: str | None = Field(default=None, description="a renderer: (output) -> Markdown")
    timeout_s: float | None = Field(default=None, gt=0, description="seconds; None for the configured one")
    retries: int | None = Field(default=None, ge=0, description="after a passing failure; None for the configured")
    cache: bool = Field(default=True, description="whether a later session may take its result where nothing changed")

    @property
    def slug(self) -> str:
        """The name in file names: the role where the worker is the usual one of its role, else its own name."""
        return self.role if self.name == f"{self.role}-worker" else self.name


class Task(Frozen):
    """What the user asks for, and the repository that it is about."""

    text: str = Field(min_length=1)
    repo: str = Field(description="absolute path of the repository")
    session_id: str = ""


class ContextFragment(Frozen):
    """A piece of context for one worker, from one plugin.

    Fragments are ordered by (order, plugin, name), so that prompts stay the same byte for byte.
    """

    name: str = Field(description="unique within the plugin: 'facts', 'conventions'")
    title: str = ""
    text: str = Field(description="Markdown, what a model reads")
    order: int = 100
    plugin: str = Field(default="", description="filled in by the core")
    omitted: int = Field(default=0, ge=0, description="things left out for the budget")
    data: Any = Field(default=None, exclude=True, repr=False, description="for rules; a model never sees it")
    digest: str = Field(default="", description="a hash of the data; '' lets the core make one, where it is plain")


class Usage(Frozen):
    """What a worker or a session used."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    requests: int = 0
    cost_usd: float | None = Field(default=0.0, description="None: at least one request had no known price")

    def __add__(self, other: Usage) -> Usage:
        cost = None if self.cost_usd is None or other.cost_usd is None else self.cost_usd + other.cost_usd
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            requests=self.requests + other.requests,
            cost_usd=cost,
        )


class Finding(Frozen):
    """Something that an engineer should look at."""

    id: str = Field(description="for example BE-001")
    severity: Severity
    title: str
    detail: str = ""
    location: str | None = Field(default=None, description="file:line in the repository, or what it is about")
    evidence: str = ""
    remedy: str = ""
    statement: str | None = Field(default=None, description="for example the SQL that mends it")
    possible: bool = Field(default=False, description="not sure; the evidence says why")
    level: SkipJsonSchema[Literal["error", "warning", "note"] | None] = Field(
        default=None, description="of a check: an error makes the worker unverified"
    )


class Score(Frozen):
    """A judgement on a scale from 0 (worst) to 10 (best), with its reason."""

    id: str = Field(description="for example AR-S01")
    name: str
    value: float = Field(ge=0, le=10)
    reason: str
    severity: Severity = "info"
    location: str | None = None
    remedy: str = ""


class Alternative(Frozen):
    """A way that was not taken."""

    name: str
    why_not: str


class Decision(Frozen):
    """A decision, with what else was weighed."""

    id: str = Field(description="for example AR-D01")
    title: str
    decision: str
    rationale: str = ""
    alternatives: tuple[Alternative, ...] = ()


class GeneratedFile(Frozen):
    """A file that a worker wrote; it lands under the session, never in the repository."""

    path: str = Field(description="relative, with forward slashes")
    language: str = ""
    content: str
    purpose: str = ""

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        from hivemind.paths import check_relative

        return check_relative(path)


class EndpointContract(Frozen):
    """One endpoint that a worker's result offers, for alignment with those who call it."""

    method: str
    path: str
    request_fields: tuple[str, ...] | None = Field(default=None, description="None: not stated")
    response_fields: tuple[str, ...] | None = Field(default=None, description="None: not stated")
    location: str | None = Field(default=None, description="file:line, where it is in the code")


class CallContract(EndpointContract):
    """One call that a worker's result makes, for alignment with those who offer it."""

    doubt: str = Field(default="", description="why what does not fit is not sure to be a mistake")


class Provenance(Frozen):
    """Who made an output: stated in every document that it becomes."""

    model: str
    model_asked: bool
    statement: str


class WorkerOutput(BaseModel):
    """The base of every worker's typed result; extend it.

    Only `summary` is required of an output. A field is what other workers read: never prose for a program to parse.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    summary: str = Field(min_length=1, description="what was found or done, in a few sentences")
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()
    scores: tuple[Score, ...] = ()
    files: tuple[GeneratedFile, ...] = ()
    next_actions: tuple[str, ...] = ()
    provenance: SkipJsonSchema[Provenance | None] = Field(default=None, description="filled in by the core")

    def offered_endpoints(self) -> tuple[EndpointContract, ...]:
        """The endpoints that this result offers to others; none by default."""
        return ()

    def planned_calls(self) -> tuple[CallContract, ...]:
        """The calls that this result makes to others' endpoints; none by default."""
        return ()


class Upstream(Frozen):
    """What an earlier worker of the session left for this one."""

    worker: str
    role: str
    status: WorkerStatus
    summary: str = ""
    text: str = Field(default="", description="the compact form that a model reads")
    output: Mapping[str, Any] | None = Field(default=None, description="the typed output as plain data")
    error: str | None = None
    via: EdgeKind = "after"


class Cut(Frozen):
    """Something left out of a context to stay within its budget."""

    name: str
    tokens: int = Field(description="estimated tokens left out")
    reason: str


class Context(Frozen):
    """What a worker is given: the task, repository facts, upstream outputs and session notes."""

    task: Task
    worker: WorkerSpec
    fragments: tuple[ContextFragment, ...] = ()
    upstream: tuple[Upstream, ...] = ()
    notes: str = ""
    focus: str = Field(default="", description="what the plan wants of this worker in particular")
    tokens: int = Field(default=0, description="estimated tokens of the prompt made of it")
    budget: int = 0
    cut: tuple[Cut, ...] = ()

    def fragment(self, name: str) -> ContextFragment | None:
        """Find the first fragment of this name."""
        return next((one for one in self.fragments if one.name == name), None)

    def of_role(self, role: str) -> Upstream | None:
        """Find the first upstream result of this role that succeeded."""
        return next((one for one in self.upstream if one.role == role and one.output is not None), None)


class Artifact(Frozen):
    """A file that a worker produced, by its path under the session folder."""

    path: str
    kind: str = Field(description="output, notes, file, published, ...")
    sha256: str
    size: int = Field(description="bytes")
    worker: str = ""


class Edge(Frozen):
    """`before` comes before `after`, and who said so."""

    before: str
    after: str
    kind: EdgeKind = "after"
    reason: str = ""
    declared_by: str = Field(default="", description="the plugin, or the file of the configuration")
    source: Literal["spec", "plugin", "configuration", "planner"] = "spec"

    @property
    def said_by(self) -> str:
        """Who declared it, in words."""
        if self.source == "planner":
            return "planner"
        if self.source == "configuration":
            return f"configuration ({self.declared_by})"
        return f"plugin {self.declared_by!r}" if self.source == "plugin" else f"spec, plugin {self.declared_by!r}"


class PlannedWorker(Frozen):
    """A worker in a plan: its spec, where it came from, and why it is in."""

    spec: WorkerSpec
    plugin: str
    source: str = Field(description="entry point or file path")
    model: str
    model_origin: str
    reason: str
    plugin_version: str = ""
    focus: str = Field(default="", description="what the planner wants of it in particular")
    code: str = Field(default="", description="a hash of its plugin's code and of what its spec names; '' for unknown")


class LeftOut(Frozen):
    """A default worker that the task does not call for."""

    worker: str
    reason: str


class Check(Frozen):
    """An alignment check: a node after two workers that promised to fit together."""

    name: str
    left: str
    right: str
    declared_by: str = ""


class Plan(Frozen):
    """The chosen workers, their edges, resolved models and reasons, before anything runs."""

    task: Task
    workers: tuple[PlannedWorker, ...]
    edges: tuple[Edge, ...] = ()
    checks: tuple[Check, ...] = ()
    rationale: str = Field(default="", description="why these workers, in the planner's words")
    left_out: tuple[LeftOut, ...] = ()

    def worker(self, name: str) -> PlannedWorker:
        """Find a planned worker by name; KeyError if it is not in the plan."""
        for planned in self.workers:
            if planned.spec.name == name:
                return planned
        raise KeyError(name)
