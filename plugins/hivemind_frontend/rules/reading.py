"""Reads the facts and the backend's result out of a context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hivemind_facts.models import Facts

    from hivemind import Context

NO_FACTS = (
    "no repository facts were given (the facts plugin is blocked or not installed): the calls of the front end and the "
    "endpoints of the backend are unknown"
)


def facts_of(context: Context) -> Facts | None:
    """The facts behind the facts fragment; None where no plugin gave any."""
    fragment = context.fragment("facts")
    data = fragment.data if fragment is not None else None
    return data if hasattr(data, "calls") and hasattr(data, "endpoints") else None


def backend_endpoints(context: Context) -> list[Mapping[str, Any]] | None:
    """The endpoints of the backend worker's result as plain data; None where there is no such result."""
    upstream = context.of_role("backend")
    if upstream is None or upstream.output is None:
        return None
    endpoints = upstream.output.get("api_endpoints")
    if not isinstance(endpoints, Sequence) or isinstance(endpoints, str):
        return None
    return [one for one in endpoints if isinstance(one, Mapping) and one.get("path") and one.get("method")]


def place(file: str, line: int | None) -> str:
    """A location as findings name it."""
    return f"{file}:{line}" if line else file
