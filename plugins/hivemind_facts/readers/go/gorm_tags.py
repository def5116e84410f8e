"""GORM's struct tags: `gorm:"column:name;uniqueIndex:idx,priority:2"`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_GORM = re.compile(r'(?:gorm|sql):"((?:[^"\\]|\\.)*)"')


@dataclass
class Tag:
    """The settings of a field's tag, names in lower case."""

    values: dict[str, str]
    listed: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """The value of a setting; '' if it has none, None if it is not there."""
        return self.values.get(name)

    def indexes(self, table: str, column: str) -> Iterator[tuple[str, int, bool]]:
        """(name, priority, unique) of the indexes that the field is part of."""
        for name, value in self.listed:
            if name not in ("index", "uniqueindex", "unique_index"):
                continue
            parts = [part.strip() for part in value.split(",")]
            options = dict(part.split(":", 1) for part in parts if ":" in part)
            for given in [part for part in parts if ":" not in part and part not in ("unique", "")] or [""]:
                composite = options.get("composite")
                unique = name != "index" or "unique" in parts
                priority = int(options["priority"]) if options.get("priority", "").isdigit() else 10
                yield given or (f"idx_{table}_{composite}" if composite else f"idx_{table}_{column}"), priority, unique


def parse_tag(raw: str) -> Tag:
    """Read a struct tag."""
    tag = Tag({})
    for text in _GORM.findall(raw):
        for part in re.split(r"(?<!\\);", text):
            name, _, value = part.strip().partition(":")
            if name.strip():
                tag.listed.append((name.strip().lower(), value.strip()))
                tag.values.setdefault(name.strip().lower(), value.strip())
    return tag
