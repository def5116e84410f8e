"""Changes one list of a settings file, and leaves its comments and layout as they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hivemind.errors import ConfigurationError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

LIST = "block_plugins"


def blocked_in(path: Path) -> list[str]:
    """The plugins that a settings file blocks; none where there is no such file.

    Raises:
        ConfigurationError: It can't be read.
    """
    return _names(path, _read(path)[0])


def block(path: Path, name: str) -> bool:
    """Have a settings file block a plugin; the file is made if there is none.

    Returns:
        Whether it did not do so before.

    Raises:
        ConfigurationError: It can't be read or written.
    """
    document, text = _read(path)
    if name in _names(path, document):
        return False
    if LIST in document:
        document[LIST].append(name)
    else:
        document[LIST] = [name]
    _write(path, document, text)
    return True


def unblock(path: Path, name: str) -> bool:
    """Have a settings file block a plugin no more.

    Returns:
        Whether it did before.

    Raises:
        ConfigurationError: It can't be read or written.
    """
    document, text = _read(path)
    if name not in _names(path, document):
        return False
    listed = document[LIST]
    while name in listed:
        listed.remove(name)
    _write(path, document, text)
    return True


def _names(path: Path, document: TOMLDocument) -> list[str]:
    listed = document.unwrap().get(LIST, [])
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise ConfigurationError(f"setting {LIST!r} in {path} is no list of names", "mend it there")
    return listed


def _read(path: Path) -> tuple[TOMLDocument, str]:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomlkit.parse(text), text
    except FileNotFoundError:
        return tomlkit.document(), ""
    except (TOMLKitError, ValueError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}", f"mend {path}") from error
    except OSError as error:
        raise ConfigurationError(f"can't read {path}: {error.strerror or error}") from error


def _write(path: Path, document: TOMLDocument, before: str) -> None:
    """Put the file in its place as a whole; one that is a link stays one."""
    import tomlkit

    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    text = tomlkit.dumps(document)
    if "\r\n" in before:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(text.encode())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ConfigurationError(f"can't write {path}: {error.strerror or error}") from error
