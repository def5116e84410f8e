"""What earlier workers require of the backend, read from their typed outputs, as one numbered list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from hivemind import ContextFragment, Upstream

MAX_LISTED = 40
_URGENT = ("critical", "high")


class Requirement(BaseModel):
    """One thing that an earlier worker asks of the backend."""

    model_config = ConfigDict(frozen=True)

    source: str
    text: str


def _rows(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        yield from value


def _said(item: Any) -> str:
    """A requirement as one line, from a text or a typed record."""
    if isinstance(item, Mapping):
        head = item.get("id") or item.get("name") or ""
        told = [str(item[key]) for key in _TELLING if item.get(key) not in (None, "", [], ())]
        return " ".join(" - ".join(part for part in (str(head), "; ".join(told)) if part).split())
    return " ".join(str(item).split())


_TELLING = (
    "title",
    "requirement",
    "target",
    "limit",
    "risk",
    "decision",
    "measure",
    "remedy",
    "mitigation",
    "location",
)


def gather(upstream: Iterable[Upstream]) -> list[Requirement]:
    """Collect what architect and analyzer ask for: explicit requirements, decisions, limits, urgent findings."""
    found: list[Requirement] = []
    for one in upstream:
        if one.output is None:
            continue
        items: list[Any] = []
        for field in ("backend_requirements", "performance_requirements", "decisions", "scalability_limits"):
            items += _rows(one.output.get(field))
        items += [
            item
            for item in _rows(one.output.get("findings"))
            if isinstance(item, Mapping) and item.get("severity") in _URGENT and not item.get("possible")
        ]
        found += [Requirement(source=one.worker, text=said) for item in items if (said := _said(item))]
    return list({(one.source, one.text): one for one in found}.values())


def fragments(upstream: Iterable[Upstream]) -> Sequence[ContextFragment]:
    """The requirements as a fragment of the backend's context; none if nobody asks for anything."""
    found = gather(upstream)
    if not found:
        return ()
    lines = [f"R{number}. {one.text} ({one.source})" for number, one in enumerate(found[:MAX_LISTED], 1)]
    return (
        ContextFragment(
            name="requirements",
            title="What earlier workers require of the backend",
            text="\n".join(lines),
            order=60,
            omitted=max(len(found) - MAX_LISTED, 0),
            data=tuple(found),
        ),
    )
