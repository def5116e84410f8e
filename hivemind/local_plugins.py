"""Plugins without packaging: each `.py` file or package that lies in a folder somebody named."""

from __future__ import annotations

import importlib
import os
import re
from functools import cached_property
from pathlib import Path
from types import ModuleType

from hivemind.checked_imports import forget, offer
from hivemind.content import SHORT, digest, digests, file_digest, tree
from hivemind.errors import ConfigurationError

_PREFIX = "hivemind_local_"
_TESTS = re.compile(r"^(tests?|conftest|test_.*|.*_test)$")


class LocalPlugin:
    """One plugin of a folder; its files are hashed when that is first asked for.

    Args:
        folder: Where it lies.
        path: Its file, or its package's folder.
        problem: Why it can't be one, where that shows from outside.
    """

    def __init__(self, folder: Path, path: Path, problem: str | None = None) -> None:
        self.folder = folder
        self.path = path
        self.package = path.is_dir()
        self.problem = problem
        self.name = path.name if self.package else path.stem

    @cached_property
    def _paths(self) -> dict[str, Path]:
        if not self.package:
            return {self.path.name: self.path}
        try:
            return tree(self.path, f"{self.path.name}/")
        except ConfigurationError as error:  # it alone can't be loaded
            self.problem = str(error)
            return {}

    @cached_property
    def files(self) -> dict[str, str]:
        """Its files by name, each with the hash of its content."""
        return digests(self._paths)

    @property
    def digest(self) -> str:
        """The hash of its files."""
        return digest(self.files)

    @property
    def version(self) -> str:
        """The hash in short."""
        return self.digest[:SHORT]

    @cached_property
    def module(self) -> str:
        """The private name that it is imported under: the same wherever it lies, as long as its content is."""
        word = re.sub(r"\W", "_", self.name)
        return f"{_PREFIX}{word}_{self.version}"

    @property
    def entry(self) -> str:
        """The name of the module that holds the hooks."""
        return f"{self.module}.plugin" if self.package and (self.path / "plugin.py").is_file() else self.module

    @property
    def entry_file(self) -> Path:
        """The file of that module."""
        if not self.package:
            return self.path
        own = self.path / "plugin.py"
        return own if own.is_file() else self.path / "__init__.py"

    def load(self) -> ModuleType:
        """Import it.

        Raises:
            ConfigurationError: It can't be a plugin.
            BaseException: What its code raises.
        """
        if self.problem is not None:
            raise ConfigurationError(self.problem)
        hashes = {os.path.realpath(path): self.files[name] for name, path in self._paths.items()}
        file = self.path / "__init__.py" if self.package else self.path
        offer(self.module, file, package=self.package, sha256=hashes)
        try:
            return importlib.import_module(self.entry)
        except BaseException:
            forget(self.module)
            raise


def plugins_in(folder: Path, named_by: str) -> list[LocalPlugin]:
    """List the plugins of a folder by name; none is imported.

    Args:
        folder: The folder.
        named_by: Who named it, as the error says it: "option --plugins-dir".

    Raises:
        ConfigurationError: It is no folder, or can't be read.
    """
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except FileNotFoundError as error:
        raise ConfigurationError(f"{named_by} names {folder}, which does not exist", "make it, or mend it") from error
    except NotADirectoryError as error:
        raise ConfigurationError(
            f"{named_by} names {folder}, which is no folder", "name the folder that holds the plugins"
        ) from error
    except OSError as error:
        raise ConfigurationError(f"{named_by} names {folder}, which can't be read: {error.strerror}") from error
    found = [plugin for name in names if (plugin := _plugin(folder, folder / name)) is not None]
    return sorted(found, key=lambda one: (one.name, not one.package))


def _plugin(folder: Path, path: Path) -> LocalPlugin | None:
    """What an entry of the folder is; None for what is no plugin."""
    stem = path.name.removesuffix(".py")
    if path.name.startswith((".", "_")) or _TESTS.match(stem):
        return None
    if path.is_dir():
        if (path / "__init__.py").is_file():
            return LocalPlugin(folder, path)
        if (path / "plugin.py").is_file():
            return LocalPlugin(folder, path, f"{path}: a package needs an __init__.py, which may be empty")
        return None
    if not path.name.endswith(".py"):
        return None
    state = file_digest(path)
    return LocalPlugin(folder, path, f"{path}: {state}" if " " in state or state == "missing" else None)
