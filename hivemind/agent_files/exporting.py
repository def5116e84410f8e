"""A worker as an agent file that tells Claude Code to run it by its command."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hivemind.agent_files.front_matter import Field
from hivemind.agent_files.front_matter_text import field_line, flow_line, header, list_line, text_line
from hivemind.agent_files.reading import AgentFile
from hivemind.agent_files.tool_names import OURS, tool_list
from hivemind.agent_files.wrapper import END, Marker, find_marker
from hivemind.agent_files.wrapper_text import Wrapped, bottom, command_block, integration, top
from hivemind.model_names import AGENT_FILE_NAMES, INHERIT
from hivemind.models import WorkerSpec

_SPAWN = re.compile(
    r"^#{1,6}[ \t]+[^\n]*\bspawn\b[^\n]*\n(?:(?!#{1,6}[ \t]|```)[^\n]*\n)*?"
    r"(?P<block>```[^\n]*\n(?P<command>(?:(?!```)[^\n]*\n)*)```[ \t]*\n)",
    re.MULTILINE | re.IGNORECASE,
)
"""A heading that says 'spawn', and the first block of code under it."""
_RUNS = re.compile(r"\s-m[ \t]+[\w.]+|workers[ \t]+run")
_TEXTS = ("name", "description", "role", "type", "model", "color", "priority")
_LISTS = ("capabilities", "tools", "disallowedTools", "paths", "requires", "after", "aligns_with")
_FORM = ("type", "role", "name", "capabilities", "priority", "description", "model", "color")
"""The fields of a wrapper, in their order; all others follow."""
_TURNS = 5
"""What a wrapper needs at the least: start, look, hand over."""
_DIGEST = re.compile(r'(<!-- hivemind:wrapper \{"digest": ")[0-9a-f]*(")')


def wrapper_of(one: Wrapped) -> str:
    """Write the wrapper of a plugin's worker."""
    marker = Marker(one.spec.name, model=one.model)
    text = header(_spec_lines(one.spec)) + "\n" + top(one) + integration(one)
    return signed(f"{text}{marker.line()}\n{command_block(one)}{bottom(one)}")


def wrapper_of_file(one: Wrapped, file: AgentFile) -> str:
    """Write the wrapper of a worker that an agent file defines: its front matter and its body stand in it as they are.

    Args:
        one: The worker.
        file: Where it is defined.
    """
    fields, changed, added = _wrapped_fields(file)
    marker = Marker(one.spec.name, definition=True, fields=changed, added=tuple(added), model=one.model)
    head = header(_file_lines(fields))
    spawn = _SPAWN.search(file.body)
    if spawn is not None and _RUNS.search(spawn["command"]):
        # It has the form already: its command gives way to the one that runs this worker.
        marker = replace(marker, replaced=spawn["block"])
        block = f"{marker.line()}\n{command_block(one)}{END}\n"
        return signed(head + file.body[: spawn.start("block")] + block + file.body[spawn.end("block") :])
    said = f"{integration(one)}{command_block(one)}{bottom(one)}"
    own = "\n## The Worker's Own Instructions\n\nThe worker is given what follows; this agent runs its command.\n"
    return signed(f"{head}{marker.line()}\n{top(one)}{said}{own}{END}\n{file.body}")


def signed(text: str) -> str:
    """Put into the marker what the text is, so that an edit shows."""
    return _DIGEST.sub(rf"\g<1>{_hash(text)}\g<2>", text, count=1)


