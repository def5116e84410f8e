"""What can be made faster, each with the place that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hivemind_backend.ddl import create_index, index_name
from hivemind_backend.facts import place
from hivemind_backend.models import PerformanceOptimization
from hivemind_backend.rules.findings import ranked

if TYPE_CHECKING:
    from hivemind_facts.models import Facts, RuleFinding

_EFFECTS = (
    (r"foreign-key|fk-|index", "joins, look-ups and cascades by this column read an index, not the whole table"),
    (r"n-plus|n\+1|loop", "one query in place of one for each row"),
    (r"paginat|unbounded", "time and memory of an answer stay bounded as the table grows"),
    (r"timeout", "a slow other side holds a worker for a bounded time only"),
    (r"migration|lock|rewrite", "writers wait for a short time only while the migration runs"),
)


def performance(facts: Facts) -> tuple[PerformanceOptimization, ...]:
    """List optimizations: those of the rules, then foreign keys without an index that no rule has named."""
    found = [*_of_rules(facts), *_of_tables(facts)]
    return tuple(one.model_copy(update={"id": f"BE-P{number:02d}"}) for number, one in enumerate(found, 1))


def _effect(one: RuleFinding) -> str | None:
    return next((effect for pattern, effect in _EFFECTS if re.search(pattern, one.rule)), None)


def _of_rules(facts: Facts) -> Iterator[PerformanceOptimization]:
    for one in ranked(facts):
        effect = _effect(one)
        if effect is not None:
            yield PerformanceOptimization(
                id="",
                what=one.remedy or one.title,
                where=place(one.file, one.line),
                evidence=one.evidence or one.title,
                expected_effect=effect,
                statement=one.sql or "",
                possible=one.possible,
            )


def _of_tables(facts: Facts) -> Iterator[PerformanceOptimization]:
    told = [one.title + one.evidence + (one.sql or "") for one in facts.findings if "index" in one.rule]
    for table in facts.tables:
        for key in table.foreign_keys:
            if key.indexed or table.kind != "table":
                continue
            if any(re.search(rf"\b{re.escape(table.name)}\b", text) and key.column in text for text in told):
                continue
            dialect = table.dialect or ""
            yield PerformanceOptimization(
                id="",
                what=f"index {table.name}.{key.column}, which refers to {key.ref_table}",
                where=place(table.file, table.line),
                evidence=f"no index, unique constraint or primary key of {table.name} begins with {key.column}",
                expected_effect=_EFFECTS[0][1],
                statement=create_index(index_name(table.name, key.column), table.name, (key.column,), dialect),
            )
