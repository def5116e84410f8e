"""Finds the repository's facts in a worker's context."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hivemind_facts.models import Facts

    from hivemind import Context

NO_FACTS = (
    "The repository's facts are not at hand (the facts plugin is blocked or gave none), so nothing is said about its "
    "code."
)


def facts_of(context: Context) -> Facts | None:
    """The facts as an object; None where the facts plugin is blocked or absent."""
    fragment = context.fragment("facts")
    if fragment is None or fragment.data is None:
        return None
    try:
        from hivemind_facts.models import Facts
    except ImportError:
        return None
    return fragment.data if isinstance(fragment.data, Facts) else None


def place(file: str, line: int | None) -> str:
    """`file:line`, or the file alone where the line is not known."""
    return f"{file}:{line}" if line else file
