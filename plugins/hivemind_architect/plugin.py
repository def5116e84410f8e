"""The architect plugin: one worker."""

from __future__ import annotations

from collections.abc import Iterable

from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers() -> Iterable[WorkerSpec]:
    """Give the architect worker."""
    yield WorkerSpec(
        name="architect-worker",
        role="architect",
        description=(
            "Describes and judges how a system is built: components, layers, dependency cycles, patterns, scalability "
            "limits and risks, with decisions, a roadmap and scores that say why."
        ),
        capabilities=(
            "system_design",
            "component_mapping",
            "dependency_analysis",
            "pattern_recognition",
            "scalability_planning",
            "technical_roadmap",
        ),
        priority="high",
        color="purple",
        output_type="hivemind_architect.models:ArchitectOutput",
        agent="hivemind_architect.agent:build",
        toolsets=("hivemind_facts.tools:toolset",),
        rules="hivemind_architect.rules:rules",
        notes="hivemind_architect.notes:render",
    )
