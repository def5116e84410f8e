"""Where agent files are found, and which of them are not looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

OWN = Path(".hivemind") / "workers"
CLAUDE = Path(".claude") / "agents"
_PASSED = frozenset(("readme", "changelog", "contributing", "license", "index", "claude", "agents", "todo"))
_SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", "__pycache__"))


@dataclass(frozen=True, slots=True)
class Found:
    """An agent file, and how it is named: relative to the repository, or by its whole path."""

    path: Path
    source: str


@dataclass
class Finding:
    """The agent files in some folders, in a stable order, and what was left out with its reason."""

    files: list[Found] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _files_seen: set[str] = field(default_factory=set)
    _folders_seen: set[str] = field(default_factory=set)

    def look(self, folder: Path, base: Path | None, *, deep: bool) -> None:
        """Take the files of a folder.

        Args:
            folder: Where.
            base: The tree that a link must not lead out of, and that files are named relative to; None for a folder of
                the user's own, whose links may lead anywhere.
            deep: Whether its folders are looked at too.
        """
        inside = os.path.realpath(base) if base is not None else None
        self._walk(str(folder), inside, str(base) if base is not None else None, deep)

    def _walk(self, folder: str, inside: str | None, base: str | None, deep: bool) -> None:
        pending = [folder]
        while pending:
            here = pending.pop()
            real = os.path.realpath(here)
            if real in self._folders_seen or not os.path.isdir(here):
                continue
            if self._outside(here, real, inside, base):
                continue
            self._folders_seen.add(real)
            try:
                with os.scandir(here) as entries:
                    listed = sorted(entries, key=lambda one: one.name)
            except OSError as error:
                self.problems.append(f"can't read folder {_named(here, base)}: {error.strerror or error}")
                continue
            folders = []
            for entry in listed:
                if self._is_folder(entry):
                    folders.append(entry.path)
                elif entry.name.lower().endswith(".md"):
                    self._take(entry, real, inside, base)
            if deep:
                pending += reversed(folders)

    @staticmethod
    def _is_folder(entry: os.DirEntry[str]) -> bool:
        try:
            return entry.name not in _SKIPPED and entry.is_dir()
        except OSError:
            return False

    def _take(self, entry: os.DirEntry[str], real_folder: str, inside: str | None, base: str | None) -> None:
        link = entry.is_symlink()
        real = os.path.realpath(entry.path) if link else os.path.join(real_folder, entry.name)
        if real in self._files_seen:
            return
        if link and self._outside(entry.path, real, inside, base):
            return
        try:
            plain = entry.is_file()
        except OSError:
            plain = False
        if not plain:
            what = "a link that leads nowhere" if link and not os.path.exists(entry.path) else "no plain file"
            self.problems.append(f"{_named(entry.path, base)}:1: not read: it is {what}")
            return
        self._files_seen.add(real)
        self.files.append(Found(Path(entry.path), _named(entry.path, base)))

    def _outside(self, path: str, real: str, inside: str | None, base: str | None) -> bool:
        """Whether a link leads out of the tree: what a repository's author links to is not his to show a model."""
        if inside is None or real == inside or real.startswith(inside.rstrip(os.sep) + os.sep):
            return False
        self.problems.append(f"{_named(path, base)}:1: not read: it is a link that leads out of the repository")
        return True


def _named(path: str, base: str | None) -> str:
    relative = path[len(base) :].lstrip(os.sep) if base is not None and path.startswith(base) else path
    return relative.replace(os.sep, "/")


def user_folder() -> Path:
    """The user's own agent files, where Claude Code has them."""
    chosen = os.environ.get("CLAUDE_CONFIG_DIR")
    return Path(os.path.abspath(os.path.expanduser(chosen or "~/.claude"))) / "agents"


def find_agent_files(repo: Path | None, *, user_agents: bool = False) -> Finding:
    """Find the agent files of a repository, and where asked for those of the user.

    Args:
        repo: The repository; None for none.
        user_agents: Whether the user's own folder is looked at too.
    """
    found = Finding()
    if repo is not None:
        found.look(repo / OWN, repo, deep=False)
        found.look(repo / CLAUDE, repo, deep=True)
    if user_agents:
        found.look(user_folder(), None, deep=True)
    return found


def find_in(path: Path) -> Iterator[Found]:
    """Find the agent files of a folder that somebody names, however deep."""
    found = Finding()
    found.look(path, None, deep=True)
    yield from found.files


def passed_over(path: Path, data: bytes) -> bool:
    """Whether a file is a page about the folder, as Claude Code passes over it: a README without front matter."""
    stem = path.stem.split(".")[0]
    if not (stem.isupper() or stem.lower() in _PASSED):
        return False
    return not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"---")
