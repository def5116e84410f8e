"""A commit's files in a folder of their own, without checking anything out: no hook, filter or attribute runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hivemind import HivemindError
from hivemind_facts import skip
from hivemind_facts.listing import Listing, run_git

_BATCH_FILES = 500
_BATCH_BYTES = 32 * 1024 * 1024
_WINDOWS = frozenset('<>:"|?*\\')


@dataclass(frozen=True)
class Commit:
    """A commit by its name as the user gave it, and by its hash."""

    said: str
    sha: str


def find_commit(repo: Path, said: str) -> Commit:
    """Find a commit.

    Raises:
        HivemindError: There is no git here, or no such commit.
    """
    done = run_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{said}^{{commit}}")
    if done is None:
        raise HivemindError("git can't be run", "install git, or compare two folders' JSON yourself")
    if done.returncode != 0:
        inside = run_git(repo, "rev-parse", "--git-dir")
        if inside is None or inside.returncode != 0:
            raise HivemindError(f"{str(repo)!r} is not in a git repository", "'facts diff' compares two commits of one")
        raise HivemindError(f"there is no commit {said!r} in {str(repo)!r}", "see 'git log --oneline'")
    return Commit(said, done.stdout.decode().strip())


@contextmanager
def materialised(repo: Path, commit: Commit) -> Iterator[tuple[Path, Listing]]:
    """The commit's files below a temporary folder, and their listing; secret files are listed and never written."""
    blobs, submodules = _entries(repo, commit)
    with TemporaryDirectory(prefix="hivemind-facts-") as name:
        root = Path(name)
        for batch in _batches([one for one in blobs if one[2] <= skip.MAX_BYTES and not skip.secret(one[0])]):
            _write(repo, root, batch)
        paths = sorted(path for path, _, _ in blobs)
        yield root, Listing(paths, frozenset(paths), tuple(sorted(submodules)))


def _entries(repo: Path, commit: Commit) -> tuple[list[tuple[str, str, int]], list[str]]:
    done = run_git(repo, "ls-tree", "-r", "-l", "-z", commit.sha)
    if done is None or done.returncode != 0:
        raise HivemindError(f"the files of commit {commit.said!r} can't be listed", "is the clone complete?")
    blobs: list[tuple[str, str, int]] = []
    submodules: list[str] = []
    for record in done.stdout.split(b"\0"):
        head, _, raw = record.partition(b"\t")
        fields = head.split()
        path = raw.decode("utf-8", "surrogateescape")
        if len(fields) != 4 or not _safe(path):
            continue
        mode, kind, sha, size = (field.decode() for field in fields)
        if kind == "commit":
            submodules.append(path)
        elif mode in ("100644", "100755", "100664"):
            blobs.append((path, sha, int(size) if size.isdigit() else 0))
    return blobs, submodules


def _safe(path: str) -> bool:
    parts = path.split("/")
    return bool(path) and not any(
        part in ("", ".", "..") or part.lower() == ".git" or _WINDOWS.intersection(part) for part in parts
    )


def _batches(blobs: list[tuple[str, str, int]]) -> Iterator[list[tuple[str, str, int]]]:
    batch: list[tuple[str, str, int]] = []
    size = 0
    for one in blobs:
        batch.append(one)
        size += one[2]
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _write(repo: Path, root: Path, batch: list[tuple[str, str, int]]) -> None:
    asked = "".join(f"{sha}\n" for _, sha, _ in batch).encode()
    done = run_git(repo, "cat-file", "--batch", stdin=asked)
    if done is None or done.returncode != 0:
        raise HivemindError("git can't read the files of a commit", "is the clone complete?")
    data, at = done.stdout, 0
    for path, sha, _ in batch:
        end = data.index(b"\n", at)
        head = data[at:end].split()
        if len(head) != 3:
            raise HivemindError(f"git has no content for {path!r} ({sha[:12]})", "fetch the whole history first")
        size = int(head[2])
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
