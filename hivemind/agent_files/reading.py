"""One agent file, from its bytes to a worker and what is to be said about it."""

from __future__ import annotations

import os
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hivemind.agent_files.field_rules import DIRECT, LISTS, unenforced
from hivemind.agent_files.front_matter import Field, FrontMatter, read, split
from hivemind.agent_files.model_words import model_of
from hivemind.agent_files.remark import Remark
from hivemind.agent_files.tool_names import tools_of
from hivemind.agent_files.wrapper import Marker, Spawn, find_marker, spawn_commands, unwrapped, wrapped_worker
from hivemind.errors import DefinitionError
from hivemind.models import WorkerSpec

MAX_BYTES = 1_000_000
NAME_LENGTH = 100
_FIT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9])?").fullmatch
_TYPES = ("worker", "agent", "subagent")


@dataclass(frozen=True, slots=True)
class AgentFile:
    """What an agent file says."""

    where: str
    spec: WorkerSpec
    front: FrontMatter
    body: str
    """As it stands in the file, without what a wrapper added."""
    name: str
    """As it is written."""
    remarks: tuple[Remark, ...] = ()
    marker: Marker | None = None
    spawns: tuple[Spawn, ...] = ()
    body_line: int = 1

    def wraps(self, runners: Mapping[str, str]) -> str | None:
        """Say which worker this file only runs, by name or role; None where it is a worker of its own.

        Args:
            runners: The workers that are installed, by the module of their runner.
        """
        return wrapped_worker(self.spec.name, self.spec.role, self.marker, self.spawns, runners)


def read_bytes(path: Path, where: str) -> bytes:
    """Read a file that may be an agent file.

    Raises:
        DefinitionError: It can't be read, is no plain file, or is far larger than one.
    """
    try:
        with open(path, "rb", buffering=0) as handle:
            data = handle.readall() if os.fstat(handle.fileno()).st_size <= MAX_BYTES else handle.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DefinitionError(f"{where}:1: can't read worker file {where}: {reason}") from error
    if len(data) > MAX_BYTES:
        raise DefinitionError(f"{where}:1: the file is larger than {MAX_BYTES:,} bytes")
    return data


def read_agent_file(path: Path, where: str | None = None) -> AgentFile:
    """Read an agent file.

    Args:
        path: The file.
        where: How it is named in what is said about it.

    Raises:
        DefinitionError: It can't be read or says no worker; names the file and the line.
    """
    named = where or str(path)
    return parse_bytes(read_bytes(path, named), named)


def parse_bytes(data: bytes, where: str) -> AgentFile:
    """Read an agent file from its bytes.

    Raises:
        DefinitionError: It is not text, or says no worker; names the file and the line.
    """
    if (at := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise DefinitionError(f"{where}:{line}: not a text file: it has a zero byte")
    remarks: tuple[Remark, ...] = ()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8-sig", "replace")
        line = data.count(b"\n", 0, error.start) + 1
        said = f"not UTF-8: {error.reason} at byte {error.start}, read with replacement signs"
        remarks = (Remark("error", line, said, "save the file as UTF-8"),)
    return parse(text.replace("\r\n", "\n").replace("\r", "\n"), where, remarks)


def parse(text: str, where: str, remarks: Iterable[Remark] = ()) -> AgentFile:
    """Read an agent file from its text.

    Raises:
        DefinitionError: There is no front matter, or no name in it; names the line.
    """
    parts = split(text, where)
    front, body = read(parts.header, where, parts.first_line), parts.body
    found = find_marker(body)
    marker = found[0] if found else None
    if marker is not None and marker.definition:
        front, body = unwrapped(front, body)
    name, name_line = _name(front, where, parts.first_line)
    said = [*remarks, *_form(front, name, name_line)]
    values: dict[str, Any] = {"name": worker_name(name), "instructions": body.strip()}
    role = front.get("role")
    values["role"] = (role.text.strip() if role else "") or values["name"].removesuffix("-worker") or values["name"]
    values["description"] = _description(front, body, name, name_line, said)
    tools = tools_of(front)
    said += tools.remarks
    if tools.names is not None:
        values["tools"] = tools.names
    values["model"] = model_of(front.get("model"), said)
    values["max_requests"] = _turns(front, said)
    for key in LISTS:
        if (field := front.get(key)) is not None:
            values[key] = as_list(field)
    for key in DIRECT:
        if (field := front.get(key)) is not None and field.text.strip():
            values[key] = field.text.strip()
    said += unenforced(front)
    spec = _validated(values, front, said, where, name_line)
    ordered = tuple(sorted(said, key=lambda one: one.line))
    return AgentFile(where, spec, front, body, name, ordered, marker, spawn_commands(parts.body), parts.body_line)


def _name(front: FrontMatter, where: str, first_line: int) -> tuple[str, int]:
    field = front.get("name")
    name = field.text.strip() if field else ""
    if name:
        return name, field.line if field else first_line
    line = front.line("name", max(1, first_line - 1))
    near = next((key for key in front.fields if key != "name" and key.strip().lower() == "name"), None)
    hint = f"write 'name' for {near!r}" if near else "add a line such as 'name: reviewer'"
    if field is not None or "name" in front.fields:
        hint = "say a name, such as 'name: reviewer'"
    raise DefinitionError(f"{where}:{line}: the front matter has no 'name'", hint)


def worker_name(name: str) -> str:
    """Make a worker's name of any text: letters, digits, dots, dashes and underscores."""
    if _FIT(name):
        return name
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).strip("-_.")[:NAME_LENGTH].rstrip("-_.")
    return slug or f"agent-{zlib.crc32(name.encode('utf-8', 'replace')):08x}"


