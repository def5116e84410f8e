"""Which file an import means: packages, src layouts, monorepos, scripts beside each other."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from posixpath import dirname

FOREIGN = frozenset(
    (
        *("fastapi", "starlette", "flask", "quart", "django", "rest_framework", "ninja", "strawberry", "graphene"),
        *("ariadne", "sqlalchemy", "sqlmodel", "alembic", "peewee", "tortoise", "celery", "redis", "requests", "httpx"),
        *("aiohttp", "boto3", "kafka", "pydantic", "jwt", "jose", "marshmallow", "werkzeug", "uvicorn", "gunicorn"),
    )
)


class Packages:
    """The modules of a repository by the names that code imports them by."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)
        self.folders: set[str] = set()
        self._by_name: dict[str, set[str]] = defaultdict(set)
        self._cache: dict[tuple[str, str], str | None] = {}
        for path in self.paths:
            folder = dirname(path)
            stem = path.rpartition("/")[2][:-3]
            if stem != "__init__":
                self._by_name[stem].add(folder)
            while folder and folder not in self.folders:
                self.folders.add(folder)
                self._by_name[folder.rpartition("/")[2]].add(dirname(folder))
                folder = dirname(folder)

    def is_package(self, folder: str) -> bool:
        """Whether a folder is a regular package."""
        return f"{folder}/__init__.py" in self.paths

    def at(self, base: str, module: str) -> str | None:
        """The file or folder of a dotted module under a folder."""
        path = "/".join(part for part in (base, *module.split(".")) if part)
        for candidate in (f"{path}/__init__.py", f"{path}.py"):
            if candidate in self.paths:
                return candidate
        return path if path in self.folders else None

    def relative(self, path: str, level: int, module: str) -> str | None:
        """The file that a relative import in a file means."""
        folder = dirname(path)
        for _ in range(level - 1):
            if not folder:
                return None
            folder = dirname(folder)
        if module:
            return self.at(folder, module)
        init = f"{folder}/__init__.py" if folder else "__init__.py"
        return init if init in self.paths else folder

    def absolute(self, path: str, module: str) -> str | None:
        """The file or folder that an absolute import in a file means; None if it is foreign."""
        key = (dirname(path), module)
        if key not in self._cache:
            self._cache[key] = self._find(path, module)
        found = self._cache[key]
        return None if found == path and "." not in module else found

    def _find(self, path: str, module: str) -> str | None:
        first = module.partition(".")[0]
        if first in sys.stdlib_module_names or first not in self._by_name:
            return None
        ancestors = [dirname(path)]
        while ancestors[-1]:
            ancestors.append(dirname(ancestors[-1]))
        roots = [folder for folder in ancestors if not self.is_package(folder)]
        roots += [f"{folder}/{inner}".lstrip("/") for folder in ancestors for inner in ("src", "lib", "app", "backend")]
        for root in roots:
            found = self.at(root, module)
            if found is not None and self._counts(found, first):
                return found
        if first in FOREIGN:
            return None
        places = [self.at(base, module) for base in sorted(self._by_name[first])]
        unique = {found for found in places if found is not None}
        if len(unique) == 1:
            return unique.pop()
        inside = [self.at(folder, module) for folder in ancestors if self.is_package(folder)]
        return next((found for found in inside if found is not None), None)

    def _counts(self, found: str, first: str) -> bool:
        return found.endswith(".py") or first not in FOREIGN

    def folder_of(self, path: str) -> str:
        """The folder in which the submodules of a module are looked up."""
        if path.endswith("/__init__.py") or path == "__init__.py":
            return dirname(path)
        return path[:-3] if path.endswith(".py") else path

    def submodule(self, path: str, name: str) -> str | None:
        """The file of a submodule of a package."""
        if path.endswith(".py") and not path.endswith("__init__.py"):
            return None
        return self.at(self.folder_of(path), name)

    def dotted(self, path: str) -> str:
        """The dotted name by which code most likely imports a module."""
        parts = [path[:-3] if path.endswith(".py") else path]
        folder = dirname(path)
        name = parts[0].rpartition("/")[2]
        names = [] if name == "__init__" else [name]
        while folder and (self.is_package(folder)):
            names.insert(0, folder.rpartition("/")[2])
            folder = dirname(folder)
        return ".".join(names)
