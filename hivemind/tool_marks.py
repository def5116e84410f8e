"""How an author says that a tool only reads.

A tool that is not known to only read is taken for one that writes: its calls and their effects are kept in the journal,
and none is done twice. For a tool that only reads, that would be two writes to the disk for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

KEY = "hivemind"
READS = "reads"
_MARK = "__hivemind_reads__"
_READING_KINDS = frozenset(
    (
        "file_system.read_file",
        "file_system.list_directory",
        "file_system.search_files",
        "file_system.find_files",
        "tool-search",
        "capability-load",
    )
)
"""Kinds of tools, as pydantic-ai and its harness mark them whatever they are called, that change nothing outside."""
ToolT = TypeVar("ToolT")


def reads(tool: ToolT) -> ToolT:
    """Mark a tool as one that only reads: it may run again when a session is resumed, and is not journalled.

    Args:
        tool: A function that is or becomes a tool, a pydantic-ai `Tool`, or a whole toolset.

    Returns:
        The same function or tool, marked; of a toolset, one that marks all its tools.

    Raises:
        TypeError: It can't be marked.
    """
    of_toolset = getattr(tool, "with_metadata", None)
    if callable(of_toolset):
        made: ToolT = of_toolset(**{KEY: READS})
        return made
    if hasattr(tool, "function_schema"):
        tool.metadata = {**(getattr(tool, "metadata", None) or {}), KEY: READS}  # type: ignore[attr-defined]
        return tool
    try:
        setattr(getattr(tool, "__func__", tool), _MARK, True)
    except (AttributeError, TypeError) as error:
        raise TypeError(
            f"can't mark {tool!r} as a tool that only reads: wrap it in a function, or give the tool's metadata "
            f"{{'{KEY}': '{READS}'}}"
        ) from error
    return tool


def only_reads(kind: str | None, metadata: Mapping[str, Any] | None, function: object) -> bool:
    """Whether a tool is known to only read.

    Args:
        kind: Its `tool_kind`.
        metadata: Of its definition.
        function: What it calls, where that is known.
    """
    return kind in _READING_KINDS or (metadata or {}).get(KEY) == READS or getattr(function, _MARK, False) is True
