"""The files that a browser gets or that become what it gets: a bounded walk that follows no link."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAX_ENTRIES = 60_000
MAX_TEXTS = 4_000
MAX_TEXT_BYTES = 512_000
MAX_TOTAL_BYTES = 48_000_000
SOURCES = frozenset((".html", ".htm", ".js", ".mjs", ".jsx", ".ts", ".tsx", ".vue", ".svelte"))
_SKIPPED = frozenset(
    (
        *("node_modules", "bower_components", "vendor", "third_party", "site-packages", "__pycache__", "venv", "env"),
        *("dist", "build", "out", "target", "coverage", "htmlcov", "storybook-static", "docs", "doc", "site", "tmp"),
        *("test", "tests", "__tests__", "__mocks__", "e2e", "cypress", "fixtures", "testdata", "migrations"),
    )
)
_TEST_NAME = re.compile(r"\.(test|spec|stories|cy|e2e-spec|min|bundle|d)\.[cm]?[jt]sx?$")


@dataclass
class Found:
    """What a walk found: source files to read, other files by size, and what was left out."""

    root: Path
    sources: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    manifests: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Read the source files, by path; what goes over a bound is noted and not read."""
        total = 0
        for number, path in enumerate(self.sources):
            size = self.sizes[path]
            if number >= MAX_TEXTS or total + size > MAX_TOTAL_BYTES:
                self.left_out.append(
                    f"{len(self.sources) - number} front-end files were not read: too many or too much"
                )
                return
            if size > MAX_TEXT_BYTES:
                self.left_out.append(f"{path} was not read: {size:,} bytes")
                continue
            text = read_text(self.root / path)
            if text is None:
                self.left_out.append(f"{path} can't be read as text")
                continue
            total += size
            yield path, text


def read_text(path: Path) -> str | None:
    """Read a regular text file; None for anything else."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        data = path.read_bytes()
    except (OSError, ValueError):
        return None
    return None if b"\0" in data[:8192] else data.decode("utf-8", "replace")


def walk(root: Path) -> Found:
    """List the files below a root, in a stable order."""
    found = Found(root)
    for entries, (path, size) in enumerate(_files(root, "", skip=True), 1):
        if entries > MAX_ENTRIES:
            found.left_out.append(f"the repository has more than {MAX_ENTRIES:,} files: the rest was not looked at")
            break
        found.sizes[path] = size
        name = path.rsplit("/", 1)[-1]
        if name in ("package.json", "angular.json", ".size-limit.json"):
            found.manifests.append(path)
        elif os.path.splitext(name)[1].lower() in SOURCES and not _TEST_NAME.search(name):
            found.sources.append(path)
    return found


def sizes_below(root: Path, folder: str) -> dict[str, int]:
    """The sizes of all files below one folder, whatever its name; bounded."""
    sizes: dict[str, int] = {}
    for path, size in _files(root, folder.rstrip("/") + "/", skip=False):
        if len(sizes) >= MAX_ENTRIES:
            break
        sizes[path] = size
    return sizes


def _files(root: Path, base: str, *, skip: bool) -> Iterator[tuple[str, int]]:
    waiting = [base]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as scanned:
                entries = sorted(scanned, key=lambda one: one.name)
        except OSError:
            continue
        for entry in entries:
            path = folder + entry.name
            try:
                path.encode()
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(".") and not (skip and entry.name in _SKIPPED):
                        waiting.append(path + "/")
                elif entry.is_file(follow_symlinks=False):
                    yield path, entry.stat(follow_symlinks=False).st_size
            except (OSError, UnicodeError):
                continue
