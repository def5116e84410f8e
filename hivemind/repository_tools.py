"""The read-only repository tools that a real model gets, and those that a worker's spec adds."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hivemind.errors import DefinitionError, HivemindError, WorkerError, did_you_mean
from hivemind.imports import load
from hivemind.models import Task, WorkerSpec
from hivemind.repository_paths import PathRules

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


def ours(name: str) -> str:
    """What a tool of this name, Claude Code's or another usual one, is called here."""
    return _OTHER_NAMES.get(name, name)


def chosen_tools(spec: WorkerSpec) -> tuple[str, ...]:
    """Say which repository tools a worker gets."""
    if spec.tools is None:
        return TOOLS
    named = {ours(name) for name in spec.tools}
    return tuple(tool for tool in TOOLS if tool in named)


def tools_not_given(spec: WorkerSpec) -> tuple[str, ...]:
    """The tools that a worker's file names and that no worker gets."""
    return tuple(name for name in spec.tools or () if known_elsewhere(name))


def known_elsewhere(name: str) -> bool:
    """Whether a tool is one of Claude Code's that no worker gets."""
    return name.partition("(")[0] in NOT_GIVEN or name.startswith("mcp__")


def check_tools(spec: WorkerSpec, brought: Collection[str]) -> None:
    """Refuse a list of tools that can't be kept as it stands.

    Args:
        spec: The worker.
        brought: The names of all tools that there are.

    Raises:
        DefinitionError: It names a tool that nothing brings, or a rule for the use of one.
    """
    for name in spec.tools or ():
        base, _, rule = name.partition("(")
        if rule and name not in brought and (base in brought or ours(base) in TOOLS):
            raise DefinitionError(
                f"worker {spec.name!r} names a rule for the use of a tool, which can't be enforced: {name!r}",
                f"name the tool alone ({base!r}); which files it may see is said in 'paths'",
            )
        if name not in brought and ours(name) not in brought and not known_elsewhere(name):
            near = did_you_mean(name, [*brought, *_OTHER_NAMES])
            there = f"there are: {', '.join(sorted(brought))}" if brought else "it brings no tools"
            hint = f"{near} {there}" if near else there
            raise DefinitionError(f"worker {spec.name!r} names an unknown tool {name!r}", hint)


def path_rules(spec: WorkerSpec) -> PathRules | None:
    """The files that a worker's tools may see; None for all.

    Raises:
        DefinitionError: One of the spec's `paths` is no pattern.
    """
    if spec.paths is None:
        return None
    try:
        return PathRules(spec.paths)
    except ValueError as error:
        raise DefinitionError(f"worker {spec.name!r} has a pattern in 'paths' that can't be kept: {error}") from error


def check_limits(spec: WorkerSpec, *, alone: bool = False) -> None:
    """Refuse, before anything runs, a spec whose `tools` or `paths` can't be enforced.

    Args:
        spec: The worker.
        alone: No plugin's code runs it, so that there are no tools but the repository's and those of its toolsets.

    Raises:
        DefinitionError: It names an unknown tool, or a pattern that is none.
    """
    path_rules(spec)
    if alone and spec.agent is None and not spec.toolsets:
        check_tools(spec, TOOLS)


def repository_workspace(repo: str, hidden: Sequence[Path], paths: PathRules | None = None) -> RepositoryWorkspace:
    """The repository as these tools see it.

    Args:
        repo: Its path.
        hidden: Folders that may not be seen, such as the sessions' own.
        paths: The only files that may be seen; None for all.
    """
    from hivemind.repository_workspace import RepositoryWorkspace

    return RepositoryWorkspace(Path(repo), hidden, paths)


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
        made = factory(task, worker=spec) if _takes_worker(factory) else factory(task)
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


def _takes_worker(factory: Callable[..., object]) -> bool:
    """Whether a factory wants to know for whom its tools are."""
    try:
        return "worker" in inspect.signature(factory).parameters
    except (TypeError, ValueError):
        return False  # a function that is not Python's own tells no names
