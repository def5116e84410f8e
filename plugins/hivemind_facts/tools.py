"""Tools for real models: ask for details of the facts instead of being sent everything."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from hivemind_facts import lines
from hivemind_facts.models import Endpoint, Facts, Table
from hivemind_facts.words import fit, words_of

if TYPE_CHECKING:
    from hivemind import Task, WorkerSpec

MAX_CHARS = 12_000
_LIMIT = 100
_KINDS = ("stack", "services", "endpoints", "tables", "graphql", "calls", "external", "environment", "modules")
_ALL_KINDS = (*_KINDS, "findings", "unresolved", "skipped")


def find_endpoints(facts: Facts, text: str = "", method: str = "", auth: str = "", limit: int = 20) -> str:
    """Endpoints whose path, handler, file or types contain a text or its words, the best fitting first."""
    wanted, needle = words_of(text), text.lower().strip()
    found: list[tuple[int, Endpoint]] = []
    for one in facts.endpoints:
        if (method and one.method not in (method.upper(), "ANY")) or (auth and one.auth != auth.lower()):
            continue
        texts = (one.path, one.handler, one.file, one.summary, one.request_type or "", one.response_type or "")
        score = fit(wanted, texts) + (3 if needle and needle in " ".join(texts).lower() else 0)
        if score or not needle:
            found.append((score, one))
    found.sort(key=lambda one: -one[0])
    return _listed([lines.endpoint(one) for _, one in found], limit, "endpoint")


def describe_table(facts: Facts, name: str) -> str:
    """One table in full: columns, keys, indexes, where it is defined, and who refers to it."""
    found = [one for one in facts.tables if name.lower() in (one.name.lower(), (one.model or "").lower())]
    if not found:
        return _nothing("table", name, [one.name for one in facts.tables])
    return _cut("\n\n".join(_table(facts, one) for one in found))


def _table(facts: Facts, table: Table) -> str:
    rows = [f"{table.kind} {table.name} · {table.source} · {lines.place(table.file, table.line)}"]
    if table.model:
        rows.append(f"model {table.model}")
    for column in table.columns:
        null = {True: " null", False: " not null", None: ""}[column.nullable]
        default = f" default {column.default}" if column.default else ""
        rows.append(f"- {lines.column(column, table)}{null}{default}")
    rows.append(f"primary key: {', '.join(table.primary_key) or 'none known'}")
    for key in table.foreign_keys:
        deleted = f" on delete {key.on_delete}" if key.on_delete else ""
        served = "indexed" if key.indexed else "not indexed"
        rows.append(f"foreign key: {key.column} -> {key.ref_table}.{key.ref_column or '?'}{deleted} ({served})")
    for index in table.indexes:
        unique = "unique " if index.unique else ""
        rows.append(f"{unique}index {index.name or '(unnamed)'}: {', '.join(index.columns)}")
    rows += [f"unique: {', '.join(columns)}" for columns in table.unique]
    users = [
        f"{one.name}.{key.column}" for one in facts.tables for key in one.foreign_keys if key.ref_table == table.name
    ]
    rows.append(f"referred to by: {', '.join(users) or 'no table'}")
    return "\n".join(rows)


def who_calls(facts: Facts, target: str, method: str = "", limit: int = 40) -> str:
    """Who calls an endpoint (such as '/api/orders/{id}') or imports a module (such as 'app/orders.py')."""
    if target.startswith("/"):
        wanted = _shape(target)
        found = [
            lines.call(one)
            for one in facts.calls
            if _shape(one.path) == wanted and (not method or one.method in (method.upper(), "UNKNOWN"))
        ]
        return _listed(found, limit, "call") if found else f"no call of {target} in browser code is known"
    importers = [one.path for one in facts.modules if target in one.imports]
    if importers:
        return _listed(importers, limit, "module")
    if any(one.path == target for one in facts.modules):
        return f"no module of the repository imports {target}"
    return _nothing("module", target, [one.path for one in facts.modules])


def read_fact(facts: Facts, kind: str, name: str = "", limit: int = 20) -> str:
    """Facts of one kind in full, as JSON lines: those whose text contains a name or an id, or the first ones."""
    if kind not in _ALL_KINDS:
        return _nothing("kind of fact", kind, _ALL_KINDS)
    values = [facts.stack] if kind == "stack" else getattr(facts, kind)
    rows = [one.model_dump_json(exclude_defaults=True) for one in values]
    return _listed([row for row in rows if name.lower() in row.lower()], limit, "fact")


def _shape(path: str) -> str:
    """A path without query, origin, trailing slash and parameter names."""
    bare = re.sub(r"^https?://[^/]+", "", path).partition("?")[0]
    return re.sub(r"\{[^}]*\}|:\w+|<[^>]*>", "{}", bare).rstrip("/").lower()


def _listed(rows: Sequence[str], limit: int, noun: str) -> str:
    if not rows:
        return f"no {noun} fits"
    kept: list[str] = []
    room = MAX_CHARS
    for row in rows[: max(1, min(limit, _LIMIT))]:
        if kept and len(row) > room:
            break
        kept.append(row[:MAX_CHARS])
        room -= len(row) + 1
    if len(kept) < len(rows):
        kept.append(f"({len(rows) - len(kept)} more; ask more narrowly or with a higher limit)")
    return "\n".join(kept)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}\n(cut here)"


def _nothing(what: str, name: str, known: Iterable[str]) -> str:
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=5, cutoff=0.5) or names[:20]
    return f"there is no {what} {name!r}; " + (f"near or known: {', '.join(near)}" if near else "none is known")


def toolset(task: Task, worker: WorkerSpec | None = None) -> list[Callable[..., str]]:
    """The tools over the facts of a task's repository, which are read when one is first used.

    Args:
        task: Whose repository.
        worker: Who is told; only facts of files that its `paths` let it see.
    """
    from hivemind import reads
    from hivemind_facts.limits import told_to
    from hivemind_facts.loading import load_facts

    def facts() -> Facts:
        return told_to(worker, load_facts(task.repo, task.session_id))

    def find(text: str = "", method: str = "", auth: str = "", limit: int = 20) -> str:
        """Find HTTP endpoints of the repository by words in their path, handler, file or types.

        Args:
            text: Words or a part of a path; empty for all.
            method: GET, POST, ...; empty for all.
            auth: required, optional, none or unknown; empty for all.
            limit: How many at the most.
        """
        return find_endpoints(facts(), text, method, auth, limit)

    def describe(name: str) -> str:
        """Describe one database table in full: columns, keys, indexes, and which tables refer to it.

        Args:
            name: The table's name, or the name of the class that maps it.
        """
        return describe_table(facts(), name)

    def callers(target: str, method: str = "") -> str:
        """Say who calls an endpoint from browser code, or which modules import a file.

        Args:
            target: A path such as '/api/orders/{id}', or a file such as 'app/orders.py'.
            method: GET, POST, ...; empty for all.
        """
        return who_calls(facts(), target, method)

    def read(kind: str, name: str = "", limit: int = 20) -> str:
        """Read facts of one kind in full, as JSON lines.

        Args:
            kind: stack, services, endpoints, tables, graphql, calls, external, environment, modules, findings,
                unresolved or skipped.
            name: Only those that contain this text, such as an id, a path or a file.
            limit: How many at the most.
        """
        return read_fact(facts(), kind, name, limit)

    named: dict[str, Callable[..., str]] = {
        "find_endpoints": find,
        "describe_table": describe,
        "who_calls": callers,
        "read_fact": read,
    }
    for name, function in named.items():
        function.__name__ = function.__qualname__ = name
    return [reads(function) for function in named.values()]
