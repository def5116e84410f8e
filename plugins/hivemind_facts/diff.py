"""What changed between two states of a repository: endpoints, tables and findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from hivemind_facts import lines
from hivemind_facts.models import SCHEMA_VERSION, Endpoint, Fact, Facts, RuleFinding, Severity, Table
from hivemind_facts.order import SEVERITIES

FactT = TypeVar("FactT", bound=Fact)


class Change(BaseModel, Generic[FactT]):
    """One fact before and after, and the fields that differ."""

    before: FactT
    after: FactT
    fields: tuple[str, ...]


class Changes(BaseModel, Generic[FactT]):
    """The facts of one kind that came, went or changed."""

    added: tuple[FactT, ...] = ()
    removed: tuple[FactT, ...] = ()
    changed: tuple[Change[FactT], ...] = ()


class FactsDiff(BaseModel):
    """The document that `hivemind facts diff --format json` prints."""

    schema_version: int = SCHEMA_VERSION
    before: str
    after: str
    endpoints: Changes[Endpoint]
    tables: Changes[Table]
    findings: Changes[RuleFinding]


def compare(old: Facts, new: Facts, before: str, after: str) -> FactsDiff:
    """Compare two states of a repository; a fact that only moved to another line is not a change."""
    return FactsDiff(
        before=before,
        after=after,
        endpoints=Changes[Endpoint](**_changes(old.endpoints, new.endpoints, _endpoint_key, _PLACES)),
        tables=Changes[Table](**_changes(old.tables, new.tables, _table_key, _PLACES)),
        findings=Changes[RuleFinding](**_changes(old.findings, new.findings, _finding_key, (*_PLACES, "evidence"))),
    )


_PLACES = ("file", "line", "auth_evidence")
"""Not what a fact says, but where."""


def _endpoint_key(one: Endpoint) -> tuple[str, ...]:
    return one.service, one.method, one.path


def _table_key(one: Table) -> tuple[str, ...]:
    return one.service, one.name


def _finding_key(one: RuleFinding) -> tuple[str, ...]:
    return one.service, one.id


def _changes(
    old: Sequence[FactT], new: Sequence[FactT], key: Callable[[FactT], tuple[str, ...]], places: Sequence[str]
) -> dict[str, Any]:
    """Pairs by key, in order among those of the same key."""
    waiting: dict[tuple[str, ...], list[FactT]] = {}
    for one in old:
        waiting.setdefault(key(one), []).append(one)
    added: list[FactT] = []
    changed: list[dict[str, Any]] = []
    for one in new:
        same = waiting.get(key(one))
        if not same:
            added.append(one)
            continue
        was = same.pop(0)
        fields = tuple(name for name in type(one).model_fields if name not in places and _differs(was, one, name))
        if fields:
            changed.append({"before": was, "after": one, "fields": fields})
    gone = {id(one) for rest in waiting.values() for one in rest}
    return {"added": added, "removed": [one for one in old if id(one) in gone], "changed": changed}


def _differs(was: Fact, now: Fact, name: str) -> bool:
    return bool(getattr(was, name) != getattr(now, name))


def fails(diff: FactsDiff, severity: Severity) -> bool:
    """Whether there is a new finding of a severity or a graver one; one that got graver counts as new."""
    bound = SEVERITIES.index(severity)
    graver = [
        one.after
        for one in diff.findings.changed
        if SEVERITIES.index(one.after.severity) < SEVERITIES.index(one.before.severity)
    ]
    return any(SEVERITIES.index(one.severity) <= bound for one in (*diff.findings.added, *graver))


def as_text(diff: FactsDiff, markdown: bool = False) -> str:
    """The changes in lines: '+' came, '-' went, '~' changed."""
    parts = [f"## Facts of {diff.after} against {diff.before}" if markdown else f"{diff.before} -> {diff.after}"]
    groups: tuple[tuple[str, Changes[Any], Callable[[Any], str]], ...] = (
        ("Endpoints", diff.endpoints, lines.endpoint),
        ("Tables", diff.tables, lines.table),
        ("Findings", diff.findings, lines.finding),
    )
    for title, changes, say in groups:
        rows = [f"+ {say(one)}" for one in changes.added] + [f"- {say(one)}" for one in changes.removed]
        rows += [f"~ {say(one.after)} · was: {_was(one)}" for one in changes.changed]
        count = f"{title}: {len(changes.added)} added, {len(changes.removed)} removed, {len(changes.changed)} changed"
        if markdown:
            parts.append(f"### {count}" + "".join(f"\n- {_escaped(row)}" for row in rows))
        else:
            parts.append("\n".join([count, *(f"  {row}" for row in rows)]))
    return "\n\n".join(parts)


def _escaped(row: str) -> str:
    return f"**{row[0]}** {row[2:]}"


def _was(change: Change[Any]) -> str:
    said = []
    for name in change.fields:
        value = getattr(change.before, name)
        if isinstance(value, tuple):
            names = [str(getattr(one, "name", None) or getattr(one, "column", None) or one) for one in value]
            value = f"[{', '.join(names)}]"
        said.append(f"{name} {value if value not in (None, '') else '-'}")
    return "; ".join(said)
