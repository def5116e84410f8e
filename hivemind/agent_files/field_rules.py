"""Which fields of an agent file are enforced, which can't be, and which say nothing to us."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind.agent_files.front_matter import Field, FrontMatter
from hivemind.agent_files.remark import Remark
from hivemind.errors import did_you_mean

LISTS = ("capabilities", "paths", "requires", "after", "aligns_with")
DIRECT = ("priority", "color", "timeout_s", "retries", "cache")
TAKEN = frozenset(
    (
        *LISTS,
        *DIRECT,
        "type",
        "role",
        "name",
        "description",
        "model",
        "tools",
        "disallowedTools",
        "maxTurns",
        "max_requests",
    )
)
"""What becomes part of the worker."""
_UNENFORCED = {
    "hooks": "no hook of an agent file is run",
    "mcpServers": "no MCP server is started",
    "permissionMode": "a worker reads only, and asks for no permission",
    "memory": "a worker keeps no memory between sessions",
    "isolation": "a worker gets no worktree: it never writes in the repository",
    "skills": "no skill is loaded",
    "background": "the session's graph says what runs beside what",
    "effort": "the model's own effort is used",
    "initialPrompt": "the task is the only prompt",
}
_CODE = frozenset(("agent", "instructions", "notes", "output_type", "rules", "toolsets"))
"""What a plugin's worker may say, and a file may not: it would name code to import."""
# fmt: off
_METADATA = frozenset((
    "author", "authors", "category", "categories", "created", "date", "displayName", "display_name", "domain",
    "emoji", "homepage", "icon", "id", "keywords", "license", "metadata", "repository", "source", "tags", "title",
    "updated", "url", "version",
))
_LIMITS = frozenset((
    "access", "allow", "allowed", "approval", "approve", "budget", "command", "commands", "cost", "deny", "denied",
    "disallowed", "env", "exec", "exclude", "file", "files", "filesystem", "forbid", "forbidden", "globs", "hook",
    "hooks", "include", "internet", "isolation", "limit", "limits", "max", "mcp", "min", "mode", "network", "only",
    "path", "paths", "permission", "permissions", "policy", "read", "readonly", "restrict", "restricted", "sandbox",
    "sandboxed", "scope", "secret", "secrets", "skill", "skills", "temperature", "thinking", "timeout", "token",
    "tokens", "tool", "tools", "turn", "turns", "write",
))
# fmt: on
_SLIPS = {re.sub(r"[_-]", "", key).lower(): key for key in (*TAKEN, *_UNENFORCED)}
_SLIPS |= {"allowedtools": "tools", "tool": "tools", "deniedtools": "disallowedTools", "dependson": "requires"}
_KNOWN_WORDS = {"permissionMode": ("default", "plan")}


def unenforced(front: FrontMatter) -> Iterator[Remark]:
    """Say of every field that is not taken why it is not, one remark each."""
    for key, field in front.fields.items():
        if key in TAKEN or key in _METADATA:
            continue
        if key in _UNENFORCED:
            if not field.empty and field.text.strip() not in _KNOWN_WORDS.get(key, ()):
                said = f"field {key!r} can't be enforced: {_UNENFORCED[key]}"
                yield Remark("error", field.line, said, "take it out, or run this agent in Claude Code")
        elif key in _CODE:
            said = f"field {key!r} is not taken from an agent file: it would name code to run"
            yield Remark("error", field.line, said, "make a plugin of the worker")
        else:
            yield _unknown(field)


def _unknown(field: Field) -> Remark:
    key = field.key
    slip = _SLIPS.get(re.sub(r"[_-]", "", key).lower())
    hint = f"did you mean {slip!r}?" if slip else ""
    if not slip and len(key) > 4:
        hint = did_you_mean(key, TAKEN | _UNENFORCED.keys()) if _near(key) else ""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", key)}
    if hint or words & _LIMITS:
        said = f"unknown field {key!r} can't be enforced"
        return Remark("error", field.line, said, hint or "take it out, or say it with a field that hivemind has")
    return Remark("warning", field.line, f"unknown field {key!r} says nothing to hivemind", "take it out, or leave it")


def _near(key: str) -> bool:
    import difflib

    return bool(difflib.get_close_matches(key, [*TAKEN, *_UNENFORCED], n=1, cutoff=0.8))
