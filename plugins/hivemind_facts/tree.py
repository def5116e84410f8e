"""The tree of files that may be read: what git lists, or a walk that obeys ignore files, less what is skipped."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path

from hivemind_facts import sessions, skip
from hivemind_facts.folders import Folders
from hivemind_facts.listing import Listing, list_files
from hivemind_facts.models import Skipped

_SMALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One regular file that may be read, before its content was looked at."""

    path: str
    size: int
    mtime_ns: int
    inode: int


@dataclass
class Tree:
    """The files of a repository, what was left out, and what git knows of it."""

    root: Path
    entries: list[Entry] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    secrets: tuple[str, ...] = ()
    """Key files and real environment files that git tracks. They are never read."""
    sessions: tuple[Skipped, ...] = ()
    """Folders of hive sessions: apart from `skipped`, since they come and go without a change of the code."""


def scan(root: Path, listing: Listing | None = None) -> Tree:
    """List the files below a root that may be read.

    Args:
        root: An existing folder.
        listing: The files to take, if somebody else has listed them already.
    """
    listed, apart = _without_sessions(root, listing or list_files(root))
    tree = Tree(root, sessions=tuple(apart))
    if listed.note:
        tree.skipped.append(Skipped(path=".git", reason=listed.note))
    tree.skipped += [Skipped(path=path + "/", reason="submodule") for path in map(_spoken, listed.submodules)]
    tree.skipped += [Skipped(path=_spoken(path), reason=reason) for path, reason in listed.unlisted]
    folders = Folders(listed.paths, lambda path: _small(root, path))
    real_root = os.path.realpath(root)
    whole: set[str] = set()
    secrets: list[str] = []
    for path in listed.paths:
        if not _speakable(path):
            tree.skipped.append(Skipped(path=_spoken(path), reason="a name that is not UTF-8"))
            continue
        inside = folders.reason(path)
        if inside:
            if inside[0] not in whole:
                whole.add(inside[0])
                tree.skipped.append(Skipped(path=inside[0] + "/", reason=inside[1]))
            continue
        if path in listed.tracked and skip.secret(path):
            secrets.append(path)
        found = _entry(root, real_root, path, folders.twin(path))
        if isinstance(found, Entry):
            tree.entries.append(found)
        elif found is not None:
            tree.skipped.append(found)
    tree.secrets = tuple(secrets)
    return tree


def _without_sessions(root: Path, listed: Listing) -> tuple[Listing, list[Skipped]]:
    """A listing without hive sessions, and how those are told: their drafts are no facts of the repository."""
    roots = sessions.session_folders(root, listed.paths)
    held = {path: sessions.holder(path, roots) for path in listed.paths}
    found = {folder for folder in held.values() if folder}
    kept = replace(
        listed,
        paths=[path for path, folder in held.items() if not folder],
        submodules=tuple(one for one in listed.submodules if not sessions.holder(f"{one}/", roots)),
        unlisted=tuple(one for one in listed.unlisted if not sessions.holder(one[0], roots)),
    )
    return kept, sessions.told(root, found)


def _speakable(path: str) -> bool:
    return path.isascii() or not any("\ud800" <= char <= "\udfff" for char in path)


def _spoken(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _entry(root: Path, real_root: str, path: str, why: str | None) -> Entry | Skipped | None:
    full = f"{root}/{path}"
    try:
        status = os.lstat(full)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        return Skipped(path=path, reason=f"unreadable: {getattr(error, 'strerror', None) or error}")
    if stat.S_ISLNK(status.st_mode):
        return Skipped(path=path, reason=_link(full, real_root))
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path=path, reason="not a regular file")
    why = skip.by_name(path) or why
    if why is None and status.st_size > skip.MAX_BYTES:
        why = f"{status.st_size / 1_000_000:.1f} MB: over the bound of {skip.MAX_BYTES / 1_000_000:.1f} MB"
    if why:
        return Skipped(path=path, reason=why)
    return Entry(path, status.st_size, status.st_mtime_ns, status.st_ino)


def _link(full: str, real_root: str) -> str:
    try:
        target = os.path.realpath(full, strict=True)
    except OSError:
        return "symlink to nothing or to itself"
    if target != real_root and not target.startswith(real_root + os.sep):
        return "symlink that leaves the repository"
    return "symlink to a place inside the repository, read there"


def _small(root: Path, path: str) -> str:
    full = os.path.join(root, path)
    try:
        if os.path.islink(full) or not os.path.isfile(full) or os.path.getsize(full) > _SMALL:
            return ""
        with open(full, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except (OSError, ValueError):
        return ""
