"""Which folders are hive sessions: what workers wrote there is no part of the repository's code."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from posixpath import basename, dirname, normpath
from typing import Any

from hivemind_facts.models import Skipped

DEFAULT_ROOT = "Docs/hive-mind/sessions"
REASON = "hive sessions"
_SETTING = "sessions_root"
_VARIABLE = "HIVEMIND_SESSIONS_ROOT"
_HEAD = 65_536
_JOURNAL, _SNAPSHOT = "EVENTS.jsonl", "SESSION.json"


def session_folders(root: Path, paths: Sequence[str]) -> frozenset[str]:
    """The folders that hold nothing but hive sessions: the configured roots, and wherever else a session lies.

    Args:
        root: The repository.
        paths: Its files, relative to it.
    """
    found = {DEFAULT_ROOT, *_configured(root)}
    for path in paths:
        folder = dirname(path)
        if not folder or folder in found or basename(path) not in (_JOURNAL, _SNAPSHOT):
            continue
        if not holder(path, found) and _is_session(f"{root}/{path}", basename(path)):
            found.add(folder)
    return frozenset(found)


def holder(path: str, roots: Collection[str]) -> str:
    """The folder of sessions that a path is in; '' if it is in none."""
    folder = path.rstrip("/") if path.endswith("/") else dirname(path)
    while folder:
        if folder in roots:
            return folder
        folder = dirname(folder)
    return ""


def told(root: Path, folders: Iterable[str]) -> list[Skipped]:
    """How folders of sessions that files were in are listed: once each root, or the folder that several lie in."""
    configured = {DEFAULT_ROOT, *_configured(root)}
    shown = {folder if folder in configured else dirname(folder) or folder for folder in folders}
    return [Skipped(path=f"{folder}/", reason=REASON) for folder in sorted(shown)]


def _configured(root: Path) -> set[str]:
    """The sessions' roots by the repository's settings and the environment, if they are inside the repository."""
    said = [os.environ.get(_VARIABLE)]
    said.append(_toml(root / "hivemind.toml").get(_SETTING))
    tool = _toml(root / "pyproject.toml").get("tool")
    own = tool.get("hivemind") if isinstance(tool, dict) else None
    said.append(own.get(_SETTING) if isinstance(own, dict) else None)
    found = {_inside(root, one) for one in said if isinstance(one, str) and one}
    return {one for one in found if one}


def _inside(root: Path, said: str) -> str:
    """A root relative to the repository; '' where it is the repository itself or lies outside."""
    path = os.path.expanduser(said)
    if os.path.isabs(path):
        try:
            path = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
        except ValueError:  # another drive
            return ""
    path = normpath(path.replace(os.sep, "/"))
    return "" if path == "." or path.startswith("..") else path


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 1_000_000:
            return {}
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}


def _is_session(path: str, name: str) -> bool:
    """Whether a journal begins with the event that creates a session, or a snapshot is one of a session."""
    try:
        if os.path.islink(path) or not os.path.isfile(path):
            return False
        with open(path, "rb") as stream:
            head = stream.read(_HEAD)
    except (OSError, ValueError):
        return False
    if name == _SNAPSHOT:
        return all(word in head for word in (b'"schema_version"', b'"session_id"', b'"hivemind"'))
    try:
        first = json.loads(head.split(b"\n", 1)[0])
    except (ValueError, RecursionError):
        return b'"type":"session_created"' in head.split(b"\n", 1)[0].replace(b" ", b"")
    return isinstance(first, dict) and first.get("type") == "session_created"
