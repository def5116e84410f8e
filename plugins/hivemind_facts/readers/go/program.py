"""A Go program over its digests: packages by folder, imports through go.mod, types, functions and methods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any

from hivemind_facts.readers.go.config import Config
from hivemind_facts.readers.go.values import Function, TypeName
from hivemind_facts.reading import Digest, Repository

_MODULE = re.compile(r"^\s*module\s+\"?([^\s\"]+)", re.MULTILINE)
_REPLACE = re.compile(r"^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+(\.{1,2}/\S*|\.{1,2})\s*$", re.MULTILINE)
_VERSION = re.compile(r"/v\d+$")


class Program:
    """Every package of the repository."""

    def __init__(self, repository: Repository) -> None:
        self.digests: Mapping[str, Digest] = {
            path: digest
            for path, digest in repository.digests("go").items()
            if not digest["test"] and not f"/{path}".startswith("/vendor/") and "/vendor/" not in path
        }
        self._modules = _modules(repository)
        self.config = Config(repository)
        self.packages: dict[str, list[str]] = {}
        self.functions: dict[tuple[str, str], Function] = {}
        self.methods: dict[tuple[str, str, str], Function] = {}
        self.named: dict[str, list[Function]] = {}
        self.types: dict[TypeName, tuple[Any, ...]] = {}
        self.type_files: dict[TypeName, str] = {}
        self.values: dict[tuple[str, str], tuple[str, tuple[Any, ...], int]] = {}
        self.imports: dict[str, dict[str, str]] = {}
        self.inits: list[Function] = []
        held = dict(self.digests)
        self._names = {dirname(path): str(digest["package"]) for path, digest in reversed(held.items())}
        for path, digest in held.items():
            self._index(path, digest)

    def _index(self, path: str, digest: Digest) -> None:
        folder = dirname(path)
        self.packages.setdefault(folder, []).append(path)
        self.imports[path] = dict(self._imported(digest))
        for name, declared in digest["types"].items():
            self.types[folder, name] = declared
            self.type_files[folder, name] = path
        for spec in digest["values"]:
            for position, name in enumerate(spec[1]):
                self.values[folder, name] = (path, spec, position)
        for item in digest["functions"]:
            receiver = tuple(item["receiver"]) if item["receiver"] else None
            function = Function(
                item["name"], item["params"], item["results"], item["body"], path, item["line"], receiver
            )
            self.named.setdefault(function.name, []).append(function)
            if receiver:
                self.methods[folder, _bare(receiver[1]), function.name] = function
            elif function.name == "init":
                self.inits.append(function)
            else:
                self.functions[folder, function.name] = function

    def _imported(self, digest: Digest) -> Iterator[tuple[str, str]]:
        for _, path, alias in digest["imports"]:
            folder = self.folder(path)
            if alias and alias not in ("_", "."):
                yield alias, path if folder is None else folder
            elif folder is not None:
                yield self.package_name(folder, path), folder
            else:
                yield _foreign_name(path), path

    def package_name(self, folder: str, path: str) -> str:
        """The name that a package of the repository goes by."""
        return self._names.get(folder) or _foreign_name(path)

    def folder(self, path: str) -> str | None:
        """The repository's folder behind an import path, None for a foreign package."""
        for module, root in self._modules:
            if path == module or path.startswith(module + "/"):
                found = normpath(join(root, path[len(module) + 1 :])) if path != module else root
                return "" if found == "." else found
        return None

    def type_of(self, text: str, file: str) -> TypeName | None:
        """The type that a text names in a file; pointers are looked through, slices and maps have no name."""
        name = _bare(text)
        if not name or name.startswith(("[", "map[", "func", "chan", "interface{", "struct{")):
            return None
        if "." in name:
            package, _, name = name.partition(".")
            where = self.imports.get(file, {}).get(package)
            return None if where is None else (where, name)
        key = (dirname(file), name)
        declared = self.types.get(key)
        if declared and declared[0] == "alias" and "." in declared[1] and declared[1][0] != "f":
            return self.type_of(declared[1], file) or key
        return key if declared else None

    def fields(self, kind: TypeName) -> list[tuple[str, str, str, int]]:
        """The fields of a struct type."""
        declared = self.types.get(kind)
        if declared and declared[0] == "alias":
            other = self.type_of(declared[1], self.type_files[kind])
            return self.fields(other) if other and other != kind else []
        return declared[1] if declared and declared[0] == "struct" else []

    def method(self, kind: TypeName, name: str, depth: int = 0) -> Function | None:
        """A method of a type, promoted ones included."""
        found = self.methods.get((*kind, name))
        if found is not None or depth > 6:
            return found
        for field, text, _, _ in self.fields(kind):
            inner = self.type_of(text, self.type_files[kind]) if not field else None
            if inner is not None:
                found = self.method(inner, name, depth + 1)
                if found is not None:
                    return found
        return None

    def implementations(self, kind: TypeName, name: str) -> list[Function]:
        """The methods of this name of the types that have every method of an interface."""
        declared = self.types.get(kind)
        wanted = [method for method, _, _ in declared[1]] if declared and declared[0] == "interface" else [name]
        found = []
        for function in self.named.get(name, []):
            if function.receiver and function.body is not None:
                owner = (dirname(function.file), _bare(function.receiver[1]))
                if all(self.method(owner, method) for method in wanted):
                    found.append(function)
        return found


def _bare(kind: str) -> str:
    return kind.lstrip("*&").split("[", 1)[0] if not kind.startswith(("[", "map[")) else kind


def _foreign_name(path: str) -> str:
    name = _VERSION.sub("", path).rsplit("/", 1)[-1]
    name = re.sub(r"\.v\d+$", "", name)
    return name.removeprefix("go-").replace("-", "") if "-" in name else name


def _modules(repository: Repository) -> list[tuple[str, str]]:
    """(module name, folder), longest names first; local replacements count as modules."""
    found: list[tuple[str, str]] = []
    for file in repository.files("go.mod"):
        text, folder = repository.text(file.path), dirname(file.path)
        match = _MODULE.search(text)
        if match:
            found.append((match.group(1), folder))
        found += [(name, normpath(join(folder, where))) for name, where in _REPLACE.findall(text)]
    return sorted(found, key=lambda pair: -len(pair[0]))
