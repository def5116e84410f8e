"""Contract alignment: the calls that one worker plans, held against the endpoints that the other offers."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, Literal, cast

from pydantic import Field

from hivemind.contracts import MISMATCHES, EndpointIndex, Reached, is_external
from hivemind.errors import HivemindError
from hivemind.events import WorkerFinishedDetails
from hivemind.execution import WorkerResult, ended
from hivemind.imports import load
from hivemind.models import (
    CallContract,
    Check,
    EndpointContract,
    Finding,
    Frozen,
    Provenance,
    WorkerOutput,
)
from hivemind.projections import artifacts_of
from hivemind.session.folder import SessionFolder

Kind = Literal["matched", "missing", "unused", "method_mismatch", "field_mismatch"]
_SHOWN = 12


class Match(Frozen):
    """One line of an alignment: a call, an endpoint, how they fit, and what mends it."""

    kind: Kind
    call: str | None = Field(default=None, description="method and path; None where nobody calls")
    endpoint: str | None = Field(default=None, description="method and path; None where there is none")
    location: str | None = Field(default=None, description="where the call is")
    endpoint_location: str | None = None
    detail: str = ""
    remedy: str = ""
    possible: bool = Field(default=False, description="not sure; the detail says why")


class Alignment(WorkerOutput):
    """How the calls of one side fit the endpoints of the other."""

    offers: str = ""
    calls: str = ""
    matches: tuple[Match, ...] = ()
    revision: str = Field(default="", description="what became of the request to mend it; '' where none was made")


def align(offers: Sequence[EndpointContract], calls: Sequence[CallContract]) -> list[Match]:
    """Hold calls against endpoints: method, path with parameters, request and response fields."""
    index = EndpointIndex([(one.method, one.path) for one in offers])
    used: set[int] = set()
    matches: list[Match] = []
    for call in calls:
        if is_external(call.path):
            continue
        reached = index.reach(call.method, call.path)
        used.update(reached.by_method or reached.by_path)
        matches.append(_match(call, offers, reached))
    matches.extend(
        Match(
            kind="unused",
            endpoint=f"{offer.method} {offer.path}",
            endpoint_location=offer.location,
            detail="nobody calls it",
            remedy=MISMATCHES["unused"].remedy,
            possible=True,
        )
        for number, offer in enumerate(offers)
        if number not in used
    )
    return matches


def _match(call: CallContract, offers: Sequence[EndpointContract], reached: Reached) -> Match:
    kind: Kind
    doubt, detail = reached.doubt, ""
    near = [offers[one] for one in reached.by_path]
    fitting = [offers[one] for one in reached.by_method]
    endpoint = fitting[0] if fitting else near[0] if near else None
    said = f"{endpoint.method} {endpoint.path}" if endpoint is not None else None
    if not near:
        kind, detail, doubt = "missing", "no endpoint has this path", call.doubt
    elif not fitting:
        offered = ", ".join(sorted({one.method for one in near}))
        kind, detail, said = "method_mismatch", f"the path is offered for {offered} only", f"{offered} {near[0].path}"
        doubt = doubt or call.doubt
    else:
        detail = _fields(call, fitting[0])
        kind = "field_mismatch" if detail else "matched"
    return Match(
        kind=kind,
        call=f"{call.method} {call.path}",
        endpoint=said,
        location=call.location,
        endpoint_location=endpoint.location if endpoint is not None else None,
        detail="; ".join(part for part in (detail, doubt) if part),
        remedy="" if kind == "matched" else MISMATCHES[kind].remedy,
        possible=bool(doubt),
    )


def _fields(call: CallContract, offer: EndpointContract) -> str:
    """Say which fields do not fit; sides that state no fields are not compared."""
    problems = []
    if call.request_fields is not None and offer.request_fields is not None:
        extra = sorted(set(call.request_fields) - set(offer.request_fields))
        if extra:
            problems.append(f"sends {', '.join(extra)}, which the endpoint does not take")
    if call.response_fields is not None and offer.response_fields is not None:
        missing = sorted(set(call.response_fields) - set(offer.response_fields))
        if missing:
            problems.append(f"reads {', '.join(missing)}, which the endpoint does not give")
    return "; ".join(problems)


def findings_of(matches: Sequence[Match], calls: str, offers: str) -> tuple[Finding, ...]:
    """Turn what does not fit into findings that name both sides; the same call at several places is one."""
    grouped: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        if match.kind != "matched":
            grouped.setdefault((match.kind, match.call or ""), []).append(match)
    return tuple(_finding(f"AL-{number:03d}", group, calls, offers) for number, group in enumerate(grouped.values(), 1))


def _finding(name: str, group: Sequence[Match], calls: str, offers: str) -> Finding:
    first = group[0]
    assert first.kind != "matched"
    words = MISMATCHES[first.kind]
    called = ", ".join(one.location for one in group[:_SHOWN] if one.location)
    listed = "; ".join(_placed(one.endpoint or "", one.endpoint_location) for one in group[:_SHOWN] if one.endpoint)
    more = f" and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
    ours = f"{calls or 'one side'}: {_placed(first.call, called + more) if first.call else 'no call'}"
    theirs = f"{offers or 'the other side'}: {f'{listed}{more}' if first.endpoint else 'no such endpoint'}"
    if first.call:
        theirs = f"{offers or 'the other side'}: " + (
            _placed(first.endpoint, first.endpoint_location) if first.endpoint else "no such endpoint"
        )
    sure = words.severity if not first.possible or words.severity != "high" else "medium"
    return Finding(
        id=name,
        severity=sure,
        title=words.title.format(call=first.call),
        detail=first.detail,
        location=first.location or first.endpoint_location,
        evidence=f"{ours} / {theirs}",
        remedy=words.remedy,
        possible=first.possible,
    )


def _placed(what: str, where: str | None) -> str:
    return f"{what} ({where})" if where else what


def typed_output(session: SessionFolder, worker: str) -> WorkerOutput | None:
    """Read a finished worker's output as its own type."""
    data = session.output(worker)
    state = session.state.workers.get(worker)
    if data is None or state is None:
        return None
    kind = WorkerOutput
    if state.last.output_type:
        kind = cast("type[WorkerOutput]", load(state.last.output_type, f"output type of worker {worker!r}"))
    return kind.model_validate(data)


