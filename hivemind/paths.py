"""Rules for paths that come from a model, a plugin, a repository or the user."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath

from hivemind.errors import UsageError

_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*]')
MAX_PATH = 240


def check_relative(path: str) -> str:
    """Make sure that a path is relative, stays inside and can be written on every system.

    Returns:
        The path with forward slashes and without `.` parts.

    Raises:
        ValueError: It does not; the message says why.
    """
    posix = path.replace("\\", "/").strip()
    if not posix or len(posix) > MAX_PATH:
        raise ValueError(f"path {path[:80]!r} is empty or longer than {MAX_PATH} characters")
    if PurePosixPath(posix).is_absolute() or PureWindowsPath(posix).drive:
        raise ValueError(f"path {path!r} is absolute: give it relative to the output's folder")
    parts = [part for part in posix.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        raise ValueError(f"path {path!r} leaves its folder")
    for part in parts:
        if _FORBIDDEN.search(part) or _RESERVED.match(part) or part.endswith(".") or part != part.strip():
            raise ValueError(f"path {path!r} can't be written on every system because of {part!r}")
    return "/".join(parts)


def check_repository(path: Path) -> Path:
    """Make sure that a repository can be read.

    Returns:
        Its absolute path.

    Raises:
        UsageError: It is not a folder that can be read.
    """
    resolved = path.expanduser().resolve()
    if not resolved.is_dir():
        raise UsageError(f"{path} is not a folder", "name the repository with --repo")
    try:
        next(resolved.iterdir(), None)
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror or error}", "check its permissions") from error
    return resolved
