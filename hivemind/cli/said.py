"""What decides which plugins a call loads, read without the settings' models: help has to be instant."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAMES = ("block_plugins", "plugins_dir", "locked")
_FALSE = ("", "0", "false", "off", "no", "n", "f")
_MOST = 5000
"""Files of plugin folders that are looked at; a larger folder is not watched as a whole."""


@dataclass(frozen=True)
class Said:
    """What options, the environment and settings files say of plugins.

    Args:
        repo: The repository.
        option_block: What options block.
        option_folders: The folders that options name.
        option_locked: Whether an option asks for the lock.
        no_plugins: Whether an option leaves all but these folders out.
        blocked: All names that are blocked anywhere.
        folders: All folders that are named anywhere.
        locked: Whether the lock is asked for anywhere.
    """

    repo: str
    option_block: list[str]
    option_folders: list[str]
    option_locked: bool
    no_plugins: bool
    blocked: list[str]
    folders: list[str]
    locked: bool

    @classmethod
    def here(cls, block: Sequence[str], folders: Sequence[str], *, locked: bool, no_plugins: bool) -> Said:
        """What holds for a call in the current folder."""
        from hivemind.cli.options import default_repo

        repo = default_repo()
        blocked = {*block, *_words("HIVEMIND_BLOCK_PLUGINS")}
        named = {
            *folders,
            *(os.path.abspath(os.path.expanduser(one)) for one in _words("HIVEMIND_PLUGINS_DIR", os.pathsep)),
        }
        wanted = locked or os.environ.get("HIVEMIND_LOCKED", "").strip().lower() not in _FALSE
        for base, table in _tables(repo):
            blocked |= _texts(table.get("block_plugins"))
            named |= {str(base / os.path.expanduser(one)) for one in _texts(table.get("plugins_dir"))}
            wanted = wanted or table.get("locked") is True
        return cls(str(repo), list(block), list(folders), locked, no_plugins, sorted(blocked), sorted(named), wanted)

    @property
    def of_here(self) -> bool:
        """Whether the repository matters for what is loaded, beside what is blocked."""
        return bool(self.folders) or self.locked

    def stats(self) -> list[object]:
        """What tells whether something of local plugins, of their trust or of the lockfile has changed."""
        found: list[object] = [list(_stats(Path(folder))) for folder in self.folders]
        if self.folders:
            from hivemind.user_state import state_folder

            found.append(_stat(state_folder() / "trusted-plugins.json"))
        if self.locked:
            found.append(_stat(Path(self.repo) / "hivemind.lock"))
        return found


def _words(variable: str, more: str = ",") -> set[str]:
    value = os.environ.get(variable, "").replace(more, ",")
    return {one.strip() for one in value.split(",")} - {""}


def _texts(value: object) -> set[str]:
    return {one for one in value if isinstance(one, str) and one} if isinstance(value, list) else set()


def _tables(repo: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The settings of the files that say something of plugins, each with the folder that its paths start from."""
    for path in (repo / "hivemind.toml", repo / "pyproject.toml", user_file()):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if any(name.encode() in data for name in _NAMES):
            yield path.parent, _table(data, nested=path.name == "pyproject.toml")


def _table(data: bytes, *, nested: bool) -> Mapping[str, Any]:
    import tomllib

    try:
        table: Any = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError:  # told by every command that needs the settings
        return {}
    for name in ("tool", "hivemind") if nested else ():
        table = table.get(name, {}) if isinstance(table, dict) else {}
    return table if isinstance(table, dict) else {}


def user_file() -> Path:
    """The user's own settings file."""
    if chosen := os.environ.get("HIVEMIND_CONFIG_DIR"):
        return Path(chosen) / "hivemind.toml"
    import platformdirs

    return Path(platformdirs.user_config_dir("hivemind", appauthor=False)) / "hivemind.toml"


def _stats(folder: Path) -> Iterator[object]:
    left = _MOST
    for place, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if name != "__pycache__")
        for name in sorted(names):
            yield place, name, _stat(Path(place, name))
        left -= len(names)
        if left < 0:
            return


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