async def run_check(session: SessionFolder, check: Check, revision: str = "") -> WorkerResult:
    """Do one check node: compare two workers' outputs and record what does not fit as findings.

    Args:
        session: Where both outputs are.
        check: Whose.
        revision: What became of the request to mend an earlier comparison.
    """
    started = time.monotonic()
    try:
        left, right = typed_output(session, check.left), typed_output(session, check.right)
        alignment = compare(check, left, right)
        if revision:
            told = {"revision": revision, "summary": f"{alignment.summary} Before, {revision}."}
            alignment = alignment.model_copy(update=told)
    except (HivemindError, ValueError) as error:
        details = WorkerFinishedDetails(
            status="failed", duration_s=round(time.monotonic() - started, 6), error=f"could not compare: {error}"
        )
        return WorkerResult(check.name, ended(check.name, "failed", details), "failed")
    data: dict[str, Any] = json.loads(session.redactor.text(alignment.model_dump_json()))
    path = session.layout.relative(
        session.layout.json(f"alignment-{session.slug(check.left)}-{session.slug(check.right)}")
    )
    files = {path: ("output", (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode())}
    details = WorkerFinishedDetails(
        status="completed",
        duration_s=round(time.monotonic() - started, 6),
        summary=alignment.summary,
        output=data,
        output_type="hivemind.alignment:Alignment",
        artifacts=artifacts_of(check.name, files),
    )
    return WorkerResult(check.name, ended(check.name, "completed", details), "completed", alignment, files)


def compare(check: Check, left: WorkerOutput | None, right: WorkerOutput | None) -> Alignment:
    """Compare two outputs: whichever side offers endpoints against whichever plans calls."""
    sides = [(check.left, left), (check.right, right)]
    offering = [(name, one.offered_endpoints()) for name, one in sides if one is not None and one.offered_endpoints()]
    calling = [(name, one.planned_calls()) for name, one in sides if one is not None and one.planned_calls()]
    who_offers = offering[0][0] if offering else ""
    who_calls = calling[0][0] if calling else ""
    matches = align(offering[0][1] if offering else (), calling[0][1] if calling else ())
    counts: dict[str, int] = {}
    for match in matches:
        kind = match.kind.replace("_", " ") + (" (possible)" if match.possible and match.kind != "unused" else "")
        counts[kind] = counts.get(kind, 0) + 1
    said = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
    return Alignment(
        summary=f"Calls against endpoints: {said}." if said else "Neither side states endpoints or calls.",
        offers=who_offers,
        calls=who_calls,
        matches=tuple(matches),
        findings=findings_of(matches, who_calls, who_offers),
        provenance=Provenance(
            model="none", model_asked=False, statement="Compared by rule from both typed outputs; no model was asked."
        ),
    )
