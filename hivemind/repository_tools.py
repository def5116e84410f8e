"""The read-only repository tools that a real model gets, and those that a worker's spec adds."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hivemind.errors import DefinitionError, HivemindError, WorkerError, did_you_mean
from hivemind.imports import load
from hivemind.models import Task, WorkerSpec

if TYPE_CHECKING:
    from pydantic_ai.capabilities import AbstractCapability
    from pydantic_ai.toolsets import AbstractToolset

    from hivemind.repository_workspace import RepositoryWorkspace

TOOLS = ("read_file", "list_directory", "search_files", "find_files")
SEARCH_KIND = "file_system.search_files"
"""How pydantic-ai marks the harness's search tool, whatever a plugin calls its own tools."""
_OTHER_NAMES = {
    "grep": "search_files",
    "Grep": "search_files",
    "list_files": "find_files",
    "Glob": "find_files",
    "Read": "read_file",
    "LS": "list_directory",
}
NOT_GIVEN = frozenset(
    (
        "Bash",
        "BashOutput",
        "Edit",
        "ExitPlanMode",
        "KillShell",
        "MultiEdit",
        "NotebookEdit",
        "NotebookRead",
        "Skill",
        "SlashCommand",
        "Task",
        "TodoRead",
        "TodoWrite",
        "WebFetch",
        "WebSearch",
        "Write",
    )
)
"""Tools of agent files that are known, but that no worker gets: it reads, and hands its result over."""
_READ_LINES = 600
_READ_CHARS = 24_000
_RESULTS = 200


def chosen_tools(spec: WorkerSpec) -> tuple[str, ...]:
    """Say which repository tools a worker gets.

    Raises:
        DefinitionError: The spec names a tool that nobody knows.
    """
    if spec.tools is None:
        return TOOLS
    named = [_OTHER_NAMES.get(name, name) for name in spec.tools]
    for name in named:
        if name not in TOOLS and not _known_elsewhere(name):
            hint = did_you_mean(name, [*TOOLS, *_OTHER_NAMES]) or f"there are: {', '.join(TOOLS)}"
            raise DefinitionError(f"worker {spec.name!r} names an unknown tool {name!r}", hint)
    return tuple(tool for tool in TOOLS if tool in named)


def tools_not_given(spec: WorkerSpec) -> tuple[str, ...]:
    """The tools that a worker's file names and that no worker gets."""
    return tuple(name for name in spec.tools or () if _known_elsewhere(name))


def _known_elsewhere(name: str) -> bool:
    return name.partition("(")[0] in NOT_GIVEN or name.startswith("mcp__")


def repository_workspace(repo: str, hidden: Sequence[Path]) -> RepositoryWorkspace:
    """The repository as these tools see it.

    Args:
        repo: Its path.
        hidden: Folders that may not be seen, such as the sessions' own.
    """
    from hivemind.repository_workspace import RepositoryWorkspace

    return RepositoryWorkspace(Path(repo), hidden)


def repository_tools(tools: Sequence[str], retries: int) -> AbstractCapability[Any]:
    """The harness's file tools, only those that read.

    Args:
        tools: Which.
        retries: How often in a row a model may ask one in vain before the run ends.
    """
    from pydantic_ai_harness.filesystem import FileSystem

    return FileSystem(
        tools=tuple(tools),
        read_only=True,
        content_hashes=False,
        max_read_lines=_READ_LINES,
        max_read_chars=_READ_CHARS,
        max_list_results=_RESULTS,
        max_search_results=_RESULTS,
        max_find_results=_RESULTS,
        max_retries=retries,
    )


async def added_toolsets(spec: WorkerSpec, task: Task) -> list[AbstractToolset[Any]]:
    """Make the toolsets that a spec adds, each by its factory.

    Raises:
        DefinitionError: A factory can't be imported, or gives no tools.
        WorkerError: A factory failed.
    """
    return [await asyncio.to_thread(_toolset, spec, path, task) for path in spec.toolsets]


def _toolset(spec: WorkerSpec, path: str, task: Task) -> AbstractToolset[Any]:
    from pydantic_ai.toolsets import AbstractToolset, FunctionToolset

    factory = load(path, f"toolset of worker {spec.name!r}")
    if not callable(factory):
        raise DefinitionError(f"toolset of worker {spec.name!r} is not a function: {path!r}")
    try:
        made = factory(task)
        if isinstance(made, AbstractToolset):
            return made
        if isinstance(made, Collection) and not isinstance(made, (str, bytes)):
            return FunctionToolset(list(made))
    except HivemindError:
        raise
    except Exception as error:
        raise WorkerError(
            f"toolset {path!r} of worker {spec.name!r} failed: {type(error).__name__}: {error}"
        ) from error
    raise DefinitionError(
        f"toolset {path!r} of worker {spec.name!r} gave {type(made).__name__}, not a toolset or a list of functions"
    )