def _hash(text: str) -> str:
    return hashlib.sha256(_DIGEST.sub(r"\1\2", text, count=1).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def untouched(text: str) -> bool:
    """Whether a text is a wrapper as it was written, with nobody's edits."""
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    found = find_marker(text)
    return found is not None and found[0].digest == _hash(text)


def claude_model(model: str | None) -> str:
    """The model of the agent that runs the command: Claude Code knows Claude's only."""
    word = (model or INHERIT).removeprefix("anthropic:")
    return word if word in AGENT_FILE_NAMES or word.startswith("claude-") else INHERIT


def _spec_lines(spec: WorkerSpec) -> Iterator[str]:
    yield text_line("type", "worker")
    yield text_line("role", spec.role)
    yield text_line("name", spec.name)
    yield flow_line("capabilities", spec.capabilities)
    yield text_line("priority", spec.priority)
    yield text_line("description", spec.description)
    yield text_line("model", claude_model(spec.model))
    if spec.color:
        yield text_line("color", spec.color)
    if spec.tools is not None:
        theirs = {ours: name for name, ours in OURS.items() if name[0].isupper()}
        names = [*dict.fromkeys(theirs.get(tool, tool) for tool in spec.tools), "Bash"]
        yield text_line("tools", ", ".join(dict.fromkeys(names)))
    for key in ("paths", "requires", "after", "aligns_with"):
        value = getattr(spec, key)
        if value or (key == "paths" and value is not None):
            yield flow_line(key, value)
    for key in ("max_requests", "timeout_s", "retries"):
        if (number := getattr(spec, key)) is not None:
            yield f"{key}: {number:g}\n"
    if not spec.cache:
        yield "cache: false\n"


def _wrapped_fields(file: AgentFile) -> tuple[dict[str, Field], dict[str, Any], list[str]]:
    """The fields as the wrapper has them, what those said that were changed, and which were added."""
    fields, spec = dict(file.front.fields), file.spec
    changed: dict[str, Any] = {}
    added = []

    def change(key: str, text: str | None) -> None:
        before = fields.pop(key, None)
        if before is None:
            added.append(key)
        else:
            text_before = None if before.value is None else before.text
            changed[key] = text_before if before.items is None else list(before.items)
        if text is not None:
            fields[key] = Field(key, 0, text, text)

    defaults = {"type": "worker", "role": spec.role, "priority": spec.priority, "description": spec.description}
    for key, text in defaults.items():
        if (present := fields.get(key)) is None or not present.text.strip():
            change(key, text)
    if "capabilities" not in fields:
        added.append("capabilities")
        fields["capabilities"] = Field("capabilities", 0, [], "[]", ())
    model = fields.get("model")
    if model is None or claude_model(model.text.strip()) != model.text.strip():
        change("model", claude_model(spec.model))
    _let_it_run(fields, change)
    return fields, changed, added


def _let_it_run(fields: dict[str, Field], change: Any) -> None:
    """Take out of the wrapper's own front matter what would keep it from running the command."""
    tools = fields.get("tools")
    if tools is not None and (tools.items is not None or tools.text.strip()):
        names = tool_list(tools)
        if "*" not in names and "Bash" not in names:
            change("tools", ", ".join((*names, "Bash")))
    denied = fields.get("disallowedTools")
    if denied is not None and not denied.empty:
        names = tool_list(denied)
        kept = [name for name in names if name != "*" and name.partition("(")[0] != "Bash"]
        if len(kept) < len(names):
            change("disallowedTools", ", ".join(kept) or None)
    mode = fields.get("permissionMode")
    if mode is not None and mode.text.strip() in ("plan", "dontAsk"):
        change("permissionMode", None)
    turns = fields.get("maxTurns")
    if turns is not None and turns.text.strip().isdigit() and int(turns.text) < _TURNS:
        change("maxTurns", None)


def _file_lines(fields: dict[str, Field]) -> Iterator[str]:
    for key in (*(key for key in _FORM if key in fields), *(key for key in fields if key not in _FORM)):
        field = fields[key]
        if key in _LISTS:
            yield list_line(field)
        elif key in _TEXTS and not isinstance(field.value, str | bool | int | float | None) and field.text:
            yield text_line(key, field.text)
        else:
            yield field_line(field)


def definition_text(file: AgentFile) -> str:
    """Write the definition that a file carries, without what a wrapper added."""
    return header(_file_lines(dict(file.front.fields))) + file.body
