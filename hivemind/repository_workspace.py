"""The repository as a model's tools see it: read-only, under a name of its own, without what may not be seen.

pydantic-ai's own local workspace runs commands and is for POSIX systems only; this one reads files and nothing else,
on every system. Its paths start with `/repository`, so no path of the machine reaches a model. What it refuses does
not exist for any tool above it: not for reading, listing, finding nor searching.
"""

from __future__ import annotations

import asyncio
import os
import posixpath
import stat
from collections.abc import Collection, Sequence
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING

from hivemind.repository_paths import PathRules
from hivemind.repository_rules import UNWALKED, denied

if TYPE_CHECKING:
    from pydantic_ai.workspaces import FileEntry, WorkspaceRef

ROOT = "/repository"
_OUTSIDE = "/outside"
MAX_FILE_BYTES = 16 * 1024 * 1024
_LOOKED_AT = 50_000
"""Files and folders; in a folder that holds more, something that may be seen is taken to be there."""


class RepositoryWorkspace:
    """A pydantic-ai workspace over a repository.

    Args:
        repo: The repository.
        hidden: Folders that may not be seen either, such as the sessions' own.
        paths: The only files that may be seen, by their own names and by where links lead; None for all.
    """

    def __init__(self, repo: Path, hidden: Sequence[Path] = (), paths: PathRules | None = None) -> None:
        self._root = repo.resolve()
        self._hidden = tuple(path.resolve() for path in hidden)
        self._paths = paths

    @property
    def ref(self) -> WorkspaceRef:
        """The same for every repository: a run's messages do not say where it lies."""
        from pydantic_ai.workspaces import WorkspaceRef

        return WorkspaceRef(provider="hivemind", id=ROOT)

    async def working_dir(self) -> str:
        """Where relative paths start."""
        return ROOT

    async def read_bytes(self, path: str) -> bytes:
        """Read a file."""
        return await asyncio.to_thread(self._read, path)

    async def stat(self, path: str) -> FileEntry:
        """Describe a file or folder."""
        return self._entry(path, self._visible(path))

    async def list_dir(self, path: str) -> Sequence[FileEntry]:
        """List a folder, without what may not be seen."""
        return await asyncio.to_thread(self._list, path)

    async def exists(self, path: str) -> bool:
        """Whether there is something that may be seen."""
        try:
            self._visible(path)
        except OSError:
            return False
        return True

    async def realpath(self, path: str) -> str:
        """Follow symlinks; a path that leaves the repository is told as one outside, wherever it leads."""
        return self._real(path)

    async def write_bytes(self, path: str, data: bytes) -> None:  # noqa: ARG002
        """Refuse: a worker only reads."""
        self._refuse(path)

    async def make_dir(self, path: str) -> None:
        """Refuse: a worker only reads."""
        self._refuse(path)

    async def remove(self, path: str) -> None:
        """Refuse: a worker only reads."""
        self._refuse(path)

    def walk(self, path: str, hidden: bool, limit: int) -> tuple[list[tuple[str, Path]], bool]:
        """List all files below a path that may be seen, in order; links to folders are not followed.

        Args:
            path: A file or folder, relative to the repository or under `/repository`.
            hidden: Also files and folders whose names start with a dot.
            limit: How many files at the most.

        Returns:
            Each file's name relative to the repository and its place on this machine; and whether these are all.
        """
        start = posixpath.normpath(posixpath.join(ROOT, path))
        host = self._visible(start)
        if not host.is_dir():
            return [(posixpath.relpath(start, ROOT), host)], True
        found: list[tuple[str, Path]] = []
        folders = [start]
        while folders:
            below: list[str] = []
            for entry in self._list(folders.pop()):
                if not hidden and entry.name.startswith("."):
                    continue
                place = self._host(entry.path)
                if place is None or (entry.is_dir and place.is_symlink()):
                    continue
                if entry.is_dir:
                    below.append(entry.path)
                elif place.is_file():
                    found.append((posixpath.relpath(entry.path, ROOT), place))
                    if len(found) >= limit:
                        return found, False
            folders.extend(reversed(below))
        return found, True

    def _refuse(self, path: str) -> None:
        from pydantic_ai.workspaces import WorkspaceReadOnlyError

        raise WorkspaceReadOnlyError(f"{path} can't be changed: the repository is read-only")

    def _host(self, path: str) -> Path | None:
        """The place on this machine, symlinks not followed; None for a path outside."""
        pure = PurePosixPath(path)
        if not pure.is_relative_to(ROOT):
            return None
        parts = pure.relative_to(ROOT).parts
        if ".." in parts or any("\\" in part or "\0" in part or (os.name == "nt" and ":" in part) for part in parts):
            return None
        return self._root.joinpath(*parts)

    def _real(self, path: str) -> str:
        host = self._host(path)
        if host is None:
            return _OUTSIDE
        real = Path(os.path.realpath(host))
        if not real.is_relative_to(self._root):
            return _OUTSIDE
        below = real.relative_to(self._root).as_posix()
        return ROOT if below == "." else f"{ROOT}/{below}"

    def _visible(self, path: str) -> Path:
        """The place on this machine of something that is there and may be seen, by its name and by where it leads.

        Raises:
            PermissionError: It may not be seen.
            FileNotFoundError: It is not there.
        """
        host = self._host(path)
        shown = path.removeprefix(ROOT).lstrip("/") or "."
        if host is None or not self._may_see(host):
            limited = ", or not among the paths that this worker is given" if self._paths is not None else ""
            raise PermissionError(
                f"{shown} may not be read: it is outside the repository, or may hold secrets{limited}"
            )
        if not host.exists():
            raise FileNotFoundError(f"{shown} is not there")
        return host

    def _may_see(self, host: Path) -> bool:
        names = self._names(host)
        return bool(names) and (self._paths is None or self._among_paths(self._paths, host, names))

    def _names(self, host: Path) -> frozenset[str]:
        """What something is called by itself and where it leads, below the repository; none where no worker sees it."""
        real = Path(os.path.realpath(host))
        if not real.is_relative_to(self._root):
            return frozenset()
        if any(real.is_relative_to(hidden) or host.is_relative_to(hidden) for hidden in self._hidden):
            return frozenset()
        names = (real.relative_to(self._root), host.relative_to(self._root))
        return frozenset() if any(denied(name.parts) for name in names) else frozenset(map(PurePath.as_posix, names))

    def _among_paths(self, paths: PathRules, host: Path, names: Collection[str]) -> bool:
        """Whether the worker's paths let something be seen: a file by its names, a folder if it leads to one."""
        if host.is_dir():
            return all(name == "." or paths.may_lead(name) for name in names) and self._leads(paths, host)
        # of what is not there, that may be told where a file or folder of that name could be seen
        gone = not os.path.lexists(host)
        return all(paths.shows(name) or (gone and paths.may_lead(name)) for name in names)

    def _leads(self, paths: PathRules, folder: Path) -> bool:
        """Whether a folder holds a file that may be seen; the repository itself is always there."""
        below, looked_at = [folder], 0
        while below and folder != self._root:
            for child in _children(below.pop()):
                looked_at += 1
                place = Path(child.path)
                if looked_at > _LOOKED_AT or (not child.is_dir() and self._may_see(place)):
                    return True
                if child.is_dir(follow_symlinks=False) and child.name not in UNWALKED:
                    names = self._names(place)
                    if names and all(paths.may_lead(name) for name in names):
                        below.append(place)
        return folder == self._root

    def _read(self, path: str) -> bytes:
        host = self._visible(path)
        if host.is_dir():
            raise IsADirectoryError(path)
        # Checked on the open file: a pipe or a device would hold the reader for ever, a huge file the memory.
        descriptor = os.open(host, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise PermissionError(f"{path} is no regular file")
            if found.st_size > MAX_FILE_BYTES:
                raise PermissionError(f"{path} is larger than {MAX_FILE_BYTES:,} bytes")
            return file.read(MAX_FILE_BYTES)

    def _list(self, path: str) -> list[FileEntry]:
        host = self._visible(path)
        if not host.is_dir():
            raise NotADirectoryError(path)
        entries: list[FileEntry] = []
        for child in sorted(host.iterdir(), key=lambda one: one.name):
            if child.name in UNWALKED or not self._may_see(child):
                continue
            try:
                entries.append(self._entry(f"{path.rstrip('/')}/{child.name}", child))
            except OSError:
                continue  # a link to nothing, or gone meanwhile
        return entries

    def _entry(self, path: str, host: Path) -> FileEntry:
        from pydantic_ai.workspaces import FileEntry

        found = host.stat()
        folder = stat.S_ISDIR(found.st_mode)
        return FileEntry(
            name=PurePosixPath(path).name, path=path, is_dir=folder, size=None if folder else found.st_size
        )


def _children(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []  # gone meanwhile, or not for us to read
