"""The analyzer plugin: one worker."""

from __future__ import annotations

from collections.abc import Iterable

from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers() -> Iterable[WorkerSpec]:
    """Give the analyzer worker."""
    yield WorkerSpec(
        name="analyzer-worker",
        role="analyzer",
        description=(
            "Analyses a repository: security findings, performance issues, code quality, hot spots and test presence, "
            "and the performance requirements that the backend must hold to."
        ),
        capabilities=(
            "security_analysis",
            "performance_analysis",
            "code_quality_assessment",
            "hot_spot_detection",
            "test_presence_analysis",
            "dependency_analysis",
            "performance_requirements",
        ),
        priority="high",
        color="yellow",
        output_type="hivemind_analyzer.models:AnalyzerOutput",
        agent="hivemind_analyzer.agent:build",
        toolsets=("hivemind_facts.tools:toolset",),
        rules="hivemind_analyzer.rules:rules",
        notes="hivemind_analyzer.notes:render",
    )
