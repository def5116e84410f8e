"""What the architect worker hands over: structure, decisions, limits, a roadmap and three scores."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hivemind import Score, WorkerOutput

Level = Literal["high", "medium", "low"]


class Part(BaseModel):
    """The base of what an architecture is made of."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Component(Part):
    """A part of the system with one responsibility."""

    name: str
    kind: Literal["service", "module", "frontend", "database", "cache", "broker", "external", "other"] = "module"
    responsibility: str = ""
    technologies: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = Field(default=(), description="names of other components")
    location: str | None = Field(default=None, description="a folder, or file:line")
    evidence: str = ""


class Layer(Part):
    """A group of modules at one height of the import graph."""

    name: str
    level: int = Field(ge=0, description="0 imports nothing of the repository; each layer imports lower ones")
    modules: tuple[str, ...] = ()
    module_count: int = 0
    depends_on: tuple[str, ...] = Field(default=(), description="names of the layers that it imports")
    service: str = ""


class DependencyCycle(Part):
    """Modules that import each other in a circle."""

    modules: tuple[str, ...] = Field(description="in import order; the last imports the first")
    size: int = Field(default=0, description="modules in the tangle that the circle is part of")
    remedy: str = ""


class Pattern(Part):
    """A pattern that the code follows, with what shows it."""

    name: str
    where: str = Field(default="", description="folder or file:line")
    evidence: str
    assessment: str = ""


class ScalabilityLimit(Part):
    """What gives way first when load grows."""

    id: str = Field(description="for example AR-L01")
    limit: str
    evidence: str
    where: str = Field(default="", description="file:line")
    consequence: str = ""
    remedy: str = ""
    possible: bool = False


class ArchitectureRisk(Part):
    """Something that may go wrong because of how the system is built."""

    id: str = Field(description="for example AR-R01")
    risk: str
    likelihood: Level = "medium"
    impact: Level = "medium"
    evidence: str = ""
    mitigation: str = ""
    location: str | None = None


class RoadmapStep(Part):
    """A step of the roadmap, in order."""

    order: int = Field(ge=1)
    horizon: Literal["now", "next", "later"] = "next"
    title: str
    why: str = ""
    addresses: tuple[str, ...] = Field(default=(), description="ids of findings, risks and limits")
    effort: Literal["small", "medium", "large", "unknown"] = "unknown"


class ArchitectOutput(WorkerOutput):
    """The architect worker's result. Decisions with alternatives and rationale are in `decisions`."""

    components: tuple[Component, ...] = ()
    layers: tuple[Layer, ...] = ()
    dependency_cycles: tuple[DependencyCycle, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    scalability_limits: tuple[ScalabilityLimit, ...] = ()
    risks: tuple[ArchitectureRisk, ...] = ()
    roadmap: tuple[RoadmapStep, ...] = ()
    maturity: Score | None = Field(default=None, description="how far the system is on the way to production")
    maintainability: Score | None = Field(default=None, description="how easily it can be changed without harm")
    extensibility: Score | None = Field(default=None, description="how easily something can be added")
    component_diagram: str = Field(default="", description="Mermaid flowchart")
    backend_requirements: tuple[str, ...] = Field(default=(), description="what the backend worker must heed")
    unresolved: tuple[str, ...] = Field(default=(), description="what could not be told, and why")
