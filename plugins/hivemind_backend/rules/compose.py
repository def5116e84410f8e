"""Puts the backend's parts together: the repository as it is, and a draft where the task asks for a resource."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from hivemind_backend.conventions import Conventions, conventions_of
from hivemind_backend.drafting import Draft, draft
from hivemind_backend.facts import NO_FACTS, facts_of, place
from hivemind_backend.models import BackendOutput, Documentation
from hivemind_backend.openapi import openapi_document
from hivemind_backend.requirements import Requirement, gather
from hivemind_backend.resource import Request, Unclear, resource_of
from hivemind_backend.rules.findings import findings
from hivemind_backend.rules.inventory import inventory
from hivemind_backend.rules.performance import performance
from hivemind_backend.rules.security import security
from hivemind_backend.rules.structure import component_diagram, integrations, services
from hivemind_backend.tables import er_diagram, table_model

if TYPE_CHECKING:
    from hivemind_facts.models import Facts

    from hivemind import Context, Task

MAX_ACTIONS = 10


def rules(task: Task, context: Context) -> BackendOutput:
    """Say what the facts say of the backend, and draft the resource that the task asks for.

    Args:
        task: What the user asks for.
        context: The facts and what earlier workers left.
    """
    request = resource_of(task.text)
    facts = facts_of(context)
    if facts is None:
        return BackendOutput(summary=_without_facts(request), unresolved=(NO_FACTS,), next_actions=(_UNBLOCK,))
    conventions = conventions_of(facts, task.repo, task.text)
    drafted = _draft(request, conventions, task.repo)
    offered = drafted.endpoints if drafted else ()
    endpoints = (*offered, *inventory(facts))
    tables = tuple(table_model(one) for one in facts.tables)
    if drafted and drafted.table is not None:
        tables = (drafted.table, *tables)
    title = (
        next((one.name for one in facts.stack.manifests if one.name and not one.lock), "") or PurePath(task.repo).name
    )
    return BackendOutput(
        summary=_summary(facts, request, drafted),
        findings=findings(facts),
        files=drafted.files if drafted else (),
        next_actions=_next_actions(facts, context, request, drafted),
        api_endpoints=endpoints,
        data_model=tables,
        database_changes=drafted.changes if drafted else (),
        services=services(facts),
        integration_points=integrations(facts),
        performance_optimizations=performance(facts),
        security_measures=security(facts),
        documentation=Documentation(
            openapi=openapi_document(endpoints, title),
            er_diagram=er_diagram(tables),
            component_diagram=component_diagram(facts),
            guide=_guide(drafted, conventions),
        ),
        unresolved=tuple(f"{one.what}: {one.reason} ({place(one.file, one.line)})" for one in facts.unresolved),
    )


_UNBLOCK = "run again with the facts plugin, or choose a model with --model"


def _draft(request: Request | Unclear, conventions: Conventions, repo: str) -> Draft | None:
    return draft(request, conventions, repo) if isinstance(request, Request) and _grounded(conventions) else None


def _grounded(conventions: Conventions) -> bool:
    """Whether there is anything whose conventions a draft could follow."""
    return bool(conventions.endpoints or conventions.tables)


def _without_facts(request: Request | Unclear) -> str:
    if isinstance(request, Request):
        return f"{NO_FACTS} {' '.join(request.words)!r} was not drafted: its conventions are not known."
    return f"{NO_FACTS} Nothing was drafted: {request.reason}."


def _summary(facts: Facts, request: Request | Unclear, drafted: Draft | None) -> str:
    if not (facts.endpoints or facts.tables or facts.graphql):
        said = ["No endpoint and no table was found in this repository."]
    else:
        said = [_counts(facts)]
    if facts.findings:
        urgent = sum(one.severity in ("critical", "high") and not one.possible for one in facts.findings)
        said.append(f"{_many(len(facts.findings), 'finding')}, {urgent} of them critical or high.")
    if drafted is not None:
        said.append(drafted.said())
    elif isinstance(request, Unclear):
        said.append(f"Nothing was drafted: {request.reason}.")
    else:
        name = " ".join(request.words)
        said.append(f"{name!r} was not drafted: there is no endpoint or table here whose conventions it could follow.")
    if facts.unresolved:
        said.append(f"{_many(len(facts.unresolved), 'thing')} could not be resolved; see 'Not resolved'.")
    return " ".join(said)


def _counts(facts: Facts) -> str:
    auth = {
        kind: sum(one.auth == kind for one in facts.endpoints) for kind in ("required", "optional", "none", "unknown")
    }
    told = ", ".join(f"{number} {_AUTH[kind]}" for kind, number in auth.items() if number)
    parts = [f"{_many(len(facts.endpoints), 'endpoint')}{f' ({told})' if told else ''}"]
    if facts.graphql:
        parts.append(_many(len(facts.graphql), "GraphQL operation"))
    parts.append(_many(len(facts.tables), "table"))
    keys = sum(len(one.foreign_keys) for one in facts.tables)
    bare = sum(not key.indexed for one in facts.tables for key in one.foreign_keys)
    parts.append(f"{_many(keys, 'foreign key')}{f', {bare} without an index' if bare else ''}")
    return f"The repository offers {'; '.join(parts)}."


_AUTH = {
    "required": "behind authentication",
    "optional": "with optional authentication",
    "none": "open",
    "unknown": "of unknown access",
}


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _next_actions(facts: Facts, context: Context, request: Request | Unclear, drafted: Draft | None) -> tuple[str, ...]:
    actions: list[str] = []
    if drafted is not None and (drafted.endpoints or drafted.changes):
        actions.append(f"review the draft of {drafted.name!r} before use: {'; '.join(drafted.notes)}".rstrip(": "))
    elif drafted is not None:
        actions += list(drafted.notes)
    elif isinstance(request, Unclear):
        actions.append(
            "name the resource to have it drafted, for example 'Add an invoices API', or choose a model with --model"
        )
    actions += [
        f"{one.id}: {one.remedy} ({one.location})"
        for one in findings(facts)
        if one.severity in ("critical", "high", "medium") and not one.possible and one.remedy
    ][:MAX_ACTIONS]
    asked = gather(context.upstream)
    if asked:
        actions.append(f"check the change against {_many(len(asked), 'requirement')} of {_sources(asked)}")
    return tuple(actions)


def _sources(asked: list[Requirement]) -> str:
    return ", ".join(sorted({one.source for one in asked}))


def _guide(drafted: Draft | None, conventions: Conventions) -> str:
    if not _grounded(conventions):
        return ""
    parts = ["### Conventions of this repository", conventions.told()]
    if drafted is not None and drafted.guide:
        parts += [
            f"### How to add {drafted.name}",
            "\n".join(f"{n}. {step}" for n, step in enumerate(drafted.guide, 1)),
        ]
    if drafted is not None and drafted.notes:
        parts += ["### To be decided", "\n".join(f"- {note}" for note in drafted.notes)]
    return "\n\n".join(parts)
