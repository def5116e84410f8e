"""Drafts a resource in the repository's conventions: what exists is kept, what is missing is made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hivemind import GeneratedFile
from hivemind_backend.auth_style import is_entry
from hivemind_backend.conventions import Conventions
from hivemind_backend.draft_endpoints import draft_endpoints
from hivemind_backend.draft_table import TableDraft, draft_table, find_table, from_facts
from hivemind_backend.models import DRAFTED, ApiEndpoint, DatabaseChange, TableModel
from hivemind_backend.naming import plural_of
from hivemind_backend.resource import Request


@dataclass
class Draft:
    """What was drafted for one resource, and what was left as it is."""

    name: str
    endpoints: tuple[ApiEndpoint, ...] = ()
    table: TableModel | None = None
    changes: tuple[DatabaseChange, ...] = ()
    files: tuple[GeneratedFile, ...] = ()
    existing: tuple[str, ...] = ()
    """What is there already, with its place."""
    notes: tuple[str, ...] = ()
    guide: tuple[str, ...] = field(default=())

    def said(self) -> str:
        """The draft in a sentence or two."""
        made = []
        if self.endpoints:
            fresh = sum(one.status == "new" for one in self.endpoints)
            changed = len(self.endpoints) - fresh
            made += [f"{fresh} endpoint{'s' if fresh != 1 else ''}"] if fresh else []
            made += [f"a change to {changed} existing endpoint{'s' if changed != 1 else ''}"] if changed else []
        if self.changes:
            made.append(f"a migration for table {self.table.name if self.table else self.name!r}")
        there = f" Already there: {', '.join(self.existing)}." if self.existing else ""
        if not made:
            return f"{self.name!r} exists; nothing is missing, so nothing was drafted.{there}"
        return f"Drafted for {self.name!r}: {' and '.join(made)} ({DRAFTED}).{there}"


def draft(request: Request, conventions: Conventions, repo: str) -> Draft:
    """Draft a resource.

    Args:
        request: What the task asks for.
        conventions: What a draft must look like.
        repo: Where the repository is.
    """
    name = " ".join(plural_of(list(request.words)))
    known = find_table(request.words, conventions.tables)
    table = from_facts(known) if known is not None else draft_table(request, conventions, repo)
    endpoints, existing = draft_endpoints(request, conventions, table, known)
    if known is not None:
        existing = (f"table {known.name} ({known.file}:{known.line})", *existing)
    notes = list(table.notes)
    if request.also:
        notes.append(f"the task also names {', '.join(request.also)}: only {name} was drafted")
    if request.fields and known is not None:
        notes.append(f"table {known.name} exists: the fields that the task lists were not added to it")
    return Draft(
        name=name,
        endpoints=endpoints,
        table=table.model if known is None else None,
        changes=(table.change,) if table.change is not None else (),
        files=table.files,
        existing=existing,
        notes=tuple(notes),
        guide=_guide(table, endpoints, conventions),
    )


def _guide(table: TableDraft, endpoints: tuple[ApiEndpoint, ...], conventions: Conventions) -> tuple[str, ...]:
    """In which order to put the draft to work."""
    steps: list[str] = []
    if table.change is not None:
        steps.append(f"Review the columns of `{table.model.name}` and add what the business needs; then migrate.")
        if table.change.rollback:
            steps.append("To go back: " + " ".join(table.change.rollback.split()))
    if endpoints:
        files = Counter(one.file for one in conventions.endpoints if one.file and not is_entry(one.path))
        where = f", beside `{min(files, key=lambda file: (-files[file], file))}`" if files else ""
        steps.append(f"Implement {', '.join(f'`{one.method} {one.path}`' for one in endpoints)}{where}.")
        if table.owner_column:
            steps.append(f"Give a caller only rows whose `{table.owner_column}` is the caller; answer 404 for others'.")
        steps.append(
            "Test each endpoint: without credentials, with another's row, with an unknown id, past the last page."
        )
    return tuple(steps)
