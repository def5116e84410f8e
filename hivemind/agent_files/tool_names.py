"""Tool lists of agent files: how they are written, and which of our tools they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hivemind.agent_files.front_matter import Field, FrontMatter
from hivemind.agent_files.remark import Remark
from hivemind.errors import did_you_mean
from hivemind.repository_tools import NOT_GIVEN, TOOLS

OURS = {
    "Read": "read_file",
    "Grep": "search_files",
    "grep": "search_files",
    "Glob": "find_files",
    "list_files": "find_files",
    "LS": "list_directory",
}
"""Claude Code's read-only tools, and ours that do the same."""
_CLAUDE_CODE = NOT_GIVEN | frozenset(
    (
        "Agent",
        "AskUserQuestion",
        "Config",
        "EnterPlanMode",
        "EnterWorktree",
        "ExitWorktree",
        "KillBash",
        "LSP",
        "ListMcpResourcesTool",
        "Monitor",
        "PowerShell",
        "ReadMcpResourceTool",
        "SendMessage",
        "SendUserFile",
        "TaskCreate",
        "TaskGet",
        "TaskList",
        "TaskOutput",
        "TaskStop",
        "TaskUpdate",
        "TeamCreate",
        "TeamDelete",
        "ToolSearch",
        "WebReader",
    )
)
"""Tools of Claude Code that no worker gets: it reads the repository, and hands its result over."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker gets: None for all, and what is to be said about the rest."""

    names: tuple[str, ...] | None
    remarks: tuple[Remark, ...] = ()


def tool_list(field: Field) -> tuple[str, ...]:
    """Read a tool list: YAML's, or names with commas or spaces, not those inside parentheses."""
    if field.items is not None:
        return tuple(dict.fromkeys(name for item in field.items for name in _parted(item)))
    return tuple(dict.fromkeys(_parted(field.text.strip().removeprefix("[").removesuffix("]"))))


def _parted(text: str) -> list[str]:
    found, part, depth = [], "", 0
    for char in text:
        if depth == 0 and (char == "," or char.isspace()):
            found.append(part)
            part = ""
            continue
        depth = max(0, depth + (char == "(") - (char == ")"))
        part += char
    found.append(part)
    return [name for one in found if (name := one.strip().strip("\"'")) and name != "-"]


def tools_of(front: FrontMatter) -> Tools:
    """Say which tools an agent file gives its worker: those it allows, without those it denies."""
    allowed, denied = front.get("tools"), front.get("disallowedTools")
    names: tuple[str, ...] | None = None
    remarks: list[Remark] = []
    if allowed is not None and (allowed.items is not None or allowed.text.strip()):
        listed = tool_list(allowed)
        if "*" not in listed:
            names = tuple(dict.fromkeys(_translated(listed, allowed.line, remarks)))
    if denied is not None and not denied.empty:
        taken = _denied(tool_list(denied), denied.line, remarks)
        if taken:
            names = tuple(name for name in (TOOLS if names is None else names) if name not in taken)
    return Tools(names, tuple(remarks))


def _translated(listed: Sequence[str], line: int, remarks: list[Remark]) -> Iterable[str]:
    left_out = []
    for name in listed:
        base, opened, _ = name.partition("(")
        ours = OURS.get(base, base)
        if ours in TOOLS:
            if opened:
                remarks.append(_whole(name, base, line))
            yield ours
        elif base in NOT_GIVEN or base.startswith("mcp__"):
            left_out.append(name)
            yield name
        elif base in _CLAUDE_CODE:
            left_out.append(name)
        else:
            remarks.append(_unknown(name, base, line))
    if left_out:
        said = ", ".join(left_out)
        remarks.append(Remark("note", line, f"not given, a worker only reads: {said}"))


def _denied(listed: Sequence[str], line: int, remarks: list[Remark]) -> set[str]:
    if "*" in listed:
        return set(TOOLS)
    taken = set()
    for name in listed:
        base, opened, _ = name.partition("(")
        ours = OURS.get(base, base)
        if ours in TOOLS:
            taken.add(ours)
            if opened:
                said = f"'disallowedTools' denies a part of {base} only ({name}): the whole tool is taken away"
                remarks.append(Remark("warning", line, said, "say with 'paths' which files the worker may see"))
        elif base not in _CLAUDE_CODE and not base.startswith("mcp__"):
            remarks.append(_unknown(name, base, line))
    return taken


def _whole(name: str, base: str, line: int) -> Remark:
    said = f"the limit of tool {name!r} can't be enforced: {base} is given whole"
    return Remark("error", line, said, "say with 'paths' which files the worker may see")


def _unknown(name: str, base: str, line: int) -> Remark:
    known = {*TOOLS, *OURS, *_CLAUDE_CODE}
    fitting = next((one for one in known if re.sub(r"\W|_", "", one).lower() == re.sub(r"\W|_", "", base).lower()), "")
    hint = f"did you mean {fitting!r}?" if fitting else did_you_mean(base, known)
    return Remark("error", line, f"unknown tool {name!r}: it is not given", hint or f"there are: {', '.join(TOOLS)}")
