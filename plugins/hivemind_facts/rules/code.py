"""Code as the rules see it, whatever language family it is written in: one form for what the digests note."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from hivemind_facts.languages.secrets import is_secret, masked
from hivemind_facts.reading import Digest, Repository
from hivemind_facts.rules.finding import is_test

_FAMILY = {
    "javascript": "javascript",
    "jsx": "javascript",
    "typescript": "javascript",
    "tsx": "javascript",
    "vue": "javascript",
    "svelte": "javascript",
    "python": "python",
    "go": "go",
    "java": "java",
    "kotlin": "java",
}
_STATEMENT = re.compile(
    r"\s*(?:select\b.+\bfrom\b|insert\s+into\b|update\s+\S+\s+set\b|delete\s+from\b|with\s+\w+\s+as\s*\("
    r"|(?:alter|drop|create|truncate)\s+table\b)",
    re.IGNORECASE | re.DOTALL,
)
_EXECUTES = re.compile(
    r"(?:^|\.)(?:\$?(?:query|execute)\w*|raw|exec|run|all|get|each|one|many|none|any|oneOrNone|manyOrNone|unsafe"
    r"|\$queryRawUnsafe|\$executeRawUnsafe|prepare|literal)$",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"(?:^|\.)(?:log|info|warn|error|debug|trace|Error|\w*Exception|alert|t|translate)$|^console\b|^logger?\b"
)


@dataclass(frozen=True)
class Statement:
    """SQL in a string."""

    line: int
    text: str
    how: str
    """'constant', or how it is built."""
    executed: bool
    callee: str
    function: str
    loop: int
    parts: tuple[str, ...] = ()
    """What is put in, where the digest tells it apart from the text."""


@dataclass(frozen=True)
class Looped:
    """A call inside a loop."""

    line: int
    callee: str
    function: str
    loop: int


@dataclass(frozen=True)
class Secret:
    """A literal under a secret's name, masked."""

    line: int
    name: str
    masked: str
    length: int


@dataclass(frozen=True)
class GuardMade:
    """A function or class that looks like an access guard."""

    line: int
    name: str
    kind: str
    status: int


@dataclass
class Code:
    """What one file notes for rules."""

    path: str
    family: str
    statements: list[Statement] = field(default_factory=list)
    looped: list[Looped] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    guards: list[GuardMade] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    """How often each identifier is used where it is not being defined or merely exported."""


def code_of(repository: Repository, *, tests: bool = False) -> Iterator[Code]:
    """What every file with a digest notes, in path order.

    Args:
        repository: The repository.
        tests: Whether to give the files of tests as well.
    """
    for file in repository.files():
        family = _FAMILY.get(file.language)
        if family is None or (not tests and is_test(file.path)):
            continue
        digest = repository.digest(file.path)
        if digest is not None:
            yield _script(file.path, digest) if family == "javascript" else _noted(file.path, family, digest)


def _noted(path: str, family: str, digest: Digest) -> Code:
    """Python, Go and Java note the same keys."""
    code = Code(path, family)
    for one in digest.get("sql_strings", ()):
        told = (one["line"], str(one["text"]), one["how"], bool(one.get("executed")), str(one.get("callee") or ""))
        code.statements.append(Statement(*told, str(one.get("function") or ""), one.get("loop") or 0))
    for one in digest.get("calls", ()):
        if one.get("loop"):
            code.looped.append(Looped(one["line"], str(one["callee"]), str(one.get("function") or ""), one["loop"]))
    for one in digest.get("secrets", ()):
        code.secrets.append(Secret(one["line"], str(one["name"]), str(one["masked"]), one["length"]))
    for one in digest.get("guards", ()):
        kind = str(one.get("kind") or "function")
        code.guards.append(GuardMade(one["line"], str(one["name"]), kind, int(one.get("status") or 0)))
    code.names = Counter(digest.get("names", ()))
    return code


def _script(path: str, digest: Digest) -> Code:
    """JavaScript and TypeScript: see the digest's docstring for the keys."""
    code = Code(path, "javascript")
    for line, callee, text, dynamic, loop, function in digest["sql"]:
        if not _STATEMENT.match(text) or _SPEAKS.search(callee):
            continue
        executed = bool(_EXECUTES.search(callee))
        looped = line if loop else 0
        code.statements.append(Statement(line, text, "a template", executed, callee, function, looped, tuple(dynamic)))
    for line, callee, function in digest["loops"]:
        code.looped.append(Looped(line, callee, function, line))
    for line, name, value in digest["literals"]:
        if is_secret(name, value):
            code.secrets.append(Secret(line, name, masked(value), len(value)))
    for line, name, kind, status in digest["guards"]:
        code.guards.append(GuardMade(line, name, kind, status))
    code.names = Counter(digest["uses"])
    code.names.subtract(digest["shown"])
    return code
