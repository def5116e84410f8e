"""`hivemind.lock`: what a repository's plugins of others were when somebody looked at them."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hivemind.content import SHORT, changes, digest, manifest, read_manifest
from hivemind.errors import ConfigurationError

NAME = "hivemind.lock"
VERSION = 1
_HEAD = """\
# The plugins of others that this repository trusts, by the content of their files.
# Written by 'hivemind plugins lock' and 'hivemind plugins trust NAME'; held to by '--locked'.
"""


@dataclass(frozen=True)
class Locked:
    """One distribution, or one local plugin, as it was locked or as it is.

    Args:
        name: The distribution's name, or the local plugin's.
        version: Its version; that of a local one is its content.
        sha256: The hash of its files.
        plugins: Its entry points; empty for a local one.
        local: Whether it is a local one.
        path: Where a local one lies in the repository, for people.
        files: The hashes of its files, where they are known.
    """

    name: str
    version: str
    sha256: str
    plugins: tuple[str, ...] = ()
    local: bool = False
    path: str = ""
    files: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> tuple[bool, str]:
        """What it is known by."""
        return self.local, self.name

    @property
    def said(self) -> str:
        """It in words."""
        return f"local plugin {self.name!r}" if self.local else f"{self.name!r} {self.version}".strip()


class Lockfile:
    """The lockfile of a repository.

    Args:
        path: Where it is.
        entries: What it holds.
    """

    def __init__(self, path: Path, entries: Sequence[Locked] = ()) -> None:
        self.path = path
        self.entries = {one.key: one for one in entries}

    @classmethod
    def read(cls, repo: Path) -> Lockfile:
        """Read a repository's lockfile.

        Raises:
            ConfigurationError: There is none, or it is not one.
        """
        path = repo / NAME
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"there is no {NAME} in {repo}, and only what it says may be loaded",
                "write it with 'hivemind plugins lock', and look at it",
            ) from error
        except (ValueError, UnicodeDecodeError) as error:
            raise _malformed(path, f"it is not TOML: {error}") from error
        except OSError as error:
            raise ConfigurationError(f"can't read {path}: {error.strerror or error}") from error
        return cls(path, _entries(path, data))

    def text(self) -> str:
        """The file's text: the same for the same entries."""
        parts = [f"{_HEAD}version = {VERSION}\n"]
        for entry in sorted(self.entries.values(), key=lambda one: (one.local, one.name)):
            fields: dict[str, Any] = {"name": entry.name}
            if entry.version:
                fields["version"] = entry.version
            if entry.path:
                fields["path"] = entry.path
            if entry.plugins:
                fields["plugins"] = sorted(entry.plugins)
            fields["sha256"] = entry.sha256
            lines = [f"{name} = {json.dumps(value, ensure_ascii=True)}\n" for name, value in fields.items()]
            parts.append(f"[[{'local' if entry.local else 'distribution'}]]\n" + "".join(lines))
        return "\n".join(parts)

    def write(self) -> None:
        """Write the file.

        Raises:
            ConfigurationError: It can't be written.
        """
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            temporary.write_text(self.text(), encoding="utf-8", newline="\n")
            temporary.replace(self.path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise ConfigurationError(f"can't write {self.path}: {error.strerror or error}") from error

    def difference(self, now: Locked) -> str | None:
        """Say what of a plugin is not as it was locked; None where all is."""
        locked = self.entries.get(now.key)
        return f"{now.said} is not in {NAME}" if locked is None else difference(locked, now)


def difference(locked: Locked, now: Locked) -> str | None:
    """Say what of a plugin is not as it was locked; None where all is."""
    if locked.sha256 == now.sha256 and locked.version == now.version:
        return None
    told: list[str] = []
    if not now.local and locked.version != now.version:
        told.append(f"version {now.version or '?'}, locked is {locked.version or '?'}")
    if locked.sha256 != now.sha256:
        told.append(f"its files hash to {now.sha256[:SHORT]}, locked is {locked.sha256[:SHORT]}")
        before = recalled(locked.sha256)
        if before is not None:
            told.append(f"changed: {changes(before, now.files)}")
    return f"{now.said} is not what {NAME} says: {'; '.join(told)}"


def _entries(path: Path, data: Mapping[str, Any]) -> list[Locked]:
    if data.get("version") != VERSION:
        raise _malformed(path, f"its version is {data.get('version')!r}, this hivemind reads {VERSION}")
    found: list[Locked] = []
    for kind in ("distribution", "local"):
        tables = data.get(kind, [])
        if not isinstance(tables, list):
            raise _malformed(path, f"{kind!r} is not a list of tables")
        found += [_entry(path, table, local=kind == "local") for table in tables]
    if len({one.key for one in found}) < len(found):
        raise _malformed(path, "it names something twice")
    if unknown := sorted(set(data) - {"version", "distribution", "local"}):
        raise _malformed(path, f"it has {unknown[0]!r}, which means nothing")
    return found


def _entry(path: Path, table: Any, *, local: bool) -> Locked:
    if not isinstance(table, Mapping):
        raise _malformed(path, "an entry is not a table")
    texts = {name: table.get(name, "") for name in ("name", "version", "sha256", "path")}
    plugins = table.get("plugins", [])
    wrong = [name for name, value in texts.items() if not isinstance(value, str)]
    if wrong or not isinstance(plugins, list) or not all(isinstance(one, str) for one in plugins):
        raise _malformed(path, f"{wrong[0] if wrong else 'plugins'!r} of an entry is not text")
    sha256 = texts["sha256"]
    if not texts["name"] or len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise _malformed(path, f"entry {texts['name']!r} has no name, or no sha256 of 64 digits")
    return Locked(texts["name"], texts["version"], sha256, tuple(plugins), local, texts["path"])


def _malformed(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"{path} can't be used: {why}", "mend it, or write it anew with 'hivemind plugins lock'")


def _memory() -> Path:
    from hivemind.user_state import state_folder

    return state_folder() / "plugin-files"


def remember(files: Mapping[str, str]) -> None:
    """Keep which files a hash was made of, so that a later difference can be told by file. That is for people only:
    what is trusted is the hash."""
    path = _memory() / f"{digest(files)}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(manifest(files), encoding="utf-8")
    except OSError:  # differences are then told without their files
        return


def recalled(sha256: str) -> dict[str, str] | None:
    """The files that a hash was made of, where this machine knows them."""
    try:
        files = read_manifest((_memory() / f"{sha256}.txt").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return files if digest(files) == sha256 else None
