"""Holds the calls of the front end against the endpoints of the backend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind_frontend.models import ContractLine

if TYPE_CHECKING:
    from hivemind_frontend.models import ApiCall

_PARAMETER = re.compile(r"\{[^}]*\}|:\w+|\$\{[^}]*\}")
_ORIGIN = re.compile(r"^(?:https?:)?//([^/{]+)")
_LOCAL = re.compile(r"^(localhost|127\.|0\.0\.0\.0|\[::1\])")


@dataclass(frozen=True)
class Offered:
    """One endpoint to hold calls against."""

    method: str
    path: str
    location: str | None = None
    fields: frozenset[str] | None = None
    """What the body may hold; None where it is not known."""


def external(path: str) -> bool:
    """Whether a call goes to a host that is written in the code and is not this machine."""
    match = _ORIGIN.match(path)
    return match is not None and not _LOCAL.match(match.group(1))


def shape(path: str) -> tuple[str, ...]:
    """The segments of a path without origin, query and trailing slash; a segment with a parameter is '{}'."""
    bare = re.split(r"[?#]", _ORIGIN.sub("", path), maxsplit=1)[0].strip("/")
    return tuple("{}" if _PARAMETER.search(part) else part for part in bare.split("/")) if bare else ()


def contract(calls: Sequence[ApiCall], offers: Sequence[Offered]) -> list[ContractLine]:
    """Say how each call and each endpoint fits; nothing is said where no endpoint is known."""
    lines: list[ContractLine] = []
    used: set[int] = set()
    shapes = [shape(one.path) for one in offers]
    for call in calls:
        said = f"{call.method} {call.path}"
        if external(call.path):
            lines.append(ContractLine(kind="external", call=said, call_location=call.location))
            continue
        if not offers:
            continue
        numbers, doubt = _candidates(shape(call.path), shapes)
        fitting = [one for one in numbers if _method_fits(call.method, offers[one].method)]
        used.update(fitting or numbers)
        lines.append(_line(call, said, [offers[one] for one in numbers], [offers[one] for one in fitting], doubt))
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
        detail = "no endpoint of the backend has this path"
        return ContractLine(kind="missing_endpoint", call=said, call_location=call.location, detail=detail)
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


def _method_fits(called: str, offered: str) -> bool:
    return called in (offered, "UNKNOWN", "ANY") or offered == "ANY" or (called == "HEAD" and offered == "GET")


def _candidates(wanted: tuple[str, ...], shapes: Sequence[tuple[str, ...]]) -> tuple[list[int], str]:
    """The endpoints whose path a call's path may be: the nearest kind of fit, and what is doubtful about it."""
    exact = [number for number, one in enumerate(shapes) if one == wanted]
    if exact:
        return exact, ""
    same = [number for number, one in enumerate(shapes) if _fits(wanted, one, loose=False)]
    if same:
        return _most_literal(same, shapes), ""
    loose = [number for number, one in enumerate(shapes) if _fits(wanted, one, loose=True)]
    if loose:
        return loose, "a parameter of the call stands where the endpoint has a fixed word"
    if wanted and wanted[0] == "{}":
        tail = wanted[1:]
        found = [n for n, one in enumerate(shapes) if tail and len(one) >= len(tail) and _fits(tail, one[-len(tail) :])]
        return found, "the call begins with a base that is not constant" if found else ""
    longer = [n for n, one in enumerate(shapes) if wanted and len(one) > len(wanted) and one[-len(wanted) :] == wanted]
    if longer:
        return longer, "the endpoint has a prefix that the call does not show; the client may add it"
    for cut in (1, 2):
        shorter = [n for n, one in enumerate(shapes) if len(wanted) > cut and one and _fits(wanted[cut:], one)]
        if shorter:
            return shorter, f"fits without /{'/'.join(wanted[:cut])}, which a proxy may take away"
    return [], ""


def _fits(call: tuple[str, ...], offer: tuple[str, ...], *, loose: bool = False) -> bool:
    """Whether a call's segments may be an endpoint's: a parameter of the endpoint takes any word."""
    return len(call) == len(offer) and all(
        mine == theirs or theirs == "{}" or (loose and mine == "{}") for mine, theirs in zip(call, offer, strict=True)
    )


def _most_literal(numbers: list[int], shapes: Sequence[tuple[str, ...]]) -> list[int]:
    fewest = min(shapes[one].count("{}") for one in numbers)
    return [one for one in numbers if shapes[one].count("{}") == fewest]
