"""All package manifests and lock files of a repository, parsed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from posixpath import basename, dirname
from typing import Protocol

from hivemind_facts.models import Unresolved
from hivemind_facts.stack import jvm_manifests, node_manifests, other_manifests, python_manifests
from hivemind_facts.stack.dependency import Dependency, ParsedManifest, normal

_REQUIREMENTS = re.compile(
    r"(^|/)(requirements[^/]*\.(txt|in|pip)|requirements/[^/]+\.(txt|in)|[\w-]+[-_.]requirements\.txt)$"
)
_DEV = re.compile(r"dev|test|lint|doc|ci|local", re.IGNORECASE)
_LOCKS: dict[str, tuple[str, Callable[[str], list[Dependency]]]] = {
    "poetry.lock": ("python", python_manifests.toml_lock),
    "uv.lock": ("python", python_manifests.toml_lock),
    "pdm.lock": ("python", python_manifests.toml_lock),
    "pylock.toml": ("python", python_manifests.toml_lock),
    "Pipfile.lock": ("python", python_manifests.pipfile_lock),
    "package-lock.json": ("node", node_manifests.package_lock),
    "npm-shrinkwrap.json": ("node", node_manifests.package_lock),
    "yarn.lock": ("node", node_manifests.yarn_lock),
    "pnpm-lock.yaml": ("node", node_manifests.pnpm_lock),
}
_LISTED_LOCKS = {
    "go.sum": "go",
    "gradle.lockfile": "jvm",
    "Cargo.lock": "rust",
    "Gemfile.lock": "ruby",
    "bun.lock": "node",
}


class _Files(Protocol):
    """What is asked of a repository here."""

    def files(self, *suffixes: str) -> Iterable[_Named]: ...

    def text(self, path: str) -> str: ...


class _Named(Protocol):
    @property
    def path(self) -> str: ...


class Manifests:
    """The manifests of one repository."""

    def __init__(self, repository: _Files) -> None:
        self._repository = repository
        self.unresolved: list[Unresolved] = []
        self._catalogues: dict[str, dict[str, Dependency]] = {}
        self.all: list[ParsedManifest] = self._read_all()

    def _read_all(self) -> list[ParsedManifest]:
        paths = [file.path for file in self._repository.files() if _kind(file.path)]
        found = []
        for path in sorted(paths, key=lambda one: (not one.endswith(".versions.toml"), one)):
            try:
                found.append(self._parse(path, _kind(path)))
            except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
                reason = (
                    f"the manifest does not parse: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
                )
                self.unresolved.append(Unresolved(what="parse", reason=reason, file=path))
            except Exception as error:  # noqa: BLE001 - one strange manifest must not cost the others
                reason = f"the manifest could not be read: {type(error).__name__}: {error}"
                self.unresolved.append(Unresolved(what="parse", reason=reason, file=path))
        return sorted(found, key=lambda one: one.file)

    def _parse(self, path: str, kind: str) -> ParsedManifest:
        text = self._repository.text(path)
        name: str | None = None
        data: dict[str, object] = {}
        if kind in _LOCKS:
            ecosystem, read = _LOCKS[kind]
            return ParsedManifest(path, kind, ecosystem, True, None, tuple(read(text)))
        if kind in _LISTED_LOCKS:
            return ParsedManifest(path, kind, _LISTED_LOCKS[kind], True)
        if kind == "pyproject":
            name, found, data = python_manifests.pyproject(text)
        elif kind == "package.json":
            name, found, data = node_manifests.package_json(text)
        elif kind == "go.mod":
            name, found, data = other_manifests.go_mod(text)
        elif kind == "pom.xml":
            name, found, data = jvm_manifests.pom(text)
        elif kind == "version catalogue":
            entries = jvm_manifests.catalogue(text)
            self._catalogues[dirname(dirname(path))] = entries
            found = list(entries.values())
        elif kind == "gradle":
            found = jvm_manifests.gradle(text, self._catalogue_for(path))
        else:
            name, found = self._parse_small(path, kind, text)
        return ParsedManifest(path, kind, _ECOSYSTEMS.get(kind, "python"), False, name, tuple(found), data)

    @staticmethod
    def _parse_small(path: str, kind: str, text: str) -> tuple[str | None, list[Dependency]]:
        if kind == "requirements":
            return None, python_manifests.requirements(text, bool(_DEV.search(basename(path))))
        if kind == "Pipfile":
            return None, python_manifests.pipfile(text)
        if kind == "conda":
            return None, python_manifests.conda(text)
        if kind == "Gemfile":
            return None, other_manifests.gemfile(text)
        if kind == "dotnet":
            return None, other_manifests.dotnet(text)
        named = {
            "setup.cfg": python_manifests.setup_cfg,
            "setup.py": python_manifests.setup_py,
            "Cargo.toml": other_manifests.cargo,
            "composer.json": other_manifests.composer,
        }
        return named[kind](text)

    def _catalogue_for(self, path: str) -> dict[str, Dependency]:
        folder = dirname(path)
        while folder not in self._catalogues and folder:
            folder = dirname(folder)
        return self._catalogues.get(folder, {})

    @cached_property
    def _names(self) -> frozenset[str]:
        names: set[str] = set()
        for manifest in self.all:
            if manifest.kind == "version catalogue" or manifest.lock:
                continue
            for one in manifest.dependencies:
                names.add(one.name)
                names.add(normal(one.name))
                if one.ecosystem == "jvm":
                    names.update(one.name.split(":"))
                if one.ecosystem == "go":
                    names.add(re.sub(r"/v\d+$", "", one.name))
        return frozenset(names)

    def uses(self, *packages: str) -> bool:
        """Whether any manifest depends on one of these packages, by its exact name.

        Python names compare as Python's do; a Maven artifact by `group:artifact`, its group or its artifact alone; a Go
        module with or without its major version.
        """
        return any(name in self._names or normal(name) in self._names for name in packages)

    def resolved(self, path: str, dependency: Dependency) -> str | None:
        """The version that a lock file beside or above a manifest gives a dependency, else what the manifest states."""
        folder = dirname(path)
        while True:
            version = self._locked.get((folder, dependency.ecosystem, normal(dependency.name)))
            if version:
                return version
            if not folder:
                return dependency.version
            folder = dirname(folder)

    @cached_property
    def _locked(self) -> dict[tuple[str, str, str], str]:
        return {
            (dirname(manifest.file), one.ecosystem, normal(one.name)): one.version
            for manifest in self.all
            if manifest.lock
            for one in reversed(manifest.dependencies)
            if one.version
        }


_ECOSYSTEMS = {
    "package.json": "node",
    "go.mod": "go",
    "pom.xml": "jvm",
    "gradle": "jvm",
    "version catalogue": "jvm",
    "Cargo.toml": "rust",
    "Gemfile": "ruby",
    "composer.json": "php",
    "dotnet": "dotnet",
}
_KINDS = {
    "pyproject.toml": "pyproject",
    "setup.cfg": "setup.cfg",
    "setup.py": "setup.py",
    "Pipfile": "Pipfile",
    "environment.yml": "conda",
    "environment.yaml": "conda",
    "package.json": "package.json",
    "go.mod": "go.mod",
    "pom.xml": "pom.xml",
    "build.gradle": "gradle",
    "build.gradle.kts": "gradle",
    "Cargo.toml": "Cargo.toml",
    "Gemfile": "Gemfile",
    "composer.json": "composer.json",
}


def _kind(path: str) -> str:
    name = basename(path)
    if name in _KINDS:
        return _KINDS[name]
    if name in _LOCKS or name in _LISTED_LOCKS:
        return name
    if name.endswith(".versions.toml"):
        return "version catalogue"
    if name.endswith((".csproj", ".fsproj")):
        return "dotnet"
    return "requirements" if _REQUIREMENTS.search(path) else ""
