"""How a repository's tables look: names, dialect, keys, timestamps and who owns a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hivemind_backend.naming import Case, bare, case_of, cased, is_plural, plural_of, singular_of, words

if TYPE_CHECKING:
    from hivemind_facts.models import Column, Facts, Table

DIALECTS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
}
PEOPLE = frozenset({"user", "account", "customer", "member", "person", "profile", "author", "owner", "client"})
_TIMESTAMPS = frozenset({("created", "at"), ("updated", "at"), ("created", "on"), ("updated", "on"), ("deleted", "at")})
_MORE_TIMESTAMPS = frozenset(
    {("date", "created"), ("last", "updated"), ("modified", "at"), ("created",), ("modified",)}
)


@dataclass(frozen=True)
class Key:
    """The primary key of a usual table."""

    name: str = "id"
    type: str = ""
    default: str | None = None


@dataclass(frozen=True)
class Owner:
    """The table of the people who own rows, and the column that names them."""

    table: str
    column: str
    ref_column: str
    evidence: str


@dataclass(frozen=True)
class DataStyle:
    """The style of tables."""

    tables: int = 0
    dialect: str = ""
    source: str = ""
    """sql, sqlalchemy, alembic, django, prisma, ...: what most tables are read from."""
    documents: bool = False
    """Collections of a document store, not tables."""
    plural: bool = True
    case: Case = "snake"
    column_case: Case = "snake"
    app_prefix: bool = False
    """Names of Django's kind: app_model."""
    key: Key = Key()
    timestamps: tuple[Column, ...] = ()
    owner: Owner | None = None

    def table(self, name: Sequence[str]) -> str:
        """The name of the table of a resource."""
        if self.app_prefix:
            return f"{cased(plural_of(name), 'snake')}_{''.join(singular_of(name))}"
        return cased(plural_of(name) if self.plural else singular_of(name), self.case)

    def column(self, *name: str) -> str:
        """The name of a column."""
        return cased(name, self.column_case)


def data_style_of(tables: Sequence[Table], facts: Facts) -> DataStyle:
    """Count the style of tables; what no table shows is the default."""
    usual = [one for one in tables if not _is_join(one)] or list(tables)
    numbers = Counter(many for one in usual if (many := is_plural((words(bare(one.name)) or [""])[-1])) is not None)
    sources = Counter(one.source for one in tables if one.source)
    column_cases = Counter(case for one in tables for column in one.columns if (case := case_of(column.name)))
    return DataStyle(
        tables=len(tables),
        dialect=_dialect(tables, facts),
        source=min(sources, key=lambda name: (-sources[name], name)) if sources else "",
        documents=_documents(tables, facts),
        plural=numbers[True] >= numbers[False],
        case=_case([bare(one.name) for one in usual]),
        column_case=_safe(column_cases),
        app_prefix=_app_prefix(tables),
        key=_key(usual),
        timestamps=_timestamps(usual),
        owner=_owner(tables),
    )


def _is_join(table: Table) -> bool:
    """A table that only joins two others."""
    if len(table.primary_key) > 1 and len(table.foreign_keys) > 1:
        return True
    # Also one without a key of its own that holds nothing but its two references, as Prisma makes them.
    columns = {column.name for column in table.columns}
    return (
        not table.primary_key and len(table.foreign_keys) > 1 and columns <= {one.column for one in table.foreign_keys}
    )


def _documents(tables: Sequence[Table], facts: Facts) -> bool:
    if tables:
        return sum(one.kind == "collection" for one in tables) * 2 > len(tables)
    names = {one.name for one in facts.stack.resources if one.kind == "database"}
    return bool(names) and names <= {"mongodb", "mongo", "dynamodb", "firestore", "couchdb"}


def _dialect(tables: Sequence[Table], facts: Facts) -> str:
    counts = Counter(one.dialect for one in tables if one.dialect)
    if counts:
        return min(counts, key=lambda name: (-counts[name], name))
    known = {DIALECTS[one.name] for one in facts.stack.resources if one.name in DIALECTS}
    known_for_use = known - {"sqlite"} if len(known) > 1 else known  # SQLite beside another is for tests, as a rule
    return known_for_use.pop() if len(known_for_use) == 1 else ""


def _case(names: Sequence[str]) -> Case:
    counts = Counter(case for name in names if (case := case_of(name)))
    if counts:
        return _safe(counts)
    capitals = sum(name[:1].isupper() for name in names)
    return "pascal" if capitals * 2 > len(names) else "snake"


def _safe(counts: Counter[Case]) -> Case:
    best: Case = min(counts, key=lambda one: (-counts[one], one)) if counts else "snake"
    return "snake" if best == "kebab" else best


def _app_prefix(tables: Sequence[Table]) -> bool:
    own = [one for one in tables if one.source == "django"]
    return bool(own) and sum("_" in bare(one.name) for one in own) * 2 > len(own)


def _key(tables: Sequence[Table]) -> Key:
    seen: Counter[Key] = Counter()
    for one in tables:
        if len(one.primary_key) != 1:
            continue
        name = one.primary_key[0]
        column = next((column for column in one.columns if column.name == name), None)
        generic = name if words(name) in (["id"], ["pk"], ["uuid"]) else "id"
        seen[Key(generic, column.type if column else "", column.default if column else None)] += 1
    return min(seen, key=lambda one: (-seen[one], one.name, one.type)) if seen else Key()


def _timestamps(tables: Sequence[Table]) -> tuple[Column, ...]:
    """The time columns that at least half of the tables have, as the first of these tables has them."""
    found: dict[str, list[Column]] = {}
    for one in tables:
        for column in one.columns:
            if tuple(words(column.name)) in _TIMESTAMPS | _MORE_TIMESTAMPS:
                found.setdefault(column.name, []).append(column)
    return tuple(columns[0] for columns in found.values() if len(columns) * 2 >= len(tables))


def is_people(name: str) -> bool:
    """Whether a table's name says that it holds people."""
    parts = words(bare(name))
    return bool(parts) and singular_of(parts)[-1] in PEOPLE


def _owner(tables: Sequence[Table]) -> Owner | None:
    """The table of people that most others refer to; None where that is no habit here."""
    known = {one.name for one in tables}
    seen: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], str] = {}
    others = [one for one in tables if not is_people(one.name) and not _is_join(one)]
    for one in others:
        for key in one.foreign_keys:
            if key.ref_table in known and is_people(key.ref_table):
                named = (key.ref_table, key.column, key.ref_column)
                seen[named] += 1
                first.setdefault(named, f"{one.name}, {one.file}:{one.line}")
    if not seen or sum(seen.values()) * 4 < len(others):
        return None
    best = min(seen, key=lambda named: (-seen[named], named))
    return Owner(best[0], best[1], best[2], first[best])
