"""Which scripts belong together, and in which order they run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from posixpath import basename, dirname

_ROLLBACK = re.compile(r"(?:^|[._-])(?:down|rollback|undo|revert|drop)(?:[._-]|\.sql$)|^U\d[\d._]*__|^down\.sql$", re.I)
_NUMBERED = re.compile(r"^(?:V|R__|v)?(\d[\d_.]*)?", re.IGNORECASE)
_FOLDERS = frozenset(
    (
        "migration",
        "migrations",
        "migrate",
        "versions",
        "flyway",
        "drizzle",
        "changelog",
        "changelogs",
        "changesets",
        "upgrades",
    )
)
_TEST_FOLDERS = frozenset(("test", "tests", "__tests__", "testdata", "test-data", "testing", "e2e", "spec", "specs"))


@dataclass
class Group:
    """The scripts of one folder, in their order."""

    folder: str
    migrations: bool
    scripts: list[str] = field(default_factory=list)


def of_tests(path: str) -> bool:
    """Whether a script sets up a test's database."""
    return any(part.lower() in _TEST_FOLDERS for part in dirname(path).split("/"))


def is_rollback(path: str) -> bool:
    """Whether a script takes back what another one did."""
    return bool(_ROLLBACK.search(basename(path)))


def group(paths: Iterable[str]) -> list[Group]:
    """Put scripts into groups: whole schemas first, then folders of migrations, each in its order."""
    groups: dict[str, Group] = {}
    for path in paths:
        folder, name = dirname(path), basename(path)
        # prisma, diesel and sqlx keep a folder for each migration
        if name.lower() in ("migration.sql", "up.sql"):
            folder = dirname(folder)
        numbered = bool(re.match(r"^(?:V|R__)?\d", name)) or name.lower() in ("migration.sql", "up.sql")
        listed = any(part.lower() in _FOLDERS for part in folder.split("/"))
        kind = listed or numbered
        groups.setdefault(f"{folder}:{kind}", Group(folder, kind)).scripts.append(path)
    for one in groups.values():
        one.scripts.sort(key=order)
    return sorted(groups.values(), key=lambda one: (one.migrations, one.folder))


def order(path: str) -> tuple[int, tuple[int, ...], str]:
    """The place of a script among its folder's: by number (V2 before V10), repeatable ones last, then by name."""
    name = basename(path)
    if name.lower() in ("migration.sql", "up.sql"):
        name = basename(dirname(path))
    if name.upper().startswith("R__"):
        return 1, (), name
    match = _NUMBERED.match(name)
    digits = re.findall(r"\d+", match.group(1) or "") if match else []
    return (0, tuple(int(part) for part in digits), name) if digits else (0, (), name)
