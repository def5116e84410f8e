"""What the frontend worker hands over: components, state, routes, calls, accessibility and a performance budget."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hivemind import CallContract, WorkerOutput, is_external

Change = Literal["new", "modified", "existing"]
Severity = Literal["critical", "high", "medium", "low", "info"]

DRAFTED = "drafted by rule, review before use"


class Part(BaseModel):
    """The base of what a front end is made of."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Component(Part):
    """A page, component or HTML document."""

    name: str
    kind: Literal["page", "list", "detail", "form", "layout", "component", "document"] = "component"
    framework: str = Field(default="", description="react, vue, svelte, angular, html; '' where there is none")
    purpose: str = ""
    props: tuple[str, ...] = ()
    uses: tuple[str, ...] = Field(default=(), description="names of the components that it shows")
    calls: tuple[str, ...] = Field(default=(), description="'GET /api/orders': what it asks the backend")
    location: str | None = Field(default=None, description="file:line")
    status: Change = "existing"
    note: str = ""


class StateSlice(Part):
    """A piece of state: what it holds and where it lives."""

    name: str
    kind: Literal["local", "store", "context", "server", "url", "storage"] = "local"
    holds: tuple[str, ...] = Field(default=(), description="names of its fields")
    purpose: str = ""
    location: str | None = Field(default=None, description="file:line")
    status: Change = "existing"
    note: str = ""


class Route(Part):
    """A route of the browser application."""

    path: str = Field(description="as the code writes it: /orders/:id")
    component: str = ""
    source: str = Field(default="", description="what defines it: react-router, vue-router, file convention, hash, ...")
    location: str | None = Field(default=None, description="file:line")
    status: Change = "existing"
    note: str = ""


class ApiCall(Part):
    """A call that the front end makes, or will make, to a backend."""

    method: str = Field(description="upper case; UNKNOWN where the code does not tell")
    path: str = Field(description="the full path with every prefix, parameters as {name}")
    request_fields: tuple[str, ...] | None = Field(default=None, description="body fields; None: not known")
    response_fields: tuple[str, ...] | None = Field(
        default=None, description="fields read off the answer; None: not known"
    )
    purpose: str = ""
    component: str = Field(default="", description="which component makes it")
    client: str = Field(default="", description="fetch, axios, a wrapper's name")
    location: str | None = Field(default=None, description="file:line")
    status: Change = "existing"
    note: str = ""

    @field_validator("method")
    @classmethod
    def _upper(cls, method: str) -> str:
        return method.strip().upper()


class ContractLine(Part):
    """A call and an endpoint, and how they fit."""

    kind: Literal["matched", "missing_endpoint", "unused_endpoint", "method_mismatch", "field_mismatch", "external"]
    call: str = Field(default="", description="method and path")
    endpoint: str = Field(default="", description="method and path")
    call_location: str | None = None
    endpoint_location: str | None = None
    detail: str = ""
    possible: bool = Field(default=False, description="not sure; the detail says why")


class AccessibilityIssue(Part):
    """A barrier for somebody, at a place in a template."""

    id: str = Field(description="for example FE-A01")
    rule: str = Field(description="img-alt, input-label, html-lang, button-name, click-on-static, document-title, ...")
    criterion: str = Field(default="", description="the WCAG success criterion, for example 1.1.1")
    severity: Severity = "medium"
    location: str | None = Field(default=None, description="file:line")
    evidence: str = Field(default="", description="the element as it stands")
    remedy: str = ""


class Asset(Part):
    """A shipped file and its size."""

    path: str
    kind: Literal["script", "style", "image", "font", "document", "media", "other"]
    bytes: int = Field(ge=0)
    gzip_bytes: int | None = Field(default=None, ge=0, description="None: not measured (compressed already, or large)")


class BudgetLine(Part):
    """What one kind of asset weighs, and what it may weigh."""

    kind: Literal["script", "style", "image", "font", "document", "media", "other", "total"]
    files: int = Field(default=0, ge=0)
    measured_bytes: int | None = Field(default=None, ge=0, description="None: not measured")
    measured_gzip_bytes: int | None = Field(default=None, ge=0)
    limit_bytes: int | None = Field(default=None, ge=0, description="None: no limit is set")
    limit_source: str = Field(default="", description="who set the limit, where; '' where there is none")


class PerformanceBudget(Part):
    """What the front end ships, measured, and the limits that somebody set."""

    root: str = Field(default="", description="the folder that was measured")
    basis: str = Field(default="", description="how it was measured, and what the numbers do not say")
    lines: tuple[BudgetLine, ...] = ()
    largest: tuple[Asset, ...] = Field(default=(), description="the heaviest files first")


class FrontendOutput(WorkerOutput):
    """The frontend worker's result."""

    present: bool | None = Field(default=None, description="whether the repository has a front end; None: not known")
    frameworks: tuple[str, ...] = ()
    roots: tuple[str, ...] = Field(default=(), description="folders of front ends; '.' for the root")
    components: tuple[Component, ...] = ()
    state: tuple[StateSlice, ...] = ()
    routes: tuple[Route, ...] = ()
    api_calls: tuple[ApiCall, ...] = ()
    contract: tuple[ContractLine, ...] = Field(default=(), description="calls held against the backend's endpoints")
    accessibility: tuple[AccessibilityIssue, ...] = ()
    performance_budget: tuple[PerformanceBudget, ...] = Field(default=(), description="one for each front end")
    unresolved: tuple[str, ...] = Field(default=(), description="what could not be told, and why")

    def planned_calls(self) -> tuple[CallContract, ...]:
        """The calls to the backend, with the fields where they are known; calls to other hosts are left out."""
        doubts = {(one.call, one.call_location): one.detail for one in self.contract if one.possible}
        return tuple(
            CallContract(
                method=one.method,
                path=one.path,
                request_fields=one.request_fields or None,
                response_fields=one.response_fields or None,
                location=one.location,
                doubt=doubts.get((f"{one.method} {one.path}", one.location), ""),
            )
            for one in self.api_calls
            if not is_external(one.path)
        )
