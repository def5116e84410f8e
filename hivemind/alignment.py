"""Contract alignment: the calls that one worker plans, held against the endpoints that the other offers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

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

_PARAMETER = re.compile(r"\{[^}]*\}")
Kind = Literal["matched", "missing", "unused", "method_mismatch", "field_mismatch"]


class Match(Frozen):
    """One line of an alignment: a call, an endpoint, and how they fit."""

    kind: Kind
    call: str | None = None
    endpoint: str | None = None
    location: str | None = None
    detail: str = ""


class Alignment(WorkerOutput):
    """How the calls of one side fit the endpoints of the other."""

    offers: str = ""
    calls: str = ""
    matches: tuple[Match, ...] = ()


def shape(path: str) -> str:
    """A path with its parameters' names dropped, without query and trailing slash."""
    bare = path.split("?", 1)[0].rstrip("/") or "/"
    return _PARAMETER.sub("{}", bare)


def align(offers: Sequence[EndpointContract], calls: Sequence[CallContract]) -> list[Match]:
    """Hold calls against endpoints: method, path with parameters, request and response fields."""
    by_path: dict[str, list[EndpointContract]] = {}
    for offer in offers:
        by_path.setdefault(shape(offer.path), []).append(offer)
    used: set[int] = set()
    matches: list[Match] = []
    for call in calls:
        said = f"{call.method} {call.path}"
        candidates = by_path.get(shape(call.path)) or _answering(call.path, by_path)
        exact = [one for one in candidates if one.method in (call.method, "ANY") or call.method in ("ANY", "UNKNOWN")]
        if not candidates:
            matches.append(Match(kind="missing", call=said, location=call.location, detail="no endpoint has this path"))
        elif not exact:
            offered = ", ".join(sorted(one.method for one in candidates))
            matches.append(
                Match(
                    kind="method_mismatch",
                    call=said,
                    endpoint=f"{offered} {candidates[0].path}",
                    location=call.location,
                    detail=f"the path is offered for {offered} only",
                )
            )
            used.update(id(one) for one in candidates)
        else:
            used.update(id(one) for one in exact)
            detail = _fields(call, exact[0])
            matches.append(
                Match(
                    kind="field_mismatch" if detail else "matched",
                    call=said,
                    endpoint=f"{exact[0].method} {exact[0].path}",
                    location=call.location,
                    detail=detail,
                )
            )
    matches.extend(
        Match(kind="unused", endpoint=f"{offer.method} {offer.path}", detail="nobody calls it")
        for offer in offers
        if id(offer) not in used
    )
    return matches


def _answering(path: str, by_path: Mapping[str, list[EndpointContract]]) -> list[EndpointContract]:
    """The endpoints with a parameter where the call has a fixed word: `/users/me` is answered by `/users/{id}`."""
    parts = shape(path).split("/")
    found = [
        (offered.count("{}"), candidates)
        for offered, candidates in by_path.items()
        if _answers(offered.split("/"), parts)
    ]
    fewest = min((count for count, _ in found), default=0)
    return [one for count, candidates in found if count == fewest for one in candidates]


def _answers(offered: Sequence[str], called: Sequence[str]) -> bool:
    return len(offered) == len(called) and all(
        theirs in (mine, "{}") for mine, theirs in zip(called, offered, strict=True)
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


_SAID: Mapping[Kind, tuple[Literal["high", "medium", "low"], str, str]] = {
    "missing": ("high", "a call without an endpoint", "offer the endpoint, or take the call out"),
    "method_mismatch": ("high", "a call with another method than the endpoint's", "use the same method on both sides"),
    "field_mismatch": ("medium", "fields that do not fit", "name the fields alike on both sides"),
    "unused": ("low", "an endpoint that nobody calls", "call it, or say who else does"),
}


def findings_of(matches: Sequence[Match], calls: str, offers: str) -> tuple[Finding, ...]:
    """Turn what does not fit into findings that name both sides."""
    found: list[Finding] = []
    for match in matches:
        if match.kind == "matched":
            continue
        severity, title, remedy = _SAID[match.kind]
        both = " / ".join(
            part
            for part in (
                f"{calls}: {match.call or 'no call'}" if calls else "",
                f"{offers}: {match.endpoint or 'no such endpoint'}" if offers else "",
            )
            if part
        )
        found.append(
            Finding(
                id=f"AL-{len(found) + 1:03d}",
                severity=severity,
                title=f"{title}: {match.call or match.endpoint}",
                detail=match.detail,
                location=match.location,
                evidence=both,
                remedy=remedy,
            )
        )
    return tuple(found)


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


async def run_check(session: SessionFolder, check: Check) -> WorkerResult:
    """Do one check node: compare two workers' outputs and record what does not fit as findings."""
    started = time.monotonic()
    try:
        left, right = typed_output(session, check.left), typed_output(session, check.right)
        alignment = compare(check, left, right)
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
        counts[match.kind] = counts.get(match.kind, 0) + 1
    said = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(counts.items()))
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
