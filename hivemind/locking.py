"""Writes what is there into a lockfile: everything, or the plugins that somebody named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from hivemind.content import SHORT, changes
from hivemind.lockfile import Locked, Lockfile, recalled

What = Literal["added", "changed", "removed", "unchanged"]


@dataclass(frozen=True)
class Change:
    """What becomes of one entry."""

    entry: Locked
    what: What
    detail: str


def update(
    lockfile: Lockfile, now: Iterable[Locked], *, whole: bool, kept: Collection[tuple[bool, str]] = ()
) -> list[Change]:
    """Put entries into a lockfile in memory.

    Args:
        lockfile: The lockfile.
        now: What is there.
        whole: Whether that is all there is: other entries are taken out.
        kept: Entries that stay as they are even so.

    Returns:
        What changes, by kind and name.
    """
    made: list[Change] = []
    keys = set()
    for entry in now:
        keys.add(entry.key)
        before = lockfile.entries.get(entry.key)
        made.append(_change(before, entry))
        lockfile.entries[entry.key] = entry
    if whole:
        gone = [entry for key, entry in lockfile.entries.items() if key not in keys and key not in kept]
        made += remove(lockfile, [entry.key for entry in gone])
    return sorted(made, key=lambda one: one.entry.key)


def remove(lockfile: Lockfile, keys: Collection[tuple[bool, str]]) -> list[Change]:
    """Take entries out of a lockfile in memory."""
    return [Change(lockfile.entries.pop(key), "removed", "taken out") for key in keys]


def differs(made: Sequence[Change]) -> bool:
    """Whether anything changes."""
    return any(one.what != "unchanged" for one in made)


def _change(before: Locked | None, now: Locked) -> Change:
    files = len([name for name in now.files if name != "entry points"])
    size = f"{files} file{'' if files == 1 else 's'}, sha256 {now.sha256[:SHORT]}"
    if before is None:
        return Change(now, "added", f"{now.version + ', ' if now.version else ''}{size}")
    if before == now:
        return Change(now, "unchanged", size)
    told: list[str] = []
    if before.version != now.version:
        told.append(f"version {before.version or '?'} -> {now.version or '?'}")
    if before.sha256 != now.sha256:
        told.append(f"sha256 {before.sha256[:SHORT]} -> {now.sha256[:SHORT]}")
        known = recalled(before.sha256)
        if known is not None:
            told.append(f"files: {changes(known, now.files, 20)}")
    if before.plugins != now.plugins:
        told.append(f"plugins {', '.join(before.plugins) or 'none'} -> {', '.join(now.plugins) or 'none'}")
    if before.path != now.path:
        told.append(f"path {before.path or 'elsewhere'} -> {now.path or 'elsewhere'}")
    return Change(now, "changed", "; ".join(told))
