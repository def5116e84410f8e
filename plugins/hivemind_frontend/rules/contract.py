"""Holds the calls of the front end against the endpoints of the backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind import EndpointIndex, is_external
from hivemind_frontend.models import ContractLine

if TYPE_CHECKING:
    from hivemind_frontend.models import ApiCall


@dataclass(frozen=True)
class Offered:
    """One endpoint to hold calls against."""

    method: str
    path: str
    location: str | None = None
    fields: frozenset[str] | None = None
    """What the body may hold; None where it is not known."""


def contract(calls: Sequence[ApiCall], offers: Sequence[Offered], unsure: str = "") -> list[ContractLine]:
    """Say how each call and each endpoint fits; nothing is said where no endpoint is known.

    Args:
        calls: Of the front end.
        offers: The endpoints.
        unsure: Why these may not be all; '' where they are.
    """
    lines: list[ContractLine] = []
    used: set[int] = set()
    index = EndpointIndex([(one.method, one.path) for one in offers])
    for call in calls:
        said = f"{call.method} {call.path}"
        if is_external(call.path):
            lines.append(ContractLine(kind="external", call=said, call_location=call.location))
            continue
        if not offers:
            continue
        reached = index.reach(call.method, call.path)
        used.update(reached.by_method or reached.by_path)
        near, fitting = [offers[one] for one in reached.by_path], [offers[one] for one in reached.by_method]
        lines.append(_line(call, said, near, fitting, reached.doubt if near else unsure))
    for number, one in enumerate(offers):
        if number not in used and calls:
            lines.append(
                ContractLine(
                    kind="unused_endpoint",
                    endpoint=f"{one.method} {one.path}",
                    endpoint_location=one.location,
                    detail="no call of the front end that could be read goes there",
                )
            )
    return lines


def _line(call: ApiCall, said: str, near: Sequence[Offered], fitting: Sequence[Offered], doubt: str) -> ContractLine:
    if not near:
        return ContractLine(
            kind="missing_endpoint",
            call=said,
            call_location=call.location,
            detail="no endpoint of the backend has this path" + (f"; {doubt}" if doubt else ""),
            possible=bool(doubt),
        )
    if not fitting:
        methods = ", ".join(sorted({one.method for one in near}))
        return ContractLine(
            kind="method_mismatch",
            call=said,
            endpoint=f"{methods} {near[0].path}",
            call_location=call.location,
            endpoint_location=near[0].location,
            detail=f"the path is offered for {methods} only" + (f"; {doubt}" if doubt else ""),
            possible=bool(doubt),
        )
    best = fitting[0]
    extra = sorted(set(call.request_fields or ()) - best.fields) if best.fields is not None else []
    detail = f"sends {', '.join(extra)}, which the endpoint does not name" if extra else doubt
    return ContractLine(
        kind="field_mismatch" if extra else "matched",
        call=said,
        endpoint=f"{best.method} {best.path}",
        call_location=call.location,
        endpoint_location=best.location,
        detail=detail,
        possible=bool(doubt) or bool(extra),
    )
