"""What a run left on disk: in the repository, in the home, in the session folders."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hivemind.conformance.bench import Bench

_NOT_LOOKED_AT = frozenset((".git",))
"""Git writes in its own folder whenever it is asked something."""
Tree = Mapping[str, str]


def tree_of(folder: Path) -> Tree:
    """Every file and folder below a folder, with a hash of its content or where it leads."""
    found: dict[str, str] = {}
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"link to {os.readlink(path)}"
        elif path.is_dir():
            found[f"{name}/"] = "folder"
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for child in sorted(folder.iterdir()) if folder.is_dir() else ():
        if child.name in _NOT_LOOKED_AT:
            continue
        yield child
        if child.is_dir() and not child.is_symlink():
            yield from _walk(child)


def differences(before: Tree, after: Tree) -> Iterator[tuple[str, str]]:
    """Say what is new, gone or changed; a new folder's own files say it for the folder."""
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            if not any(other.startswith(name) and other != name for other in after):
                yield name, "made"
        elif name not in after:
            yield name, "taken away"
        elif before[name] != after[name]:
            yield name, "changed"


@dataclass
class Traces:
    """The places that a worker must leave alone, and those where it may write."""

    root: Path
    repo: Path
    before: Mapping[str, Tree]
    shipped: bool = False
    """Whether the plugin is one that comes with the core, whose caches are its own."""

    @classmethod
    def begin(cls, bench: Bench) -> Traces:
        """Look at everything, and from now on at every file that is opened for writing."""
        root = Path(bench.job.root)
        bench.guard.watching_files = True
        before = {"repository": tree_of(bench.repo), "home": tree_of(root / "home")}
        declared = bench.job.target.declared
        return cls(root, bench.repo, before, declared is not None and declared.name == "hivemind-orchestrator")

    def changes(self, writes: Sequence[tuple[str, str]]) -> list[str]:
        """What is no longer as it was, and what else was written.

        Args:
            writes: The files that were opened for writing where none should be, each with the place in the code.
        """
        places: dict[Path, str] = {}
        for name, place in writes:
            places.setdefault(Path(name), place)
        told: list[str] = []
        for where, folder in (("repository", self.repo), ("home", self.root / "home")):
            for name, what in differences(self.before[where], tree_of(folder)):
                told.append(f"in the {where} {name} was {what}{places.pop(folder / name, '')}")
            inside = [path for path in places if path.is_relative_to(folder)]
            told += [
                f"in the {where} {path.relative_to(folder).as_posix()} was written{places.pop(path)}" for path in inside
            ]
        return told + [f"{path} was written{place}" for path, place in places.items()]

    def count_session_files(self) -> int:
        """Count what is below the session folders."""
        return sum(path.is_file() for path in _walk(self.root / "sessions"))

    def leaks(self, secrets: Sequence[str], elsewhere: Sequence[str]) -> tuple[int, list[str]]:
        """Look for secrets in all files that are new or changed.

        Args:
            secrets: What must not be found.
            elsewhere: More files that were written.

        Returns:
            How many files were looked at, and what was found.
        """
        problems: list[str] = []
        looked = 0
        for path in self._written(elsewhere):
            looked += 1
            data = path.read_bytes()
            for number, secret in enumerate(secrets):
                if secret.encode() in data:
                    whose = "an environment variable" if number == 0 else "a file of the repository"
                    problems.append(f"{self._shown(path)} holds a secret of {whose}")
        return looked, problems

    def _written(self, elsewhere: Sequence[str]) -> Iterator[Path]:
        own = self.root / "own" / "cache" / "hivemind"  # the core's and its plugins' caches are not the plugin's files
        for folder in (self.root / "sessions", self.root / "home", self.root / "own"):
            files = (path for path in _walk(folder) if path.is_file() and not path.is_symlink())
            yield from (path for path in files if self.shipped or not path.is_relative_to(own))
        before = self.before["repository"]
        for name, content in tree_of(self.repo).items():
            if before.get(name) != content and (self.repo / name).is_file():
                yield self.repo / name
        known = (self.root, self.repo)
        for name in elsewhere:
            path = Path(name)
            if path.is_file() and not any(path.is_relative_to(one) for one in known):
                yield path

    def _shown(self, path: Path) -> str:
        for folder, said in ((self.root / "sessions", ""), (self.repo, "the repository's "), (self.root, "")):
            if path.is_relative_to(folder):
                return f"{said}{path.relative_to(folder).as_posix()}"
        return str(path)
