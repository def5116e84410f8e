"""Counts over the facts that several judgements share."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind_architect.facts import place
from hivemind_architect.rules.imports import ImportGraph

if TYPE_CHECKING:
    from hivemind_facts.models import Endpoint, Facts, ForeignKey, Table

LARGE = 500
"""Lines; a module above is called large."""
WRITES = ("POST", "PUT", "PATCH", "DELETE")
_VERSION = re.compile(r"/v\d+(?:/|$)", re.IGNORECASE)
_ENTRY = re.compile(r"/(?:auth|login|log-?in|logout|sign-?in|sign-?up|register|token|refresh|webhooks?)(?:/|$)", re.I)


@dataclass(frozen=True)
class Measures:
    """What is counted once."""

    facts: Facts
    graph: ImportGraph

    @property
    def databases(self) -> list[str]:
        """The databases that are configured or have a driver."""
        return list(dict.fromkeys(one.name for one in self.facts.stack.resources if one.kind == "database"))

    def evidence(self, name: str) -> str:
        """Where a database, cache or broker shows."""
        one = next(one for one in self.facts.stack.resources if one.name == name)
        return f"{one.evidence} ({place(one.file, one.line)})"

    def where(self, name: str) -> str:
        """The place where a database, cache or broker shows."""
        one = next(one for one in self.facts.stack.resources if one.name == name)
        return place(one.file, one.line)

    @property
    def bare_keys(self) -> list[tuple[Table, ForeignKey]]:
        """Foreign keys that no index serves."""
        return [(one, key) for one in self.facts.tables for key in one.foreign_keys if not key.indexed]

    @property
    def open_writes(self) -> list[Endpoint]:
        """Endpoints that change something and ask for no authentication; sign-in and the like left out."""
        return [
            one
            for one in self.facts.endpoints
            if one.method in WRITES and one.auth == "none" and not _ENTRY.search(one.path)
        ]

    @property
    def unpaged(self) -> list[Endpoint]:
        """Lists that are known to be given whole."""
        return [one for one in self.facts.endpoints if one.paginated is False]

    @property
    def versioned(self) -> list[Endpoint]:
        """Endpoints whose path names a version."""
        return [one for one in self.facts.endpoints if _VERSION.search(one.path)]

    @property
    def large(self) -> list[tuple[str, int]]:
        """Modules above the usual size, the largest first."""
        found = [(one.path, one.lines) for one in self.facts.modules if one.lines > LARGE]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    @property
    def urgent(self) -> int:
        """Sure findings of severity critical or high."""
        return sum(one.severity in ("critical", "high") and not one.possible for one in self.facts.findings)

    @property
    def locked(self) -> bool:
        """Whether a lock file pins the dependencies."""
        return any(one.lock for one in self.facts.stack.manifests)

    @property
    def hub(self) -> tuple[str, int]:
        """The module that most others import, and how many do."""
        counts: Counter[str] = self.graph.imported_by()
        return min(counts.items(), key=lambda pair: (-pair[1], pair[0])) if counts else ("", 0)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to judge."""
        return not (self.facts.endpoints or self.facts.tables or self.facts.modules or self.facts.graphql)


def counted(number: int, what: str) -> str:
    """'1 table', '2 tables'."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
