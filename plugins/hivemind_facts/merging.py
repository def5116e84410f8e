"""One table of one service described more than once - by models, migrations and scripts - made into one fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from hivemind_facts.models import Column, ForeignKey, Index, Resource, Table

_DIALECTS = {
    "postgresql": "postgres",
    "cockroachdb": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "sqlserver": "tsql",
    "oracle": "oracle",
}
_IN_MEMORY = frozenset(("h2", "hsqldb", "derby"))
_DEFAULT_SCHEMAS = frozenset(("public", "dbo", "main"))
_SCRIPTED = frozenset(("sql", "code"))
"""Sources that say what the database really has; names and types are theirs."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def one_each(tables: Iterable[Table], resources: Iterable[Resource], service_of: Callable[[str], str]) -> list[Table]:
    """Merge the descriptions of each table of each service, and say which database runs it where that is known.

    Args:
        tables: With their services filled in.
        resources: The databases of the repository.
        service_of: The service that a file belongs to.
    """
    services: dict[str, list[Table]] = {}
    for table in tables:
        services.setdefault(table.service, []).append(table)
    found: list[Table] = []
    for service, own in services.items():
        dialect = dialect_of(resources, service, service_of)
        found += [_spoken(table, dialect) for table in _joined(own)]
    return found


def dialect_of(resources: Iterable[Resource], service: str, service_of: Callable[[str], str]) -> str | None:
    """The dialect of the only database of a service, else of the only one of the repository's root."""
    named: dict[str, set[str]] = {}
    for one in resources:
        if one.kind == "database" and one.name not in _IN_MEMORY and one.name in _DIALECTS:
            named.setdefault(service_of(one.file), set()).add(_DIALECTS[one.name])
    dialects = named.get(service) or named.get("") or set()
    return next(iter(dialects)) if len(dialects) == 1 else None


def _spoken(table: Table, dialect: str | None) -> Table:
    if table.kind != "table":
        return table
    told = table.model_copy(update={"dialect": dialect}) if table.dialect is None and dialect else table
    if told.dialect != "mysql" or all(key.indexed for key in told.foreign_keys):
        return told
    # InnoDB makes an index for every foreign key by itself
    keys = tuple(key.model_copy(update={"indexed": True}) for key in told.foreign_keys)
    return told.model_copy(update={"foreign_keys": keys})


def snake(name: str) -> str:
    """A name in snake case, as naming strategies write it: `OrderItem` and `order_item` are one."""
    return _HUMP.sub("_", name).lower()


def _plain(name: str) -> str:
    schema, _, rest = name.rpartition(".")
    return rest if schema.lower() in _DEFAULT_SCHEMAS else name


def _joined(tables: Sequence[Table]) -> list[Table]:
    groups: dict[str, list[Table]] = {}
    for table in tables:
        kind = "collection:" if table.kind == "collection" else ""
        groups.setdefault(kind + _plain(table.name).lower(), []).append(table)
    _schemas(groups)
    _variants(groups)
    merged = [_merge(group) for group in groups.values()]
    names = {one.name.lower(): kept.name for group, kept in zip(groups.values(), merged, strict=True) for one in group}
    return [_pointed(one, names) for one in merged]


def _schemas(groups: dict[str, list[Table]]) -> None:
    """A name without a schema is the one with a schema, where only one has it."""
    for key in [one for one in groups if "." not in one]:
        qualified = [one for one in groups if one.endswith(f".{key}")]
        if len(qualified) == 1:
            groups[qualified[0]] += groups.pop(key)


def _variants(groups: dict[str, list[Table]]) -> None:
    """Names that differ in snake and camel case only are one table, if one is a model's and most columns agree."""
    by_snake: dict[str, list[str]] = {}
    for key, group in groups.items():
        by_snake.setdefault(snake(_plain(group[0].name)), []).append(key)
    for keys in by_snake.values():
        if len(keys) != 2:
            continue
        first, second = (groups[key] for key in keys)
        if bool(first[0].model) != bool(second[0].model) and _alike(first[0], second[0]):
            groups[keys[0]] += groups.pop(keys[1])


def _alike(one: Table, other: Table) -> bool:
    ours, theirs = ({snake(column.name) for column in table.columns} for table in (one, other))
    return len(ours & theirs) * 2 >= max(1, min(len(ours), len(theirs)))


def _merge(group: Sequence[Table]) -> Table:
    if len(group) == 1:
        return group[0]
    placed = next((one for one in group if one.model), group[0])
    truth = sorted(group, key=lambda one: one.source not in _SCRIPTED)
    columns = _columns(truth)
    named = {snake(name): column.name for name, column in columns.items()}

    def spelled(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(named.get(snake(name), name) for name in names)

    primary = next((spelled(one.primary_key) for one in truth if one.primary_key), ())
    indexes: dict[tuple[tuple[str, ...], bool], Index] = {}
    for index in (index for one in truth for index in one.indexes):
        kept = index.model_copy(update={"columns": spelled(index.columns)})
        indexes.setdefault((kept.columns, kept.unique), kept)
    unique = tuple(dict.fromkeys(spelled(names) for one in truth for names in one.unique))
    served = {names[:1] for names in (primary, *unique, *(one.columns for one in indexes.values())) if names}
    return placed.model_copy(
        update={
            "name": truth[0].name,
            "columns": tuple(columns.values()),
            "primary_key": primary,
            "foreign_keys": _keys(truth, spelled, served),
            "indexes": tuple(indexes.values()),
            "unique": unique,
            "kind": "view" if any(one.kind == "view" for one in group) else placed.kind,
            "dialect": next((one.dialect for one in (*truth, placed) if one.dialect), None),
        }
    )


def _columns(truth: Sequence[Table]) -> dict[str, Column]:
    """The union of the columns; what the first description does not say is taken from the next."""
    found: dict[str, Column] = {}
    for column in (column for one in truth for column in one.columns):
        known = found.get(snake(column.name))
        if known is None:
            found[snake(column.name)] = column
            continue
        found[snake(column.name)] = known.model_copy(
            update={
                "type": known.type or column.type,
                "nullable": column.nullable if known.nullable is None else known.nullable,
                "default": column.default if known.default is None else known.default,
                "unique": known.unique or column.unique,
            }
        )
    return found


def _keys(
    truth: Sequence[Table], spelled: Callable[[Iterable[str]], tuple[str, ...]], served: set[tuple[str, ...]]
) -> tuple[ForeignKey, ...]:
    found: dict[tuple[str, str], ForeignKey] = {}
    for key in (key for one in truth for key in one.foreign_keys):
        column = spelled([key.column])[0]
        same = (snake(column), snake(_plain(key.ref_table)))
        known = found.get(same)
        indexed = key.indexed or (column,) in served
        if known is None:
            found[same] = key.model_copy(update={"column": column, "indexed": indexed})
        else:
            found[same] = known.model_copy(
                update={
                    "indexed": known.indexed or indexed,
                    "ref_column": known.ref_column or key.ref_column,
                    "on_delete": known.on_delete or key.on_delete,
                }
            )
    return tuple(found.values())


def _pointed(table: Table, names: dict[str, str]) -> Table:
    """A table whose foreign keys name tables as those are named."""
    keys = tuple(
        key.model_copy(update={"ref_table": names.get(key.ref_table.lower(), key.ref_table)})
        for key in table.foreign_keys
    )
    return table if keys == table.foreign_keys else table.model_copy(update={"foreign_keys": keys})
