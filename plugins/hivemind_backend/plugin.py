"""The backend plugin: its worker and its hooks, thin."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import TYPE_CHECKING

from hivemind import WorkerSpec, hookimpl

if TYPE_CHECKING:
    from hivemind import Artifact, Context, ContextFragment, Finding, Runtime, SessionView, WorkerOutput

NAME = "backend-worker"
WORKER = WorkerSpec(
    name=NAME,
    role="backend",
    description=(
        "Specializes in backend system analysis, API development, database optimization, service architecture, and "
        "performance improvements across all technology stacks."
    ),
    capabilities=(
        "api_development",
        "database_design",
        "service_implementation",
        "integration_development",
        "performance_optimization",
        "architecture_analysis",
        "system_optimization",
        "scalability_assessment",
    ),
    priority="high",
    color="green",
    after=("architect", "analyzer"),
    aligns_with=("frontend",),
    output_type="hivemind_backend.models:BackendOutput",
    agent="hivemind_backend.agent:build",
    toolsets=("hivemind_facts.tools:toolset",),
    rules="hivemind_backend.rules:rules",
    notes="hivemind_backend.notes:render",
)


@hookimpl
def hivemind_workers() -> Iterable[WorkerSpec]:
    """Give the backend worker."""
    yield WORKER


@hookimpl
def hivemind_load_context(worker: WorkerSpec, session: SessionView) -> Sequence[ContextFragment]:
    """Give what earlier workers require of the backend, one numbered line each."""
    if worker.name != NAME:
        return ()
    from hivemind_backend.requirements import fragments

    return fragments(session.upstream(NAME))


@hookimpl
def hivemind_execute(worker: WorkerSpec, context: Context, runtime: Runtime) -> Awaitable[WorkerOutput] | None:
    """Run the agent with the repository's conventions at hand; rules are left to the core."""
    if worker.name != NAME or runtime.model == "embedded":
        return None
    from hivemind_backend.execution import execute

    return execute(context, runtime)


@hookimpl
def hivemind_verify(output: WorkerOutput) -> Iterable[Finding]:
    """Check the database changes and the OpenAPI document of a backend result; runs in a thread."""
    from hivemind_backend.models import BackendOutput

    if not isinstance(output, BackendOutput):
        return ()
    from hivemind_backend.checks import check

    return check(output)


@hookimpl
def hivemind_publish(worker: WorkerSpec, output: WorkerOutput, session: SessionView) -> Sequence[Artifact]:
    """Publish the OpenAPI document, the schema's statements and the diagrams as files."""
    from hivemind_backend.models import BackendOutput

    if not isinstance(output, BackendOutput):
        return ()
    from hivemind_backend.publication import publish

    return publish(worker.name, output, session)
