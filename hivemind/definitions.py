"""Workers from Markdown files with YAML front matter: the Claude Code agent form and the seed's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from hivemind.errors import DefinitionError
from hivemind.models import WorkerSpec

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*:[ \t]?(.*)$")
_LISTS = ("capabilities", "tools", "requires", "after", "aligns_with")
_DIRECT = ("priority", "model", "color", "timeout_s", "retries")
_TOOLS = {"Read": "read_file", "Grep": "search_files", "Glob": "find_files", "LS": "list_directory"}
"""Claude Code's read-only tools, and ours that do the same."""
MAX_BYTES = 1_000_000


def load_definition(path: Path) -> WorkerSpec:
    """Load a worker from a Markdown file.

    Raises:
        DefinitionError: It can't be read or says no worker; names the file and the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"can't read worker file {path}: {error.strerror or error}") from error
    if len(data) > MAX_BYTES:
        raise DefinitionError(f"worker file {path} is larger than {MAX_BYTES:,} bytes")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DefinitionError(f"worker file {path} is not UTF-8 text: {error.reason} at byte {error.start}") from error
    return parse_definition(text, str(path))


def parse_definition(text: str, where: str) -> WorkerSpec:
    """Read a worker from the text of a Markdown file.

    Args:
        text: Front matter between two `---` lines, then the worker's instructions.
        where: The file, as errors name it.

    Raises:
        DefinitionError: There is no front matter, or it lacks something; names the line.
    """
    fences = list(_FENCE.finditer(text))
    if len(fences) < 2 or text[: fences[0].start()].strip():
        raise DefinitionError(
            f"{where}:1: no front matter",
            "a worker file starts with '---', then 'name:' and 'description:', then '---'",
        )
    header, body = text[fences[0].end() : fences[1].start()], text[fences[1].end() :].strip()
    first_line = text[: fences[0].end()].count("\n") + 1
    fields = _front_matter(header, where, first_line)
    kind = fields.get("type", "worker")
    if kind not in ("worker", "agent", "subagent"):
        raise DefinitionError(f"{where}: type is {kind!r}, not 'worker'")
    name = str(fields.get("name") or "").strip()
    if not name:
        raise DefinitionError(f"{where}:{first_line}: the front matter has no 'name'", "add a line such as 'name: x'")
    slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-")
    values: dict[str, Any] = {
        "name": slug,
        "role": str(fields.get("role") or slug.removesuffix("-worker")),
        "description": str(fields.get("description") or "").strip() or body.split("\n", 1)[0].lstrip("# ") or name,
        "instructions": body,
    }
    for key in _LISTS:
        if key in fields and fields[key] is not None:
            values[key] = _as_list(fields[key])
    if values.get("tools") is not None:
        values["tools"] = tuple(dict.fromkeys(_TOOLS.get(tool, tool) for tool in values["tools"]))
    for key in _DIRECT:
        if fields.get(key) is not None:
            values[key] = fields[key]
    try:
        return WorkerSpec.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        line = _line_of(header, key.split(".")[0], first_line)
        raise DefinitionError(f"{where}:{line}: {key}: {problem['msg'].lower()}") from error


def _front_matter(header: str, where: str, first_line: int) -> Mapping[str, Any]:
    """Read front matter as YAML, or line by line where strict YAML refuses it (an unquoted colon in a description)."""
    try:
        loaded = yaml.safe_load(header)
    except (yaml.YAMLError, ValueError) as error:
        loose = _loose(header)
        if not loose:
            mark = getattr(error, "problem_mark", None)
            line = first_line + (mark.line if mark else 0)
            raise DefinitionError(f"{where}:{line}: the front matter is not YAML: {error}".split("\n")[0]) from error
        return loose
    if not isinstance(loaded, dict):
        raise DefinitionError(f"{where}:{first_line}: the front matter is not a list of 'key: value' lines")
    return {str(key): value for key, value in loaded.items()}


def _loose(header: str) -> dict[str, Any]:
    """Read `key: value` lines; a value goes on over lines that are indented or give no key."""
    found: dict[str, Any] = {}
    last = ""
    for line in header.splitlines():
        match = _KEY.match(line)
        if match:
            last, value = match.group(1), match.group(2).strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            found[last] = value[1:-1] if quoted else ("" if value in ("|", ">", "|-", ">-") else value)
        elif last and line.strip():
            found[last] = f"{found[last]}\n{line.strip()}".strip()
    return found


def _as_list(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        parts = re.split(r"[,\n]", value.strip().strip("[]"))
        value = [part.strip().removeprefix("- ") for part in parts]
    if not isinstance(value, (list, tuple)):
        value = [value]
    return tuple(dict.fromkeys(str(part).strip().strip("\"'") for part in value if str(part).strip()))


def _line_of(header: str, key: str, first_line: int) -> int:
    for number, line in enumerate(header.splitlines()):
        if line.startswith(f"{key}:"):
            return first_line + number
    return first_line
