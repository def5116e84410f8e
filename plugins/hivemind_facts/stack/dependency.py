"""A dependency as a manifest states it, and the manifest that states it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Dependency:
    """One package that a manifest or lock file names."""

    name: str
    version: str | None = None
    line: int | None = None
    dev: bool = False
    ecosystem: str = ""
    """python, node, go, jvm, ..."""


@dataclass(frozen=True)
class ParsedManifest:
    """One manifest or lock file, read."""

    file: str
    kind: str
    ecosystem: str
    lock: bool = False
    name: str | None = None
    dependencies: tuple[Dependency, ...] = ()
    data: dict[str, object] = field(default_factory=dict, compare=False)
    """What else the manifest says that detection needs: scripts, main, workspaces."""


def normal(name: str) -> str:
    """A package name as comparisons need it: lower case, runs of '-', '_' and '.' as one '-' (as Python's are)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Lines:
    """Finds the line that first names something in a text."""

    def __init__(self, text: str) -> None:
        self._numbers: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            for word in re.findall(r"@?[A-Za-z0-9][A-Za-z0-9._/+-]*", line):
                self._numbers.setdefault(word, number)
                self._numbers.setdefault(word.lower(), number)

    def of(self, name: str) -> int | None:
        """The first line that names it as a whole word, None if none does."""
        return self._numbers.get(name) or self._numbers.get(name.lower())
