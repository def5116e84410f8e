"""Puts the frontend worker's result together from files, facts and the backend's output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hivemind import path_shape
from hivemind_frontend.models import ApiCall, FrontendOutput
from hivemind_frontend.rules.contract import Offered, contract
from hivemind_frontend.rules.draft import Drafted, body_fields, draft
from hivemind_frontend.rules.findings import findings
from hivemind_frontend.rules.inventory import take
from hivemind_frontend.rules.reading import NO_FACTS, backend_endpoints, facts_of, place

if TYPE_CHECKING:
    from hivemind_facts.models import Facts

    from hivemind import Context, Task
    from hivemind_frontend.models import ContractLine
    from hivemind_frontend.rules.inventory import Inventory

_SHOWN = 20


def describe(task: Task, context: Context) -> FrontendOutput:
    """Describe the front end, and plan what the backend's new endpoints need of it."""
    facts = facts_of(context)
    drafted = [one for one in backend_endpoints(context) or () if one.get("status") == "new"]
    read = take(Path(task.repo), [call.file for call in facts.calls] if facts is not None else [])
    if not read.roots:
        return _none(facts, drafted, read)
    calls = _calls(facts, read)
    offers = _offers(facts, context)
    root = max(
        read.roots, key=lambda one: (sum((call.location or "").startswith(one.prefix) for call in calls), one.path)
    )
    plan = draft(drafted, root, read.components, read.routes)
    lines = contract([*calls, *plan.calls], offers, _unsure(facts))
    broken = findings(lines, read.accessibility, _unsure(facts))
    return FrontendOutput(
        summary=_summary(read, calls, lines, plan, facts),
        findings=broken,
        present=True,
        frameworks=tuple(dict.fromkeys(name for one in read.roots for name in one.frameworks)),
        roots=tuple(one.name for one in read.roots),
        components=(*read.components, *plan.components),
        state=(*read.state, *plan.state),
        routes=(*read.routes, *plan.routes),
        api_calls=(*calls, *plan.calls),
        contract=tuple(lines),
        accessibility=tuple(read.accessibility),
        performance_budget=tuple(read.budgets),
        next_actions=tuple(_actions(broken, plan)),
        unresolved=tuple(_unresolved(facts, read, offers)),
    )


def _none(facts: Facts | None, drafted: Sequence[Mapping[str, Any]], read: Inventory) -> FrontendOutput:
    said = "This repository has no front end: no browser framework in a manifest, no page, no browser call."
    actions = []
    if drafted:
        said += f" Nothing is planned for the {len(drafted)} new endpoints of the backend."
        actions = ["tell the clients outside this repository of the new endpoints"]
    unresolved = [*read.left_out, *((NO_FACTS,) if facts is None else ())]
    return FrontendOutput(summary=said, present=False, next_actions=tuple(actions), unresolved=tuple(unresolved))


def _calls(facts: Facts | None, read: Inventory) -> list[ApiCall]:
    if facts is None:
        return []
    by_file: dict[str, list[tuple[int, str]]] = {}
    for one in read.components:
        file, _, line = (one.location or "").rpartition(":")
        by_file.setdefault(file or line, []).append((int(line) if file else 0, one.name))
    return [
        ApiCall(
            method=call.method,
            path=call.path,
            request_fields=call.fields or None,
            response_fields=call.response_fields or None,
            component=_around(by_file.get(call.file, []), call.line),
            client=call.client,
            location=place(call.file, call.line),
        )
        for call in facts.calls
    ]


def _around(components: Sequence[tuple[int, str]], line: int) -> str:
    """The component whose declaration comes last before a line."""
    before = [one for one in components if one[0] <= line]
    return max(before)[1] if before else ""


def _offers(facts: Facts | None, context: Context) -> list[Offered]:
    """The backend's endpoints as its worker states them, and those of the facts that it does not name."""
    stated = [
        Offered(
            method=str(one["method"]).upper(),
            path=str(one["path"]),
            location=one.get("location"),
            fields=frozenset(fields) if (fields := body_fields(one.get("request_schema"))) else None,
        )
        for one in backend_endpoints(context) or ()
    ]
    known = {(one.method, path_shape(one.path)) for one in stated}
    read = facts.endpoints if facts is not None else ()
    return stated + [
        Offered(one.method, one.path, place(one.file, one.line))
        for one in read
        if (one.method, path_shape(one.path)) not in known
    ]


def _unsure(facts: Facts | None) -> str:
    """Why the endpoints may not all be known."""
    if facts is None:
        return "Without repository facts, the endpoints may not all be known."
    open_ends = sum(one.what in ("mount", "prefix", "route", "parse") for one in facts.unresolved)
    if not open_ends:
        return ""
    ends = "place of the code" if open_ends == 1 else "places of the code"
    return f"{open_ends} {ends} could not be resolved, so the endpoints may not all be known."


def _summary(
    read: Inventory, calls: Sequence[ApiCall], lines: Sequence[ContractLine], plan: Drafted, facts: Facts | None
) -> str:
    where = ", ".join(f"{one.name} ({', '.join(one.frameworks) or 'plain pages'})" for one in read.roots[:5])
    parts = [f"Front end in {where}: {_count(read.components, 'component')}, {_count(read.routes, 'route')}."]
    if facts is None:
        parts.append(f"Its calls are not known: {NO_FACTS}.")
    elif not calls:
        parts.append("No call to a backend could be read.")
    else:
        counts = {kind: sum(one.kind == kind for one in lines) for kind in ("missing_endpoint", "method_mismatch")}
        unused = sum(one.kind == "unused_endpoint" for one in lines)
        parts.append(
            f"{_count(calls, 'call')} to the backend: {counts['missing_endpoint']} without an endpoint, "
            f"{counts['method_mismatch']} with another method than offered. Endpoints that nobody calls: {unused}."
        )
    if read.accessibility:
        parts.append(f"{_count(read.accessibility, 'accessibility barrier')}.")
    if plan.calls:
        parts.append(
            f"Drafted for new endpoints: {_count(plan.calls, 'call')}, {_count(plan.components, 'component')}, "
            f"{_count(plan.routes, 'route')} (review before use)."
        )
    return " ".join(parts)


def _count(things: Sequence[object], what: str) -> str:
    return f"{len(things)} {what}" if len(things) == 1 else f"{len(things)} {what}s"


def _actions(broken: Sequence[Any], plan: Drafted) -> list[str]:
    actions = [f"{one.id}, {one.location}: {one.remedy}" for one in broken if one.severity != "info"][:5]
    if plan.components:
        names = ", ".join(one.name for one in plan.components)
        actions.append(f"review the drafted components ({names}) and write them against the backend's draft")
    return actions


def _unresolved(facts: Facts | None, read: Inventory, offers: Sequence[Offered]) -> list[str]:
    said = list(read.left_out)
    if facts is None:
        return [NO_FACTS, *said]
    if not facts.calls:
        said.append("no call of the front end could be read")
    if not offers:
        said.append("no endpoint of a backend is known: the calls could not be held against anything")
    calls = [one for one in facts.unresolved if one.what == "call"]
    said += [f"call at {place(one.file, one.line)}: {one.reason}" for one in calls[:_SHOWN]]
    if len(calls) > _SHOWN:
        said.append(f"{len(calls) - _SHOWN} more calls that could not be resolved")
    if not read.routes:
        said.append("no route definition could be read with certainty")
    return said
