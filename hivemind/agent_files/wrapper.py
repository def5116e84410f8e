"""Agent files that only run an installed worker by its command: how they are marked and recognised."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hivemind.agent_files.front_matter import Field, FrontMatter

END = "<!-- /hivemind:wrapper -->"
_BEGIN = re.compile(r"^[ \t]*<!-- hivemind:wrapper (?P<data>.*?)[ \t]*-->[ \t]*$\n?", re.MULTILINE)
_WORKER = re.compile(r'"worker"\s*:\s*"([^"\\]+)"')
_COMMAND = re.compile(
    r"[ \t]*(?:\S+[ \t]+)*?"
    r"(?:(?:\S*[/\\])?(?:python[\d.]*|py)(?:\.exe)?[ \t]+-m[ \t]+(?P<module>[\w.]+\.runner)"
    r"|hivemind(?:[ \t]+-\S+)*[ \t]+workers[ \t]+run[ \t]+(?P<worker>[A-Za-z0-9][\w.-]*))(?=\s|$)"
)
_LONGEST = 2_000
"""No command is as long as this; a line that is has something else to say."""
_HEADING = re.compile(r"^#{1,6}[ \t].*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Marker:
    """What our marker says.

    `definition`: the file's own front matter and body define the worker, `fields` being those that were changed for the
    wrapper, `added` those that it did not have, and `replaced` what stood where the marked block is.
    """

    worker: str
    digest: str = ""
    definition: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    replaced: str = ""
    model: str = ""
    """What the command asks for, where that is not left to the settings."""

    def line(self) -> str:
        """The marker as a comment that no reader of the page sees."""
        said: dict[str, Any] = {"digest": self.digest, "worker": self.worker}
        if self.definition:
            said |= {"definition": True, "fields": dict(self.fields), "added": list(self.added)}
        if self.model:
            said["model"] = self.model
        if self.replaced:
            said["replaced"] = self.replaced
        # A comment ends at the first '-->': no pair of dashes may stand in it.
        text = json.dumps(said, ensure_ascii=True).replace("--", "-\\u002d").replace(">", "\\u003e")
        return f"<!-- hivemind:wrapper {text} -->"


@dataclass(frozen=True, slots=True)
class Spawn:
    """A command that runs a worker: by its runner's module or by its name."""

    module: str | None
    worker: str | None
    offset: int
    """Where it stands in the body."""
    under_heading: bool
    """Whether it stands under a heading such as 'Spawn Command'."""


def find_marker(body: str) -> tuple[Marker, int, int] | None:
    """Find our marker in a body, and where it begins and ends; None where there is none that names a worker."""
    if "hivemind:wrapper" not in body:
        return None
    for match in _BEGIN.finditer(body):
        marker = _marker(match["data"])
        if marker is not None:
            return marker, match.start(), match.end()
    return None


def _marker(data: str) -> Marker | None:
    try:
        said = json.loads(data)
        if not isinstance(said, dict) or not isinstance(said.get("worker"), str):
            return None
        fields, added = said.get("fields", {}), said.get("added", ())
        return Marker(
            said["worker"],
            str(said.get("digest", "")),
            said.get("definition") is True,
            fields if isinstance(fields, dict) else {},
            tuple(str(one) for one in added) if isinstance(added, list) else (),
            str(said.get("replaced", "")),
            str(said.get("model", "")),
        )
    except ValueError:  # somebody edited it: the name is what counts
        named = _WORKER.search(data)
        return Marker(named[1]) if named else None


def unwrapped(front: FrontMatter, body: str) -> tuple[FrontMatter, str]:
    """Give the definition that a marked file carries; both as they are where it carries none."""
    found = find_marker(body)
    if found is None or not found[0].definition:
        return front, body
    marker, start, end = found
    stop = body.find(END, end)
    rest = body[stop + len(END) :].removeprefix("\n") if stop >= 0 else body[end:]
    return _restored(front, marker), body[:start] + marker.replaced + rest


def _restored(front: FrontMatter, marker: Marker) -> FrontMatter:
    fields = {key: one for key, one in front.fields.items() if key not in marker.added}
    for key, value in marker.fields.items():
        line = front.line(key)
        if isinstance(value, list):
            items = tuple(str(item) for item in value)
            fields[key] = Field(key, line, list(items), ", ".join(items), items)
        else:
            fields[key] = Field(key, line, value, "" if value is None else str(value))
    return FrontMatter(fields, front.repeated, front.loose_line)


def spawn_commands(body: str) -> tuple[Spawn, ...]:
    """Find the commands in a body that run a worker."""
    if ".runner" not in body and "workers run" not in body:
        return ()
    headings = [(match.start(), "spawn" in match[0].lower()) for match in _HEADING.finditer(body)]
    found: dict[tuple[str | None, str | None, bool], Spawn] = {}
    offset = 0
    for line in body.split("\n"):
        may = len(line) < _LONGEST and (".runner" in line or "workers" in line)
        if may and (match := _COMMAND.match(line)):
            before = bisect.bisect(headings, (offset, False)) - 1
            under = before >= 0 and headings[before][1]
            spawn = Spawn(match["module"], match["worker"], offset, under)
            found.setdefault((spawn.module, spawn.worker, under), spawn)
        offset += len(line) + 1
    return tuple(found.values())


def wrapped_worker(
    name: str, role: str, marker: Marker | None, spawns: tuple[Spawn, ...], runners: Mapping[str, str]
) -> str | None:
    """Say which worker a file wraps: its name or role; None where the file is a worker of its own.

    Args:
        name: What the file calls itself.
        role: Its role.
        marker: Our marker in it.
        spawns: The commands in it that run a worker.
        runners: The workers that are installed, by the module of their runner.
    """
    if marker is not None:
        return marker.worker
    targets = {_target(spawn, name, runners) for spawn in spawns}
    if len(targets) != 1:
        return None
    target = targets.pop()
    if target is None:
        return None
    return target if target in (name, role) or any(spawn.under_heading for spawn in spawns) else None


def _target(spawn: Spawn, name: str, runners: Mapping[str, str]) -> str | None:
    if spawn.module is None:
        return spawn.worker
    if spawn.module in runners:
        return runners[spawn.module]
    # A shipped plugin's runner that is not installed here: what wraps it is nothing without it.
    return name if re.fullmatch(r"hivemind_\w+\.runner", spawn.module) else None
