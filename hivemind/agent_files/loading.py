"""All agent files that can be chosen from, and what keeps others from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hivemind.agent_files.discovery import Found, find_agent_files, passed_over
from hivemind.agent_files.reading import AgentFile, parse_bytes, read_bytes
from hivemind.errors import DefinitionError


@dataclass
class Loaded:
    """What was read: files that say a worker, what is wrong with others, and pages that are none."""

    files: list[AgentFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failed: list[DefinitionError] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


def load_agent_files(repo: Path | None, *, user_agents: bool = False) -> Loaded:
    """Read the agent files of a repository, and where asked for those of the user; one that fails takes none down.

    Args:
        repo: The repository; None for none.
        user_agents: Whether the user's own folder is read too.
    """
    found = find_agent_files(repo, user_agents=user_agents)
    loaded = load_files(found.files)
    loaded.problems = [*found.problems, *loaded.problems]
    return loaded


def load_files(found: Iterable[Found]) -> Loaded:
    """Read files, each by itself."""
    loaded = Loaded()
    for one in found:
        try:
            data = read_bytes(one.path, one.source)
            if passed_over(one.path, data):
                loaded.passed_over.append(one.source)
            else:
                loaded.files.append(parse_bytes(data, one.source))
        except DefinitionError as error:
            loaded.failed.append(error)
            loaded.problems.append(str(error))
    return loaded
