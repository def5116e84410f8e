"""What the analyzer worker hands over: security, performance, quality, hot spots, and what the backend must hold to."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hivemind import WorkerOutput

Severity = Literal["critical", "high", "medium", "low", "info"]
Priority = Literal["critical", "high", "medium", "low"]


class Part(BaseModel):
    """The base of what an analysis is made of."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class SecurityFinding(Part):
    """A weakness that somebody could use, with what shows it."""

    id: str = Field(description="for example AN-S01")
    category: Literal[
        "authentication", "authorization", "injection", "secrets", "transport", "configuration", "dependencies", "other"
    ] = "other"
    severity: Severity = "medium"
    title: str
    location: str | None = Field(default=None, description="file:line, or the endpoint")
    evidence: str = ""
    remedy: str = ""
    possible: bool = Field(default=False, description="not sure; the evidence says why")


class PerformanceIssue(Part):
    """Something that costs time or memory, or will when there is more of it."""

    id: str = Field(description="for example AN-P01")
    kind: Literal[
        "query", "index", "pagination", "n_plus_one", "blocking", "timeout", "payload", "migration", "other"
    ] = "other"
    severity: Severity = "medium"
    title: str
    location: str | None = Field(default=None, description="file:line")
    evidence: str = ""
    impact: str = ""
    remedy: str = ""
    statement: str = Field(default="", description="for example the SQL that mends it")
    possible: bool = Field(default=False, description="not sure; the evidence says why")


class QualityMetric(Part):
    """One measured number: of what, in which unit, and how it was counted."""

    name: str
    value: float
    unit: str = ""
    scope: str = Field(default="", description="the service, folder or file it is about; '' for the repository")
    how: str = Field(default="", description="how it was counted")
    detail: str = ""


class LongFile(Part):
    """A source file that is among the longest."""

    path: str
    lines: int = Field(ge=0)


class Coupling(Part):
    """How many of the repository's own modules import a module, and how many it imports."""

    module: str
    fan_in: int = Field(ge=0)
    fan_out: int = Field(ge=0)


class ImportCycle(Part):
    """Modules that import each other in a circle."""

    modules: tuple[str, ...] = Field(description="in import order; the last imports the first")
    size: int = Field(default=0, description="modules in the tangle that the circle is part of")


class HotSpot(Part):
    """A file that is large and changes often: where defects gather."""

    path: str
    commits: int = Field(ge=0, description="that touched it, in the history looked at")
    churn: int = Field(ge=0, description="lines added and deleted in these commits")
    lines: int = Field(ge=0, description="its length now")
    authors: int = Field(default=0, ge=0)
    score: float = Field(ge=0, description="churn times lines, as a share of the highest: 0 to 1")
    tested: bool | None = Field(default=None, description="whether a test was found for it; None: not known")


class TestPresence(Part):
    """Whether a service or folder has tests, and which of its modules no test names or imports."""

    __test__ = False  # the name begins as a test case's would

    scope: str = Field(description="a service or folder; '.' for the root")
    modules: int = Field(ge=0)
    tests: int = Field(ge=0, description="test files")
    tested: int = Field(ge=0, description="modules that a test file imports or is named after")
    reached: int = Field(default=0, ge=0, description="modules that tests reach through others' imports only")
    untested: tuple[str, ...] = Field(default=(), description="modules that no test reaches, the longest first")
    untested_count: int = Field(default=0, ge=0)


class PerformanceRequirement(Part):
    """What the backend must hold to: read by the backend worker."""

    id: str = Field(description="for example AN-R01")
    target_kind: Literal["endpoint", "table", "module", "system"]
    target: str = Field(description="'GET /api/orders', 'orders.customer_id', or a file")
    requirement: str = Field(description="what must hold, so that it can be checked")
    reason: str = Field(description="the evidence that it follows from")
    priority: Priority = "medium"
    location: str | None = Field(default=None, description="file:line")
    source: str = Field(default="", description="the id of the finding or issue it follows from")
    statement: str = Field(default="", description="for example the SQL that fulfils it")
    possible: bool = Field(default=False, description="follows from something that is not sure")


class AnalyzerOutput(WorkerOutput):
    """The analyzer worker's result."""

    security_findings: tuple[SecurityFinding, ...] = ()
    performance_issues: tuple[PerformanceIssue, ...] = ()
    performance_requirements: tuple[PerformanceRequirement, ...] = Field(
        default=(), description="what the backend must hold to"
    )
    hot_spots: tuple[HotSpot, ...] = Field(default=(), description="the hottest first")
    history: str = Field(default="", description="the history that hot spots were read from, or why there is none")
    quality_metrics: tuple[QualityMetric, ...] = ()
    longest_files: tuple[LongFile, ...] = ()
    coupling: tuple[Coupling, ...] = ()
    import_cycles: tuple[ImportCycle, ...] = ()
    test_presence: tuple[TestPresence, ...] = ()
    unresolved: tuple[str, ...] = Field(default=(), description="what could not be told, and why")
