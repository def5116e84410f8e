"""The name of the next migration file, by the repository's own numbering."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

_NUMBERED = re.compile(r"^(?P<lead>[VvUu]?)(?P<number>\d+)(?P<join>__|[_.-])(?P<name>.+?)(?P<up>\.up)?\.sql$")
_FOLDER = re.compile(r"^(?P<number>\d{8,14})(?P<join>[_-])(?P<name>.+)$")
_STAMPS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 8: "%Y%m%d"}
_MAX_FILES = 5_000


@dataclass(frozen=True)
class MigrationFile:
    """Where a migration goes."""

    up: str
    down: str = ""
    """The file of the way back, where the repository keeps one; '' otherwise."""
    numbered: bool = True
    """Whether the repository's own numbering gave the name."""


def next_migration(table_files: Iterable[str], repo: str, table: str) -> MigrationFile:
    """Name the migration that creates a table.

    Args:
        table_files: The files in which tables are declared.
        repo: The repository, to see the migrations that declare no table.
        table: What is created.
    """
    sql = [PurePosixPath(file) for file in table_files if file.endswith(".sql")]
    folders = Counter(file.parent.parent if file.name == "migration.sql" else file.parent for file in sql)
    for folder in sorted(folders, key=lambda one: (-folders[one], str(one))):
        names = _names(Path(repo) / folder) | {file.name for file in sql if file.parent == folder}
        names |= {file.parent.name for file in sql if file.parent.parent == folder and file.name == "migration.sql"}
        found = _in_folder(folder, names, table)
        if found is not None:
            return found
    return MigrationFile(f"migrations/create_{table}.sql", numbered=False)


def _names(folder: Path) -> set[str]:
    try:
        return {entry.name for _, entry in zip(range(_MAX_FILES), folder.iterdir(), strict=False)}
    except OSError:
        return set()


def _in_folder(folder: PurePosixPath, names: set[str], table: str) -> MigrationFile | None:
    numbered = [match for name in sorted(names) if (match := _NUMBERED.match(name)) and not _is_down(name)]
    if numbered:
        last = max(numbered, key=lambda match: int(match["number"]))
        stem = f"{last['lead']}{_after(last['number'])}{last['join']}{_title(numbered, table, last['join'])}"
        if last["up"]:
            return MigrationFile(str(folder / f"{stem}.up.sql"), str(folder / f"{stem}.down.sql"))
        return MigrationFile(str(folder / f"{stem}.sql"))
    stamped = [match for name in sorted(names) if (match := _FOLDER.match(name))]
    if stamped:
        last = max(stamped, key=lambda match: match["number"])
        stem = f"{_after(last['number'])}{last['join']}{_title(stamped, table, last['join'])}"
        return MigrationFile(str(folder / stem / "migration.sql"))
    return None


def _is_down(name: str) -> bool:
    return name.endswith((".down.sql", "_down.sql", ".undo.sql")) or name[:1] in ("U", "u")


def _after(number: str) -> str:
    """The next number of the same width; a time stamp goes on by a second, or its smallest part."""
    form = _STAMPS.get(len(number))
    if form is not None and number[:2] in ("19", "20"):
        step = {14: timedelta(seconds=1), 12: timedelta(minutes=1), 8: timedelta(days=1)}[len(number)]
        try:
            return (datetime.strptime(number, form) + step).strftime(form)
        except (ValueError, OverflowError):
            pass
    return str(int(number) + 1).zfill(len(number))


def _title(known: Sequence[re.Match[str]], table: str, join: str) -> str:
    """What the file is called behind its number: as others say it, 'create_orders', 'add_orders' or 'orders'."""
    verbs = Counter(
        verb
        for match in known
        for verb in ("create", "add")
        if re.match(rf"{verb}[_\-\s]", match["name"], re.IGNORECASE)
    )
    name = re.sub(r"[^A-Za-z0-9]+", "_", table).strip("_")
    if verbs:
        name = f"{min(verbs, key=lambda one: (-verbs[one], one))}_{name}"
    return name.replace("_", "-") if join == "-" else name
