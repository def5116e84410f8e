"""Imports code exactly as it was hashed: from its source, never from compiled code that nobody looked at."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType


class CheckedLoader(SourceFileLoader):
    """Compiles a module from its source. A cache can say that it need not be compared with the source, so one that came
    with somebody's repository or distribution could hold anything."""

    def __init__(self, fullname: str, path: str, sha256: str | None) -> None:
        super().__init__(fullname, path)
        self._sha256 = sha256

    def get_code(self, fullname: str) -> CodeType:
        """Compile the module, if it still is what was hashed.

        Raises:
            ImportError: It has changed meanwhile.
        """
        path = self.get_filename(fullname)
        data = self.get_data(path)
        if self._sha256 is not None and hashlib.sha256(data).hexdigest() != self._sha256:
            raise ImportError(f"{path} has changed since it was checked", name=fullname, path=path)
        code: CodeType = self.source_to_code(data, path)
        return code


class _Checked(MetaPathFinder):
    """Finds plugins under private names, and the modules of distributions that a lock covers."""

    def __init__(self) -> None:
        self.private: dict[str, tuple[Path, bool]] = {}
        """A top-level module's name to its file, and whether that is a package's."""
        self.covered: set[str] = set()
        self.sha256: dict[str, str] = {}
        """A file's real path to the hash of its content."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module, and have it loaded from its source."""
        top = fullname.partition(".")[0]
        if fullname in self.private:
            file, package = self.private[fullname]
            places = [str(file.parent)] if package else None
            return spec_from_file_location(
                fullname, file, loader=self._loader(fullname, str(file)), submodule_search_locations=places
            )
        if top in self.private:
            return self._from_source(PathFinder.find_spec(fullname, path, target))
        if fullname in self.covered:
            others = (one.find_spec(fullname, path, target) for one in sys.meta_path if one is not self)
            return self._from_source(next((spec for spec in others if spec is not None), None))
        return None

    def _from_source(self, spec: ModuleSpec | None) -> ModuleSpec | None:
        if spec is not None and isinstance(spec.loader, SourceFileLoader) and spec.origin is not None:
            spec.loader = self._loader(spec.name, spec.origin)
            spec.cached = None
        return spec

    def _loader(self, fullname: str, file: str) -> CheckedLoader:
        return CheckedLoader(fullname, file, self.sha256.get(os.path.realpath(file)))


_finder = _Checked()


def _installed() -> _Checked:
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    return _finder


def is_checked(finder: object) -> bool:
    """Whether this is the finder of this module, which asks all others."""
    return finder is _finder


def offer(name: str, file: Path, *, package: bool, sha256: Mapping[str, str]) -> None:
    """Make a file importable under a private name, which no other module has.

    Args:
        name: The name.
        file: The module's file; a package's `__init__.py`.
        package: Whether it is a package.
        sha256: The hashes of its files, by real path.
    """
    finder = _installed()
    known = finder.private.get(name)
    if known is not None and known[0] != file:  # the same content elsewhere: data beside it may differ
        forget(name)
    finder.private[name] = (file, package)
    finder.sha256.update(sha256)


def cover(modules: Mapping[str, str], sha256: Mapping[str, str]) -> None:
    """Have these modules loaded from their sources, as they were hashed.

    Args:
        modules: Their names, each with its file's real path.
        sha256: The hashes of their files, by real path.
    """
    finder = _installed()
    finder.covered.update(modules)
    finder.sha256.update(sha256)


def forget(name: str) -> None:
    """Take a module and all below it out of what is imported."""
    for known in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[known]
