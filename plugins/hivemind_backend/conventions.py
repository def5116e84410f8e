"""The conventions of a repository, counted from its facts: what a draft must look like to belong there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hivemind_backend.auth_style import Access, access_of
from hivemind_backend.data_style import DataStyle, data_style_of
from hivemind_backend.naming import words
from hivemind_backend.path_style import PathStyle, path_style_of

if TYPE_CHECKING:
    from hivemind_facts.models import Endpoint, Facts, Table

_SIZES = ("limit", "size", "page_size", "pagesize", "per_page", "perpage", "take", "first", "count")
_STARTS = ("offset", "skip", "start")
_PAGES = ("page", "page_number", "pagenumber", "p")
_CURSORS = ("cursor", "after", "before", "next_token", "starting_after", "page_token")
_GENERIC = frozenset({"api", "app", "server", "service", "services", "backend", "root", "packages", "apps", "src"})


@dataclass(frozen=True)
class Paging:
    """How lists are cut into pages here."""

    style: str = "offset"
    parameters: tuple[str, ...] = ("limit", "offset")
    evidence: str = ""
    """file:line of a list that does it so; '' where no list does."""


@dataclass(frozen=True)
class Conventions:
    """Everything that a draft follows."""

    service: str
    paths: PathStyle
    access: Access
    data: DataStyle
    paging: Paging
    endpoints: tuple[Endpoint, ...] = field(default=(), repr=False)
    tables: tuple[Table, ...] = field(default=(), repr=False)

    def told(self) -> str:
        """The conventions as a list that a model or a person reads."""
        paths, data = self.paths, self.data
        number, slash = "plural" if paths.plural else "singular", "with" if paths.trailing_slash else "without"
        item = paths.parameter("item")
        paged = f"{self.paging.style} with {', '.join(self.paging.parameters)}"
        lines = [
            f"path prefix: {paths.prefix or 'none'}",
            f"collections are {number}, words joined as {paths.case} case, {slash} trailing slash",
            f"an item's parameter is called {{{item}}} for a resource 'item'; updates use {paths.update_method}",
            f"reads: authentication {self.access.read.auth} ({self.access.read.evidence or 'nothing seen'})",
            f"writes: authentication {self.access.write.auth} ({self.access.write.evidence or 'nothing seen'})",
            f"pagination: {paged} ({self.paging.evidence or 'no list here is paginated'})",
        ]
        if data.tables:
            lines.append(
                f"tables are {'plural' if data.plural else 'singular'}, {data.case} case; columns {data.column_case} "
                f"case; dialect {data.dialect or 'not known'}; key {data.key.name} {data.key.type}"
            )
        if data.timestamps:
            lines.append("timestamps: " + ", ".join(f"{one.name} {one.type}" for one in data.timestamps))
        if data.owner is not None:
            lines.append(f"owner: {data.owner.column} references {data.owner.table} ({data.owner.evidence})")
        return "\n".join(f"- {line}" for line in lines)


def conventions_of(facts: Facts, repo: str = "", task: str = "") -> Conventions:
    """Count the conventions of the service that the task names, else of the one that offers most endpoints.

    Args:
        facts: The repository's facts.
        repo: Where it is, to look at the URL files of frameworks whose routes say more than their paths.
        task: What the user asks for.
    """
    service = _main_service(facts, task)
    endpoints = tuple(one for one in facts.endpoints if one.service == service)
    own = tuple(one for one in facts.tables if one.service == service and one.kind != "view")
    tables = own or tuple(one for one in facts.tables if one.kind != "view")
    return Conventions(
        service=service,
        paths=path_style_of(endpoints, facts, repo),
        access=access_of(endpoints),
        data=data_style_of(tables, facts),
        paging=paging_of(endpoints),
        endpoints=endpoints,
        tables=tables,
    )


def _main_service(facts: Facts, task: str) -> str:
    counts = Counter(one.service for one in facts.endpoints) or Counter(one.service for one in facts.tables)
    asked = words(task[:5_000])
    named = [
        name for name in counts if (own := [part for part in words(name) if part not in _GENERIC]) and own[-1] in asked
    ]
    if len(counts) > 1 and len(named) == 1:
        return named[0]
    return min(counts, key=lambda name: (-counts[name], name)) if counts else ""


def paging_of(endpoints: tuple[Endpoint, ...]) -> Paging:
    """The way most paginated lists are cut; limit and offset where none is."""
    seen: Counter[tuple[str, tuple[str, ...]]] = Counter()
    first: dict[tuple[str, tuple[str, ...]], str] = {}
    unnamed = ""
    for one in endpoints:
        if not one.paginated:
            continue
        place = f"{one.file}:{one.line}"
        key = _style([parameter.name for parameter in one.parameters if parameter.location in ("query", "unknown")])
        if key is None:
            unnamed = unnamed or place
            continue
        seen[key] += 1
        first.setdefault(key, place)
    if not seen:
        return Paging(evidence=unnamed)
    best = min(seen, key=lambda key: (-seen[key], key))
    return Paging(best[0], best[1], first[best])


def _style(names: list[str]) -> tuple[str, tuple[str, ...]] | None:
    def pick(known: tuple[str, ...]) -> str | None:
        return next((name for name in names if name.lower().replace("-", "_") in known), None)

    size, start, page, cursor = pick(_SIZES), pick(_STARTS), pick(_PAGES), pick(_CURSORS)
    for style, lead in (("cursor", cursor), ("page", page), ("offset", start)):
        if lead is not None:
            return style, ((lead, size) if style == "page" else (size, lead)) if size else (lead,)
    return None
