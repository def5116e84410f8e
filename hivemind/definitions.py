"""Workers from Markdown files with YAML front matter: the Claude Code agent form."""

from __future__ import annotations

from pathlib import Path

from hivemind.agent_files.reading import MAX_BYTES, parse, read_agent_file
from hivemind.models import WorkerSpec

__all__ = ["MAX_BYTES", "load_definition", "parse_definition"]


def load_definition(path: Path) -> WorkerSpec:
    """Load a worker from a Markdown file.

    Raises:
        DefinitionError: It can't be read or says no worker; names the file and the line.
    """
    return read_agent_file(path).spec


def parse_definition(text: str, where: str) -> WorkerSpec:
    """Read a worker from the text of a Markdown file.

    Args:
        text: Front matter between two `---` lines, then the worker's instructions.
        where: The file, as errors name it.

    Raises:
        DefinitionError: There is no front matter, or it lacks something; names the line.
    """
    return parse(text, where).spec
