"""Reads the facts out of a context."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hivemind_facts.models import Facts

    from hivemind import Context

NO_FACTS = (
    "no repository facts were given (the facts plugin is blocked or not installed): endpoints, tables, findings by "
    "rule, imports and tests are unknown"
)


def facts_of(context: Context) -> Facts | None:
    """The facts behind the facts fragment; None where no plugin gave any."""
    fragment = context.fragment("facts")
    data = fragment.data if fragment is not None else None
    return data if hasattr(data, "findings") and hasattr(data, "modules") else None


def place(file: str, line: int | None) -> str:
    """A location as findings name it."""
    return f"{file}:{line}" if line else file
