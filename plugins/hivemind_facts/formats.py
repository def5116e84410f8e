"""The facts as documents: JSON, tables for a terminal, Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hivemind_facts import lines
from hivemind_facts.mermaid import er_diagram
from hivemind_facts.models import Facts, Table
from hivemind_facts.sections import stack_lines

SECTIONS = tuple(name for name in Facts.model_fields if name != "schema_version")
_SHOWN = tuple(name for name in SECTIONS if name not in ("modules", "environment", "skipped"))
_CELL = 90
_TITLES = {
    "stack": "Stack",
    "services": "Services",
    "endpoints": "Endpoints",
    "tables": "Tables",
    "graphql": "GraphQL operations",
    "calls": "Calls of browser code",
    "external": "External services",
    "environment": "Environment variables",
    "modules": "Modules",
    "findings": "Findings",
    "unresolved": "Could not be resolved",
    "skipped": "Not read",
}


def as_json(facts: Facts, only: Sequence[str] = ()) -> str:
    """One JSON document; with `only`, these sections alone."""
    data = facts.model_dump(mode="json", include={"schema_version", *only} if only else None)
    return json.dumps(data, indent=2, ensure_ascii=False)


def as_table(facts: Facts, only: Sequence[str] = ()) -> str:
    """Aligned columns for people."""
    parts = []
    for name in only or _SHOWN:
        if name == "stack":
            parts.append("\n".join(["Stack", *(f"  {line}" for line in stack_lines(facts.stack))]))
            continue
        values = getattr(facts, name)
        if not values and not only:
            continue
        heads, row = _COLUMNS[name]
        parts.append(f"{_TITLES[name]} ({len(values)})\n" + aligned(heads, [row(one) for one in values]))
    if not only and facts.skipped:
        parts.append(f"Not read: {len(facts.skipped)} files and folders (see --only skipped)")
    return "\n\n".join(parts)


def aligned(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows in columns as wide as they need, cells cut at a length."""
    table = [list(heads)] + [[_cell(cell) for cell in row] for row in rows]
    widths = [max(len(row[number]) for row in table) for number in range(len(heads))]
    padded = (zip(row, widths, strict=True) for row in table)
    return "\n".join("  " + "  ".join(cell.ljust(width) for cell, width in row).rstrip() for row in padded)


def _cell(text: str) -> str:
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return flat if len(flat) <= _CELL else flat[: _CELL - 1] + "…"


_COLUMNS: dict[str, tuple[tuple[str, ...], Callable[[Any], tuple[str, ...]]]] = {
    "services": (
        ("NAME", "FOLDER", "LANGUAGES", "FRAMEWORKS"),
        lambda one: (one.name or "(root)", one.path or ".", ", ".join(one.languages), ", ".join(one.frameworks)),
    ),
    "endpoints": (
        ("METHOD", "PATH", "AUTH", "HANDLER", "PLACE", "SERVICE"),
        lambda one: (one.method, one.path, one.auth, one.handler, lines.place(one.file, one.line), one.service),
    ),
    "tables": (
        ("NAME", "COLUMNS", "FOREIGN KEYS", "SOURCE", "PLACE"),
        lambda one: (one.name, str(len(one.columns)), _keys(one), one.source, lines.place(one.file, one.line)),
    ),
    "graphql": (
        ("KIND", "NAME", "AUTH", "PLACE"),
        lambda one: (one.kind, one.name, one.auth, lines.place(one.file, one.line)),
    ),
    "calls": (
        ("METHOD", "PATH", "CLIENT", "PLACE"),
        lambda one: (one.method, one.path, one.client, lines.place(one.file, one.line)),
    ),
    "external": (
        ("KIND", "NAME", "TARGET", "TIMEOUT", "PLACE"),
        lambda one: (one.kind, one.name, one.target, _yes(one.timeout), lines.place(one.file, one.line)),
    ),
    "environment": (
        ("NAME", "DEFAULT", "PLACE"),
        lambda one: (one.name, _yes(one.default), lines.place(one.file, one.line)),
    ),
    "modules": (
        ("PATH", "LINES", "IMPORTS"),
        lambda one: (one.path, str(one.lines), ", ".join(one.imports)),
    ),
    "findings": (
        ("SEVERITY", "TITLE", "PLACE", "ID"),
        lambda one: (
            f"{one.severity}{' (possible)' if one.possible else ''}",
            one.title,
            lines.place(one.file, one.line),
            one.id,
        ),
    ),
    "unresolved": (
        ("WHAT", "REASON", "PLACE"),
        lambda one: (one.what, one.reason, lines.place(one.file, one.line)),
    ),
    "skipped": (("PATH", "REASON"), lambda one: (one.path, one.reason)),
}


def _yes(value: bool | None) -> str:
    return "?" if value is None else "yes" if value else "no"


def _keys(table: Table) -> str:
    return ", ".join(
        f"{key.column} -> {key.ref_table}{'' if key.indexed else ' (no index)'}" for key in table.foreign_keys
    )


def as_markdown(facts: Facts, only: Sequence[str] = ()) -> str:
    """A document of its own, with a diagram of the tables and the SQL of findings."""
    parts = ["# Repository facts", "Read from the code without a model. Places are file:line."]
    for name in only or SECTIONS:
        if name == "stack":
            parts += [
                "## Stack",
                "\n".join(f"- {line}" for line in stack_lines(facts.stack)) or "Nothing was recognised.",
            ]
            continue
        values = getattr(facts, name)
        if values or only:
            parts.append(f"## {_TITLES[name]} ({len(values)})")
            parts.append("\n".join(f"- {_LINES[name](one)}" for one in values) or "None.")
        if name == "tables" and values:
            parts.append(f"```mermaid\n{er_diagram(facts.tables)}\n```")
    return "\n\n".join(parts)


def _finding(one: Any) -> str:
    text = f"{lines.finding(one)} · {one.id}"
    return f"{text}\n\n  ```sql\n  {one.sql.strip()}\n  ```" if one.sql else text


_LINES: dict[str, Callable[[Any], str]] = {
    "services": lines.service,
    "endpoints": lines.endpoint,
    "tables": lines.table,
    "graphql": lines.graphql,
    "calls": lines.call,
    "external": lines.external,
    "environment": lines.variable,
    "modules": lambda one: f"{one.path} · {one.lines} lines",
    "findings": _finding,
    "unresolved": lines.unresolved,
    "skipped": lambda one: f"{one.path}: {one.reason}",
}
