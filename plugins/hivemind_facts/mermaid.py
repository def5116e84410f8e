"""An entity-relationship diagram of the tables, as Mermaid."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hivemind_facts.models import ForeignKey, Table


def er_diagram(tables: Sequence[Table]) -> str:
    """Draw tables and their foreign keys; names that Mermaid can't take are made safe and kept apart."""
    names = _Names()
    for table in tables:
        names.of(table.name)
    rows = ["erDiagram"]
    for table in tables:
        rows.append(f"    {names.of(table.name)} {{")
        used = _Names()
        for column in table.columns:
            marks = _marks(table, column.name, column.unique)
            rows.append(f"        {_type(column.type)} {used.of(column.name)}{marks}")
        rows.append("    }")
    for table in tables:
        for key in table.foreign_keys:
            arrow = _arrow(table, key)
            rows.append(f"    {names.of(key.ref_table)} {arrow} {names.of(table.name)} : {_safe(key.column)}")
    return "\n".join(dict.fromkeys(rows)) if not tables else "\n".join(rows)


class _Names:
    """Safe names, one for each name given."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        if name not in self._made:
            safe, number = _safe(name), 2
            while safe.lower() in self._taken:
                safe, number = f"{_safe(name)}_{number}", number + 1
            self._taken.add(safe.lower())
            self._made[name] = safe
        return self._made[name]


def _safe(name: str) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
    return cleaned if re.match(r"[A-Za-z]", cleaned) else f"t_{cleaned.lstrip('_') or 'x'}"


def _type(name: str) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
    return cleaned if re.match(r"[A-Za-z]", cleaned) else "unknown"


def _marks(table: Table, column: str, unique: bool) -> str:
    marks = ["PK"] if column in table.primary_key else []
    marks += ["FK"] if any(key.column == column for key in table.foreign_keys) else []
    marks += ["UK"] if (unique or (column,) in table.unique) and not marks else []
    return f" {', '.join(marks)}" if marks else ""


def _arrow(table: Table, key: ForeignKey) -> str:
    column = next((one for one in table.columns if one.name == key.column), None)
    alone = (
        table.primary_key == (key.column,) or (key.column,) in table.unique or (column is not None and column.unique)
    )
    left = "|o" if column is not None and column.nullable else "||"
    return f"{left}--{'o|' if alone else 'o{'}"
