"""The repository as readers see it: files read once, digests made once, nothing outside the root."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hivemind_facts import kinds, registry, skip
from hivemind_facts.models import Skipped, Unresolved
from hivemind_facts.reading import Digest, Language, UnparsableError
from hivemind_facts.text import decode
from hivemind_facts.tree import scan


@dataclass(frozen=True, slots=True)
class File:
    """One file that may be read."""

    path: str
    size: int
    language: str
    sha: str


class TreeRepository:
    """A repository on disk."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        tree = scan(root)
        self.skipped: list[Skipped] = list(tree.skipped)
        self.unresolved: list[Unresolved] = []
        self._secrets = tree.secrets
        self._files: dict[str, File] = {}
        self._digests: dict[str, Digest | None] = {}
        self._languages: dict[str, Language | None] = {}
        for entry in tree.entries:
            try:
                data = self._bytes(entry.path)
            except OSError as error:
                self.skipped.append(Skipped(path=entry.path, reason=f"unreadable: {error.strerror or error}"))
                continue
            why = skip.by_content(entry.path, data)
            if why:
                self.skipped.append(Skipped(path=entry.path, reason=why))
                continue
            sha = hashlib.sha256(data).hexdigest()
            self._files[entry.path] = File(entry.path, entry.size, kinds.language(entry.path), sha)

    def _bytes(self, path: str) -> bytes:
        with open(os.path.join(self.root, path), "rb") as stream:
            return stream.read()

    def files(self, *suffixes: str) -> Iterable[File]:
        """Files in path order; with suffixes, those whose name ends so."""
        return [file for file in self._files.values() if not suffixes or file.path.endswith(suffixes)]

    def exists(self, path: str) -> bool:
        """Whether this relative path is a file that may be read."""
        return path in self._files

    def text(self, path: str) -> str:
        """The text of a file; '' if it is not there."""
        return decode(self._bytes(path)) if path in self._files else ""

    def digest(self, path: str) -> Digest | None:
        """The digest of one file, None if it has none."""
        if path not in self._digests:
            self._digests[path] = self._make(path)
        return self._digests[path]

    def _make(self, path: str) -> Digest | None:
        file = self._files.get(path)
        if file is None:
            return None
        if file.language not in self._languages:
            self._languages[file.language] = registry.language(file.language)
        language = self._languages[file.language]
        if language is None:
            return None
        try:
            return language.digest(path, decode(self._bytes(path)).encode())
        except UnparsableError as error:
            self.unresolved.append(Unresolved(what="parse", reason=error.reason, file=path, line=error.line))
        except Exception as error:  # a fault of one language must not cost the facts of all others
            reason = f"{file.language} failed: {type(error).__name__}: {error}"
            self.unresolved.append(Unresolved(what="parse", reason=reason, file=path))
        return None

    def digests(self, *languages: str) -> Mapping[str, Digest]:
        """Digests of all files in these languages, by path, in path order."""
        found = {f.path: self.digest(f.path) for f in self._files.values() if f.language in languages}
        return {path: digest for path, digest in found.items() if digest is not None}

    def service_of(self, path: str) -> str:
        """The name of the service that a path belongs to."""
        return ""

    def uses(self, *packages: str) -> bool:
        """Whether any manifest of the repository depends on one of these packages."""
        names = ("package.json", "pyproject.toml", ".txt", "go.mod", "pom.xml", ".gradle", ".gradle.kts", "Pipfile")
        texts = [self.text(file.path) for file in self.files(*names)]
        return any(package in text for text in texts for package in packages)

    def secret_files(self) -> tuple[str, ...]:
        """Key files and real environment files that git tracks. Their content is never read."""
        return self._secrets
