"""Hashes of files by content: independent of the machine, the place, and the order that a disk gives."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from hivemind.errors import ConfigurationError

MAX_FILES = 10_000
"""Files of one plugin or folder of plugins at the most: more is a mistake, such as a link to the whole disk."""
_CACHES = frozenset(("__pycache__", ".git", ".hg", ".svn", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".DS_Store"))
SHORT = 12
"""Characters of a hash where people read it."""


def digest(files: Mapping[str, str]) -> str:
    """Hash files by name and content.

    Args:
        files: Each file's name, with forward slashes, and the hash of its content.
    """
    return hashlib.sha256(manifest(files).encode()).hexdigest()


def manifest(files: Mapping[str, str]) -> str:
    """A line for each file, sorted by name: what a digest is made of."""
    return "".join(f"{sha256} {json.dumps(name)}\n" for name, sha256 in sorted(files.items()))


def read_manifest(text: str) -> dict[str, str]:
    """Read what `manifest` wrote."""
    lines = (line.partition(" ") for line in text.splitlines())
    return {json.loads(name): sha256 for sha256, _, name in lines}


def file_digest(path: str | Path) -> str:
    """Hash a file's content; what is no file or can't be read is named as such."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # reading a pipe would wait for ever
            return "no regular file"
        with open(path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return f"unreadable: {error.strerror or error}"


def tree(folder: Path, prefix: str = "", limit: int = MAX_FILES) -> dict[str, Path]:
    """List the files below a folder, through links too; caches and what version control keeps are left out.

    Args:
        folder: Where.
        prefix: What stands before each name.
        limit: Files at the most.

    Raises:
        ConfigurationError: There are more.
    """
    found: dict[str, Path] = {}
    for name, path in _walk(folder, prefix, {os.path.realpath(folder)}):
        found[name] = path
        if len(found) > limit:
            raise ConfigurationError(
                f"{folder} holds more than {limit:,} files", "keep plugins in a folder of their own"
            )
    return found


def _walk(folder: Path, prefix: str, above: set[str]) -> Iterator[tuple[str, Path]]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError:  # its files are missing from the hash, so it is another hash than that of a folder that can be read
        yield f"{prefix}.", folder
        return
    for entry in listed:
        if entry.name in _CACHES:
            continue
        if not entry.is_dir():
            yield prefix + entry.name, Path(entry.path)
            continue
        real = os.path.realpath(entry.path)
        if real not in above:  # a link to a folder that it stands in
            yield from _walk(Path(entry.path), f"{prefix}{entry.name}/", above | {real})


def digests(files: Mapping[str, Path]) -> dict[str, str]:
    """Hash the content of each file."""
    return {name: file_digest(path) for name, path in files.items()}


def changes(before: Mapping[str, str], now: Mapping[str, str], limit: int = 5) -> str:
    """Say which files are new, gone or different: `+new.py, -gone.py, changed.py`."""
    told = [f"+{name}" for name in sorted(now.keys() - before.keys())]
    told += [f"-{name}" for name in sorted(before.keys() - now.keys())]
    told += [name for name in sorted(before.keys() & now.keys()) if before[name] != now[name]]
    more = f" and {len(told) - limit} more" if len(told) > limit else ""
    return ", ".join(told[:limit]) + more
