"""The tree of files that may be read: what git lists, or a walk that obeys ignore files, less what is skipped."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hivemind_facts import skip
from hivemind_facts.models import Skipped

GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false")


@dataclass(frozen=True)
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
    git: bool = False
    secrets: tuple[str, ...] = ()
    """Key files and real environment files that git tracks. They are never read."""


@dataclass
class _Listing:
    paths: list[str]
    tracked: frozenset[str] = frozenset()
    submodules: tuple[str, ...] = ()
    git: bool = False
    note: str = ""


def scan(root: Path) -> Tree:
    """List the files below a root that may be read.

    Args:
        root: An existing folder.
    """
    listing = _git(root) or _Listing(sorted(_walk(root)))
    tree = Tree(root, git=listing.git)
    for path in listing.submodules:
        tree.skipped.append(Skipped(path=path, reason="submodule"))
    folders = skip.Folders(listing.paths, lambda path: _small(root, path))
    real_root = os.path.realpath(root)
    seen_folders: set[str] = set()
    secrets: list[str] = []
    for path in listing.paths:
        inside = folders.reason(path)
        if inside:
            if inside[0] not in seen_folders:
                seen_folders.add(inside[0])
                tree.skipped.append(Skipped(path=inside[0] + "/", reason=inside[1]))
            continue
        if path in listing.tracked and skip.secret(path):
            secrets.append(path)
        entry = _entry(root, real_root, path)
        if isinstance(entry, Entry):
            tree.entries.append(entry)
        elif entry is not None:
            tree.skipped.append(entry)
    tree.secrets = tuple(secrets)
    return tree


def _entry(root: Path, real_root: str, path: str) -> Entry | Skipped | None:
    full = os.path.join(root, path)
    try:
        status = os.lstat(full)
        if stat.S_ISLNK(status.st_mode):
            return Skipped(path=path, reason=_link(full, real_root))
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return None
        return Skipped(path=path, reason=f"unreadable: {error.strerror or error}")
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path=path, reason="not a regular file")
    why = skip.by_name(path)
    if why is None and status.st_size > skip.MAX_BYTES:
        why = f"over {skip.MAX_BYTES // (1024 * 1024)} MB ({status.st_size / 1e6:.1f} MB)"
    if why:
        return Skipped(path=path, reason=why)
    return Entry(path, status.st_size, status.st_mtime_ns, status.st_ino)


def _link(full: str, real_root: str) -> str:
    target = os.path.realpath(full)
    if not os.path.exists(target):
        return "dangling symlink"
    if target != real_root and not target.startswith(real_root + os.sep):
        return "symlink that leaves the repository"
    return "symlink to a place inside the repository, read there"


def _small(root: Path, path: str) -> str:
    full = os.path.join(root, path)
    try:
        if os.path.islink(full) or os.path.getsize(full) > 1_000_000:
            return ""
        with open(full, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def _git(root: Path) -> _Listing | None:
    staged = _run(root, "ls-files", "-z", "--stage")
    if staged is None:
        return None
    others = _run(root, "ls-files", "-z", "--others", "--exclude-standard") or b""
    tracked: list[str] = []
    submodules: list[str] = []
    for record in staged.split(b"\0"):
        head, _, name = record.partition(b"\t")
        if name:
            (submodules if head.startswith(b"160000") else tracked).append(os.fsdecode(name))
    loose = [os.fsdecode(name) for name in others.split(b"\0") if name]
    submodules += [name.rstrip("/") for name in loose if name.endswith("/")]
    loose = [name for name in loose if not name.endswith("/")]
    if not tracked and not loose and _ignored(root):
        return None
    return _Listing(sorted({*tracked, *loose}), frozenset(tracked), tuple(sorted(submodules)), True)


def _ignored(root: Path) -> bool:
    return _run(root, "check-ignore", "-q", ".") is not None


def _run(root: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run([*GIT, *arguments], cwd=root, capture_output=True, check=False, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _walk(root: Path) -> Iterator[str]:
    """Every file below a root but those in folders that are never source or that ignore files name."""
    import pathspec

    specs: dict[str, pathspec.PathSpec] = {}
    for folder, folders, files in os.walk(root):
        base = os.path.relpath(folder, root).replace(os.sep, "/")
        base = "" if base == "." else base + "/"
        if ".gitignore" in files:
            lines = _small(root, base + ".gitignore").splitlines()
            specs[base] = pathspec.PathSpec.from_lines("gitwildmatch", lines)
        above = [(at, spec) for at, spec in specs.items() if base.startswith(at)]

        def ignored(path: str, above: list[tuple[str, pathspec.PathSpec]] = above) -> bool:
            return any(spec.match_file(path[len(at) :]) for at, spec in above)

        for name in folders:
            if os.path.islink(os.path.join(folder, name)):
                yield base + name
        folders[:] = sorted(
            name
            for name in folders
            if name not in skip.ALWAYS_FOLDERS
            and not os.path.islink(os.path.join(folder, name))
            and not ignored(f"{base}{name}/")
        )
        for name in files:
            if not ignored(base + name):
                yield base + name
