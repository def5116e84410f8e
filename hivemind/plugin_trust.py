"""Which folders of plugins the user trusts although only a repository names them, each by the hash of its content."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from hivemind.content import changes, digest, digests, tree
from hivemind.errors import ConfigurationError
from hivemind.lockfile import recalled, remember
from hivemind.user_state import state_folder

FILE = "trusted-plugins.json"
_LOCK_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Trust:
    """Whether a folder is trusted; where it is not, why."""

    trusted: bool
    why: str = ""


def trust_of(folder: Path) -> Trust:
    """Say whether the user trusts a folder as it is now.

    Raises:
        ConfigurationError: The record can't be read.
    """
    record = _read().get(os.path.realpath(folder))
    if record is None:
        return Trust(False, "you have not trusted it")
    try:
        files = digests(tree(folder))
    except ConfigurationError as error:
        return Trust(False, error.message)
    if digest(files) == record.get("sha256"):
        return Trust(True)
    before = recalled(str(record.get("sha256")))
    what = f" ({changes(before, files)})" if before is not None else ""
    return Trust(False, f"it has changed since you trusted it{what}")


def trusted_folders() -> list[Path]:
    """The folders that the user has trusted, whatever became of them."""
    return [Path(one) for one in sorted(_read())]


def trust(folder: Path) -> dict[str, str]:
    """Trust a folder as it is now.

    Returns:
        Its files, each with its hash.

    Raises:
        ConfigurationError: It holds too many files, or the record can't be written.
    """
    files = digests(tree(folder))
    remember(files)
    said = {"sha256": digest(files), "trusted_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    _change(os.path.realpath(folder), said)
    return files


def revoke(folder: Path) -> bool:
    """Trust a folder no longer.

    Returns:
        Whether it was trusted.
    """
    return _change(os.path.realpath(folder), None)


def _read() -> dict[str, Mapping[str, Any]]:
    path = state_folder() / FILE
    try:
        folders = json.loads(path.read_text(encoding="utf-8"))["folders"]
        return {str(name): dict(record) for name, record in folders.items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"can't read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{path} is damaged, so it does not say which folders you trust", "delete it, and trust them again"
        ) from error


def _change(name: str, record: Mapping[str, str] | None) -> bool:
    path = state_folder() / FILE
    temporary = path.with_name(f".{FILE}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{FILE}.lock"), timeout=_LOCK_TIMEOUT_S):
            folders = _read()
            known = name in folders
            if record is None and not known:
                return False
            folders.pop(name, None)
            if record is not None:
                folders[name] = record
            data = {"version": 1, "folders": dict(sorted(folders.items()))}
            temporary.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
            temporary.replace(path)
            return known
    except (OSError, TimeoutError) as error:
        raise ConfigurationError(f"can't write {path}: {getattr(error, 'strerror', None) or error}") from error