def _form(front: FrontMatter, name: str, name_line: int) -> Iterable[Remark]:
    if front.loose_line is not None:
        said = "the front matter is no strict YAML: it was read line by line"
        yield Remark("warning", front.loose_line, said, "put quotes around the value")
    for one in front.repeated:
        yield Remark("warning", one.line, f"field {one.key!r} stands more than once: the last one counts", "keep one")
    slug = worker_name(name)
    if slug != name:
        yield Remark("warning", name_line, f"{name!r} can't be a worker's name: it is taken as {slug!r}", "rename it")
    kind = front.get("type")
    if kind is not None and kind.text.strip() and kind.text.strip() not in _TYPES:
        said = f"type is {kind.text.strip()!r}: it is taken as a worker all the same"
        yield Remark("warning", kind.line, said, "write 'type: worker', or leave it out")


def _description(front: FrontMatter, body: str, name: str, name_line: int, said: list[Remark]) -> str:
    field = front.get("description")
    # Claude Code's own generator writes line ends as '\n', whatever the quotes.
    text = field.text.replace("\\n", "\n").strip() if field else ""
    if text:
        return text
    first = next((line.lstrip("# ").strip() for line in body.splitlines() if line.strip("# \t")), "")
    taken = "the first line of the body is taken" if first else "its name is taken"
    line = front.line("description", name_line)
    remedy = "add a 'description': Claude Code passes over a file without one"
    said.append(Remark("warning", line, f"no 'description': {taken}", remedy))
    return first or name


def _turns(front: FrontMatter, said: list[Remark]) -> int | None:
    given = []
    for key in ("max_requests", "maxTurns"):
        field = front.get(key)
        if field is None or not field.text.strip():
            continue
        try:
            number = int(field.text)
        except ValueError:
            number = 0
        if number < 1:
            message = f"{key}: {field.text.strip()!r} is not a whole number above 0: no limit is set"
            said.append(Remark("error", field.line, message, f"for example '{key}: 20'"))
        else:
            given.append(number)
    return min(given, default=None)


def as_list(field: Field) -> tuple[str, ...]:
    """Read a list: YAML's, or words with commas, or a word a line."""
    items = field.items
    if items is None:
        text = field.text.strip()
        if text.startswith("["):
            text = text[1:].removesuffix("]")
        items = tuple(part.strip().removeprefix("- ") for part in re.split(r"[,\n]", text))
    return tuple(dict.fromkeys(one for item in items if (one := item.strip().strip("\"'"))))


def _validated(
    values: dict[str, Any], front: FrontMatter, said: list[Remark], where: str, name_line: int
) -> WorkerSpec:
    """Make the worker; a field that does not hold is left out with a word about it, and takes nothing down."""
    try:
        return WorkerSpec.model_validate(values)
    except ValidationError as error:
        wrong = {str(problem["loc"][0]): problem for problem in error.errors() if problem["loc"]}
    kept = {key: value for key, value in values.items() if key not in wrong}
    for key, problem in wrong.items():
        message = f"{key}: {problem['msg'].lower()}: it is left out"
        said.append(Remark("error", front.line(key, name_line), message, "mend it, or take it out"))
    if "role" in wrong:
        kept["role"] = kept["name"]
    try:
        return WorkerSpec.model_validate(kept)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        line = front.line(key, name_line)
        raise DefinitionError(f"{where}:{line}: {key}: {problem['msg'].lower()}") from error
