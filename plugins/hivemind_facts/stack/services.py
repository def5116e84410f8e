"""The services of a repository: one for each folder with a manifest of its own."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import basename, dirname
from typing import Protocol

from hivemind_facts import kinds
from hivemind_facts.stack.manifests import Manifests

_NOT_DEPLOYED = frozenset(
    {
        "test",
        "tests",
        "__tests__",
        "spec",
        "fixtures",
        "__fixtures__",
        "testdata",
        "docs",
        "doc",
        "e2e",
        "benchmarks",
        "buildSrc",
    }
)
_NO_CODE = frozenset({"shell", "html", "css", "scss", "less", "sql", "terraform", "powershell"})


class _File(Protocol):
    @property
    def path(self) -> str: ...

    @property
    def language(self) -> str: ...


class _Files(Protocol):
    def files(self, *suffixes: str) -> Iterable[_File]: ...


class Services:
    """Which service a path belongs to. The root's is ''; another's is its folder's name where that is unique."""

    def __init__(self, repository: _Files, manifests: Manifests) -> None:
        folders = {_home(one.file, one.kind) for one in manifests.all if not one.lock and _own(one.kind)}
        files = [(file.path, file.language) for file in repository.files()]
        source = [path for path, language in files if language in kinds.PROGRAMMING and language not in _NO_CODE]
        holding = _folders_of(source)
        folders |= {dirname(path) for path, language in files if language == "dockerfile" and dirname(path) in holding}
        nested = {folder for folder in folders if folder and not _NOT_DEPLOYED.intersection(folder.split("/"))}
        folders = {folder for folder in nested if folder in holding}
        self._folders = folders
        self._known: dict[str, str] = {"": ""}
        self.paths: dict[str, str] = {}
        """The folder of each service, by its name."""
        bases = [basename(folder) for folder in folders]
        for folder in sorted(folders):
            name = basename(folder)
            name = name if bases.count(name) == 1 else folder
            self.paths[name] = folder
            self._known[folder] = name
        if not folders or any(self._of_folder(dirname(path)) == "" for path in source):
            self.paths = {"": "", **self.paths}

    def of(self, path: str) -> str:
        """The name of the service that a file belongs to."""
        return self._of_folder(dirname(path))

    def _of_folder(self, folder: str) -> str:
        if folder not in self._known:
            self._known[folder] = self._of_folder(dirname(folder))
        return self._known[folder]


def _own(kind: str) -> bool:
    """Whether a manifest of this kind makes its folder a part of its own."""
    return kind not in ("version catalogue", "conda", "setup.cfg")


def _home(path: str, kind: str) -> str:
    folder = dirname(path)
    return dirname(folder) if kind == "requirements" and basename(folder).startswith("requirements") else folder


def _folders_of(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        folder = dirname(path)
        while folder not in found:
            found.add(folder)
            if not folder:
                break
            folder = dirname(folder)
    return found
