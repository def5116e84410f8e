"""A generated collection of agent files, in all the ways that people write them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_AREAS = ("api", "css", "data", "docs", "go", "legal", "ml", "mobile", "ops", "python", "rust", "sales", "sql", "ux")
_DOES = ("analyst", "architect", "auditor", "coach", "debugger", "expert", "migrator", "reviewer", "tester", "writer")
_DESCRIPTIONS = (
    "Reviews {a} work and says what to mend.",
    "Use this agent when: the {a} part breaks, or somebody asks",
    '"Expert in {a}: reads, measures, proposes."',
    "'It''s for {a}'",
    "[beta] looks after {a}",
    "Use PROACTIVELY for {a}. Examples:\\n\\n<example>\\nContext: a change\\nuser: 'look: now'\\n</example>",
    "|\n  Over lines: the {a} part.\n\n  - one\n  - two",
    ">-\n  Folded {a}\n  text: here",
    "`{a}` specialist # not a comment to its author",
    "@team {a}, 100% of it * {{all}}",
    "",
)
_TOOLS = (
    None,
    "tools: Read, Grep, Glob",
    "tools: Read, Write, Edit, Bash, WebFetch, mcp__context7__get-library-docs",
    "tools: Read, Bash(git log:*), Bash(npm run test:*, npm ci)",
    "tools:\n  - Read\n  - Grep",
    'tools: ["Read", "Grep", "Bash"]',
    'tools: "*"',
    "tools:",
    "disallowedTools: Write, Edit",
)
_MODELS = (None, "inherit", "sonnet", "opus", "haiku", "claude-sonnet-4-5", "sonnet[1m]")
_MORE = (
    None,
    "color: cyan",
    "category: quality",
    "version: 1.10",
    "maxTurns: 12",
    "permissionMode: plan",
    "tags: [a, b]",
)
_ENDS = ("\n", "\n", "\n", "\r\n")


@dataclass
class Collection:
    """Where it is, and what is known of it."""

    root: Path
    workers: dict[str, str] = field(default_factory=dict)
    """Name to file."""
    failing: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def make_collection() -> Callable[[Path, int], Collection]:
    """Writes a collection of a number of files into `.claude/agents`, the same one each time."""

    def make(root: Path, number: int) -> Collection:
        dice = random.Random(number)
        made = Collection(root)
        for index in range(number):
            area, does = dice.choice(_AREAS), dice.choice(_DOES)
            name = f"{area}-{does}-{index}"
            relative = f".claude/agents/{area}/{name}.md" if index % 3 else f".claude/agents/{name}.md"
            path = root / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            if index % 25 == 24:
                made.failing.append(relative)
                path.write_bytes(dice.choice(_BROKEN))
                continue
            made.workers[name] = relative
            path.write_bytes(_text(dice, name, area).encode())
        for folder in {path.parent for path in (root / ".claude" / "agents").rglob("*.md")}:
            (folder / "README.md").write_text("# What is here\n")
        return made

    return make


_BROKEN = (
    b"",
    b"# A page\n\nText.\n",
    b"---\ndescription: no name\n---\n",
    b"---\nname: a\n",
    b"\x00\x01\x02",
    b"---\n- a\n---\n",
)


def _text(dice: random.Random, name: str, area: str) -> str:
    lines = [f"name: {name}", f"description: {dice.choice(_DESCRIPTIONS).format(a=area)}"]
    lines += [line for line in (dice.choice(_TOOLS), dice.choice(_MORE)) if line]
    if model := dice.choice(_MODELS):
        lines.append(f"model: {model}")
    if dice.random() < 0.3:
        dice.shuffle(lines)
    body = "\n".join(f"## Part {n}\n\n- {area} matters\n\n---\n" for n in range(dice.randrange(1, 12)))
    text = "---\n" + "\n".join(lines) + f"\n---\n\nYou know {area}.\n\n{body}"
    mark = "\ufeff" if dice.random() < 0.05 else ""
    return mark + text.replace("\n", dice.choice(_ENDS))
