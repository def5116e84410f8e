"""What a repository is like at one moment: a hash of its files' content, and its commit."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from hivemind.session.layout import JOURNAL, SNAPSHOT

MAX_READ = 2 * 1024 * 1024
"""Bytes; of a larger file, size and time stand for the content."""
_RACY_NS = 2_000_000_000
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
"""How git is run: a repository's own configuration must not make it start a program."""
_TIMEOUT_S = 60
_PASSED_BY = frozenset(
    (".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache")
)
Known: TypeAlias = dict[str, list[int | str]]
"""By path: size, time, inode and hash of a file as it was read before."""


@dataclass
class RepositoryState:
    """The hashes of one moment, and what is worth remembering for the next."""

    files: str
    commit: str
    known: Known = field(default_factory=dict)
    read: int = 0
    """How many files were read; 0 where all were known."""


def repository_state(repo: Path, without: Iterable[Path], known: Known) -> RepositoryState:
    """Hash the files that git tracks or does not ignore; without git, all but caches and vendored packages.

    Args:
        repo: The repository.
        without: Folders that are no part of it: where sessions and caches are.
        known: What an earlier look remembered.
    """
    root = os.path.realpath(repo)
    paths = _listed(root)
    listed = sorted(_walked(root) if paths is None else paths)
    passed = [one for one in (_below(root, folder) for folder in without) if one]
    passed += _session_folders(listed)
    inside = _excluder(passed)
    told, state = hashlib.sha256(), RepositoryState("", _commit(root) if paths is not None else "")
    settled = time.time_ns() - _RACY_NS
    for path in listed:
        if inside(path):
            continue
        told.update(os.fsencode(path) + b"\0" + _content(root, path, known, state, settled).encode() + b"\n")
    state.files = told.hexdigest()
    return state


def _content(root: str, path: str, known: Known, state: RepositoryState, settled: int) -> str:
    full = f"{root}/{path}"
    try:
        status = os.lstat(full)
        if stat.S_ISLNK(status.st_mode):
            return f"link {os.readlink(full)}"
        if not stat.S_ISREG(status.st_mode):
            return "no file"
        if status.st_size > MAX_READ:
            return f"{status.st_size} {status.st_mtime_ns}"
        stamp: list[int | str] = [status.st_size, status.st_mtime_ns, status.st_ino]
        before = known.get(path)
        if before is not None and before[:3] == stamp:
            state.known[path] = before
            return str(before[3])
        sha = hashlib.sha256(Path(full).read_bytes()).hexdigest()
    except FileNotFoundError:
        return "gone"
    except OSError as error:
        return f"unreadable: {error.strerror}"
    state.read += 1
    if status.st_mtime_ns < settled:  # one written just now may be written again with the same time
        state.known[path] = [*stamp, sha]
    return sha


def _git(root: str, *arguments: str) -> bytes | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [*_GIT, *arguments], cwd=root, env=environment, capture_output=True, check=False, timeout=_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _listed(root: str) -> set[str] | None:
    """The files that git tracks or does not ignore; None where git says nothing."""
    found = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if not found:
        return None
    return {os.fsdecode(name) for name in found.split(b"\0") if name}


def _commit(root: str) -> str:
    said = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    return said.decode("ascii", "replace").strip() if said else ""


def _walked(root: str) -> Iterator[str]:
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if name not in _PASSED_BY]
        base = os.path.relpath(folder, root).replace(os.sep, "/")
        for name in names:
            yield name if base == "." else f"{base}/{name}"


def _below(root: str, folder: Path) -> str:
    """A folder's path below the root, '' where it is elsewhere."""
    real = os.path.realpath(folder)
    return os.path.relpath(real, root).replace(os.sep, "/") + "/" if real.startswith(root + os.sep) else ""


def _session_folders(paths: list[str]) -> list[str]:
    known = set(paths)
    journals = (path[: -len(JOURNAL)] for path in paths if path.endswith(f"/{JOURNAL}"))
    return [folder for folder in journals if folder + SNAPSHOT in known]


def _excluder(folders: list[str]) -> Callable[[str], bool]:
    wanted = set(folders)
    depths = sorted({folder.count("/") for folder in wanted})

    def inside(path: str) -> bool:
        parts = path.split("/")
        return any("/".join(parts[:depth]) + "/" in wanted for depth in depths if depth < len(parts))

    return inside


def remembered(data: bytes | None) -> Known:
    """Read what an earlier look remembered; nothing where it can't be understood."""
    try:
        found = json.loads(data) if data else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {path: one for path, one in found.items() if isinstance(one, list) and len(one) == 4}


def to_remember(known: Known) -> bytes:
    """What the next look needs, as bytes."""
    return json.dumps(known, ensure_ascii=True, separators=(",", ":")).encode()
