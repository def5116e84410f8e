"""Which files a repository has: asked of git, else walked with its ignore files obeyed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hivemind_facts.folders import ALWAYS

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false", "-c", "core.hooksPath=/dev/null")
"""How git is run: a repository's own configuration must not make it start a program."""
TIMEOUT_S = 120


@dataclass(frozen=True)
class Listing:
    """The files of a repository by path, sorted."""

    paths: list[str]
    tracked: frozenset[str] = frozenset()
    submodules: tuple[str, ...] = ()
    unlisted: tuple[tuple[str, str], ...] = ()
    """Folders whose files were not listed, and why."""
    note: str = ""
    """Why git was not asked although it is there."""


def run_git(folder: Path, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes] | None:
    """Run git in a folder, without hooks or monitors; None if it can't be run at all."""
    environment = {
        **os.environ,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        environment.pop(name, None)
    try:
        return subprocess.run(
            [*GIT, *arguments],
            cwd=folder,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=TIMEOUT_S,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def list_files(root: Path) -> Listing:
    """List a folder's files: those that git tracks or does not ignore, or those that a walk finds."""
    staged = run_git(root, "ls-files", "-z", "--stage")
    if staged is None or staged.returncode != 0:
        said = staged.stderr.decode("utf-8", "replace").strip() if staged is not None else ""
        note = said.splitlines()[0] if said and "not a git repository" not in said else ""
        return _walked(root, f"git can't list the files, walked instead: {note}" if note else "")
    others = run_git(root, "ls-files", "-z", "--others", "--exclude-standard")
    tracked: set[str] = set()
    submodules: set[str] = set()
    for record in staged.stdout.split(b"\0"):
        head, _, name = record.partition(b"\t")
        if name:
            (submodules if head.startswith(b"160000") else tracked).add(_name(name))
    loose = {_name(name) for name in others.stdout.split(b"\0") if name} if others is not None else set()
    nested = {name for name in loose if name.endswith("/")}
    if not tracked and not loose and _ignored(root):
        return _walked(root, "")
    return Listing(
        sorted(tracked | (loose - nested)),
        frozenset(tracked),
        tuple(sorted(submodules)),
        tuple((name, "a git repository of its own") for name in sorted(nested)),
    )


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _ignored(root: Path) -> bool:
    """Whether the root is itself ignored by a repository around it, which then says nothing about its files."""
    done = run_git(root, "check-ignore", "-q", ".")
    return done is not None and done.returncode == 0


def _walked(root: Path, note: str) -> Listing:
    paths: list[str] = []
    unlisted: list[tuple[str, str]] = []
    for path, why in _walk(root):
        if why:
            unlisted.append((path, why))
        else:
            paths.append(path)
    return Listing(sorted(paths), unlisted=tuple(sorted(unlisted)), note=note)


def _walk(root: Path) -> Iterator[tuple[str, str]]:
    """Every file below a root, and every folder that was not entered with the reason."""
    waiting: list[tuple[str, tuple[tuple[str, GitIgnoreSpec], ...]]] = [("", ())]
    while waiting:
        base, rules = waiting.pop()
        try:
            with os.scandir(os.path.join(root, base)) as scanned:
                found = sorted(scanned, key=lambda one: one.name)
        except OSError as error:
            yield base, f"unreadable: {error.strerror or error}"
            continue
        if any(one.name == ".gitignore" for one in found):
            rules = (*rules, (base, _spec(os.path.join(root, base, ".gitignore"))))
        for one in found:
            path = base + one.name
            folder = one.is_dir(follow_symlinks=False)
            if folder and one.name in ALWAYS:
                if ALWAYS[one.name] != "version control":
                    yield path + "/", ALWAYS[one.name]
            elif rules and _matches(rules, path + "/" if folder else path):
                continue
            elif folder:
                waiting.append((path + "/", rules))
            else:
                yield path, ""


def _spec(path: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return GitIgnoreSpec.from_lines(stream.read().splitlines())
    except (OSError, ValueError):
        return GitIgnoreSpec.from_lines(())


def _matches(rules: tuple[tuple[str, GitIgnoreSpec], ...], path: str) -> bool:
    """Whether ignore files say to leave a path out; the deepest one that says anything decides."""
    for base, spec in reversed(rules):
        include = spec.check_file(path[len(base) :]).include
        if include is not None:
            return include
    return False
