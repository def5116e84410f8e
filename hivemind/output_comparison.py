"""Compares typed outputs as plain data: which items came, went or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hivemind.comparison_models import FieldChange, ItemChange
from hivemind.item_matching import canonical, content, label, match

_ELSEWHERE = frozenset(("findings", "files", "provenance"))
"""Compared as findings, as files by their hash, and as the model."""


def compare_outputs(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ItemChange, ...]:
    """Compare two outputs field by field; findings, files and who made them are compared elsewhere."""
    changes: list[ItemChange] = []
    for field in dict.fromkeys((*before, *after)):
        if field not in _ELSEWHERE:
            changes += _field(field, before.get(field), after.get(field))
    return tuple(changes)


def _field(field: str, before: Any, after: Any) -> Iterator[ItemChange]:
    if before == after or (_empty(before) and _empty(after)):
        return
    left, right = _as_list(before), _as_list(after)
    if left is not None and right is not None:
        yield from compare_items(field, left, right)
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        if fields := tuple(_values("", before, after)):
            yield ItemChange(field=field, key="", change="changed", before=before, after=after, fields=fields)
        return
    kind = "added" if _empty(before) else "removed" if _empty(after) else "changed"
    yield ItemChange.model_validate({"field": field, "key": "", "change": kind, "before": before, "after": after})


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {}, ())


def _as_list(value: Any) -> list[Any] | None:
    """A list as it is; nothing is an empty one."""
    if isinstance(value, list | tuple):
        return list(value)
    return [] if value is None else None


def compare_items(field: str, before: Sequence[Any], after: Sequence[Any]) -> list[ItemChange]:
    """Compare two lists whatever the order of their items.

    Objects are matched by id or natural key, all other items by their value.

    Args:
        field: The name of the list.
        before: The one before.
        after: The one after.
    """
    left = [item for item in before if isinstance(item, Mapping)]
    right = [item for item in after if isinstance(item, Mapping)]
    matched = match(left, right)
    changes: list[ItemChange] = []
    for one, other in matched.pairs:
        fields = tuple(_values("", content(left[one]), content(right[other])))
        if fields:
            key = label(right[other])
            changes.append(
                ItemChange(field=field, key=key, change="changed", before=left[one], after=right[other], fields=fields)
            )
    changes += [
        ItemChange(field=field, key=label(left[one]), change="removed", before=left[one]) for one in matched.removed
    ]
    changes += [
        ItemChange(field=field, key=label(right[one]), change="added", after=right[one]) for one in matched.added
    ]
    return [*changes, *_plain(field, before, after)]


def _plain(field: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[ItemChange]:
    """Items that are no objects: what one side has more often than the other."""
    left, right = (
        {canonical(item): item for item in items if not isinstance(item, Mapping)} for items in (before, after)
    )
    counts = Counter(canonical(item) for item in after if not isinstance(item, Mapping))
    counts.subtract(canonical(item) for item in before if not isinstance(item, Mapping))
    for text, more in sorted(counts.items(), key=lambda one: one[1] > 0):
        value = right.get(text, left.get(text))
        key = value if isinstance(value, str) else text
        for _ in range(abs(more)):
            if more > 0:
                yield ItemChange(field=field, key=key, change="added", after=value)
            else:
                yield ItemChange(field=field, key=key, change="removed", before=value)


def _values(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    """Compare the parts of one item, lists of objects in it included."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _values(f"{path}.{key}" if path else str(key), before.get(key), after.get(key))
        return
    left, right = _as_list(before), _as_list(after)
    if left and right and all(isinstance(item, Mapping) for item in (*left, *right)):
        matched = match(left, right)
        for one, other in matched.pairs:
            yield from _values(f"{path}[{label(right[other])}]", content(left[one]), content(right[other]))
        for one in matched.removed:
            yield FieldChange(path=f"{path}[{label(left[one])}]", change="removed", before=left[one])
        for one in matched.added:
            yield FieldChange(path=f"{path}[{label(right[one])}]", change="added", after=right[one])
        return
    if _empty(before) and _empty(after):
        return
    kind = "added" if _empty(before) else "removed" if _empty(after) else "changed"
    yield FieldChange.model_validate({"path": path, "change": kind, "before": before, "after": after})
