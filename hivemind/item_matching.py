"""Which item of one list is which of another: by what it is called, not by where it stands."""

from __future__ import annotations

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Any]
Pair: TypeAlias = tuple[int, int]

_FAMILIES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("method", "path", "location"), ("method", "path")),
    (("call", "endpoint", "location"), ("call", "endpoint")),
    (("rule", "location"), ("rule", "location~")),
    (("title", "location"), ("title", "location~"), ("title",)),
    (("table", "column", "ref_table"), ("table", "column")),
    (("table", "name"),),
    (("name", "location"), ("name", "location~"), ("name",)),
    (("threat", "where"), ("threat", "where~"), ("threat",)),
    (("what", "where"), ("what", "where~"), ("what",)),
    (("target", "requirement"), ("target",)),
    (("kind", "tables"),),
    (("status", "when"),),
    (("path",),),
    (("key",),),
    (("slug",),),
    (("module",),),
    (("modules",),),
    (("scope",),),
)
"""What items are called, by the fields that they have: the first family whose last key an item has is its own, and its
keys are tried from the strictest on. `~` is a place without its line, which moves when the file above it changes."""
_NUMBERED = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z]{0,8})?\d{1,5}")
"""An id such as BE-001 or AN-S12: where an item stood in its list, given anew by each run."""
_LINE = re.compile(r":\d+(?:[-:]\d+)?$")
_PROSE = ("title", "what", "threat", "decision", "requirement", "name")
_PLACED = ("title", "threat", "what", "rule")
"""What several items may share: these are named with their place."""
_ALIKE = 0.6


@dataclass(frozen=True)
class Matched:
    """Pairs of positions, and what has no counterpart."""

    pairs: tuple[Pair, ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]


def is_numbered(value: object) -> bool:
    """Whether an id only counts: it is given anew by each run, and says nothing of what the item is."""
    return isinstance(value, str) and _NUMBERED.fullmatch(value) is not None


def canonical(value: Any) -> str:
    """Plain data as text: the same for the same data."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def match(before: Sequence[Item], after: Sequence[Item]) -> Matched:
    """Find the counterpart of each item.

    Items of the same content belong together, then those of the same id, else of the same natural key (method and
    path, name, title and location, ...). Several of one key are paired in their order. An id that only counts is the
    last resort, and between texts only where these are alike.
    """
    left, right = dict(enumerate(before)), dict(enumerate(after))
    pairs: list[Pair] = []

    def take(key: Callable[[Item], Hashable | None]) -> None:
        by_key: dict[Hashable, list[int]] = defaultdict(list)
        for number, item in right.items():
            if (known := key(item)) is not None:
                by_key[known].append(number)
        for number, item in list(left.items()):
            known = key(item)
            if known is not None and by_key.get(known):
                other = by_key[known].pop(0)
                pairs.append((number, other))
                del left[number], right[other]

    take(lambda item: canonical(content(item)))
    take(_own_id)
    for rank in range(max(len(family) for family in _FAMILIES)):
        take(partial(_natural, rank=rank))
    _by_number(left, right, pairs)
    return Matched(tuple(sorted(pairs)), tuple(left), tuple(right))


def content(item: Item) -> Item:
    """An item without an id that only counts."""
    return {key: value for key, value in item.items() if not (key == "id" and is_numbered(value))}


def _own_id(item: Item) -> Hashable | None:
    value = item.get("id")
    return None if value in (None, "") or is_numbered(value) or not isinstance(value, str | int) else ("id", value)


def _family(item: Item) -> tuple[tuple[str, ...], ...]:
    """The keys of an item; none where it has an id of its own, or nothing that names it."""
    if _own_id(item) is not None:
        return ()
    return next((family for family in _FAMILIES if _values(item, family[-1]) is not None), ())


def _values(item: Item, fields: Sequence[str]) -> tuple[Any, ...] | None:
    """The values of fields; None where one says nothing. Of a call and its endpoint one may be missing."""
    found = [_value(item, field) for field in fields]
    empty = [value in (None, "", [], {}) for value in found]
    if all(empty) or (any(empty) and "endpoint" not in fields):
        return None
    return tuple(found)


def _value(item: Item, field: str) -> Any:
    value = item.get(field.rstrip("~"))
    return _LINE.sub("", value) if field.endswith("~") and isinstance(value, str) else value


def _natural(item: Item, rank: int) -> Hashable | None:
    """The key of an item that is tried at this rank; a family with fewer keys repeats its last."""
    family = _family(item)
    if not family:
        return None
    fields = family[min(rank, len(family) - 1)]
    values = _values(item, fields)
    return None if values is None else (fields, canonical(values))


def _by_number(left: dict[int, Item], right: dict[int, Item], pairs: list[Pair]) -> None:
    numbers = {item["id"]: number for number, item in right.items() if is_numbered(item.get("id"))}
    for number, item in list(left.items()):
        other = numbers.get(item["id"]) if is_numbered(item.get("id")) else None
        if other is not None and other in right and _alike(item, right[other]):
            pairs.append((number, other))
            del left[number], right[other]


def _alike(one: Item, other: Item) -> bool:
    for field in _PROSE:
        mine, theirs = one.get(field), other.get(field)
        if isinstance(mine, str) and isinstance(theirs, str):
            if one.get("location") and one.get("location") == other.get("location"):
                return True
            return difflib.SequenceMatcher(None, mine[:400], theirs[:400]).ratio() >= _ALIKE
    return True


def label(item: Item) -> str:
    """What an item is called: for people, and to find it again."""
    value = item.get("id")
    if _own_id(item) is not None:
        return str(value)
    for fields in _family(item)[-1:]:
        named = _values(item, [field for field in fields if not field.endswith("~")]) or ()
        shown = [part if isinstance(part, str) else canonical(part) for part in named if part not in (None, "")]
        place = item.get("location") or item.get("where")
        if fields[0] in _PLACED and isinstance(place, str):
            shown.append(f"({place})")
        return " ".join(shown)
    return str(value) if value not in (None, "") else canonical(item)
