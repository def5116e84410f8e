"""The frontend plugin: one worker."""

from __future__ import annotations

from collections.abc import Iterable

from hivemind import WorkerSpec, hookimpl


@hookimpl
def hivemind_workers() -> Iterable[WorkerSpec]:
    """Give the frontend worker."""
    yield WorkerSpec(
        name="frontend-worker",
        role="frontend",
        description=(
            "Describes and plans the browser side: components, state, routes, the API calls that they make held "
            "against the backend's endpoints, accessibility, and a performance budget from measured sizes."
        ),
        capabilities=(
            "component_design",
            "state_management",
            "client_routing",
            "api_contract_alignment",
            "accessibility_review",
            "frontend_performance",
            "ui_implementation",
        ),
        priority="medium",
        color="blue",
        after=("architect", "backend"),
        output_type="hivemind_frontend.models:FrontendOutput",
        agent="hivemind_frontend.agent:build",
        toolsets=("hivemind_facts.tools:toolset",),
        rules="hivemind_frontend.rules:rules",
        notes="hivemind_frontend.notes:render",
    )
