"""The repository as readers see it: files read once, digests made once, nothing outside the root."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hivemind_facts import digesting, kinds
from hivemind_facts.cache import Cache
from hivemind_facts.contents import Contents, File, Progress
from hivemind_facts.digests import Digests
from hivemind_facts.listing import Listing
from hivemind_facts.models import Skipped, Unresolved
from hivemind_facts.reading import Digest, Language
from hivemind_facts.text import decode
from hivemind_facts.tree import scan

if TYPE_CHECKING:
    from hivemind_facts.stack.manifests import Manifests
    from hivemind_facts.stack.services import Services

TEXT_CHARS = 16 * 1024 * 1024
"""How much decoded text is held for readers that ask again."""


class TreeRepository:
    """A repository on disk.

    Args:
        root: An existing folder.
        cache: Where digests are kept; None to make all anew.
        progress: Told what is being done.
        languages: Foreign languages; they are run in this process.
        listing: The files to take, if somebody else has listed them already.
    """

    def __init__(
        self,
        root: Path,
        *,
        cache: Cache | None = None,
        progress: Progress | None = None,
        languages: Iterable[Language] = (),
        listing: Listing | None = None,
    ) -> None:
        self.root = str(root)
        self._foreign = {one.name: one for one in languages}
        tree = scan(root, listing)
        self._secrets = tree.secrets
        self.sessions = tree.sessions
        self._contents = Contents(tree, cache, progress, self._kind)
        self.skipped: list[Skipped] = [*tree.skipped, *self._contents.skipped]
        self._digests = Digests(self._contents, cache, progress, digesting.Makers(self._foreign))
        self._prepared = False
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._texts_size = 0
        self._manifests: Manifests | None = None
        self._services: Services | None = None

    def _kind(self, path: str) -> str:
        for name, language in self._foreign.items():
            if path.endswith(tuple(getattr(language, "suffixes", ())) or "\0"):
                return name
        return kinds.language(path)

    @property
    def unresolved(self) -> list[Unresolved]:
        """The files that did not parse."""
        self.prepare()
        return list(self._digests.problems())

    def prepare(self) -> None:
        """Make the digests of all files, if that was not done yet."""
        if not self._prepared:
            self._prepared = True
            self._digests.prepare()

    def fingerprint(self) -> str:
        """A hash of all that may be read, by path and content, and of what is left out."""
        told = hashlib.sha256()
        for file in self._contents.files.values():
            told.update(f"{file.path}\0{file.language}\0{file.sha}\n".encode())
        for one in self.skipped:
            told.update(f"- {one.path}\0{one.reason}\n".encode())
        for path in self._secrets:
            told.update(f"! {path}\n".encode())
        return told.hexdigest()

    def files(self, *suffixes: str) -> Iterable[File]:
        """Files in path order; with suffixes, those whose name ends so."""
        return [file for file in self._contents.files.values() if not suffixes or file.path.endswith(suffixes)]

    def exists(self, path: str) -> bool:
        """Whether this relative path is a file that may be read."""
        return path in self._contents.files

    def text(self, path: str) -> str:
        """The text of a file; '' if it is not there."""
        if path in self._texts:
            self._texts.move_to_end(path)
            return self._texts[path]
        if path not in self._contents.files:
            return ""
        text = decode(self._contents.peek(path))
        self._texts[path] = text
        self._texts_size += len(text)
        while self._texts_size > TEXT_CHARS and len(self._texts) > 1:
            self._texts_size -= len(self._texts.popitem(last=False)[1])
        return text

    def digest(self, path: str) -> Digest | None:
        """The digest of one file, None if it has none."""
        self.prepare()
        return self._digests.get(path)

    def digests(self, *languages: str) -> Mapping[str, Digest]:
        """Digests of all files in these languages, by path, in path order."""
        self.prepare()
        return self._digests.of(*languages)

    def manifests(self) -> Manifests:
        """The parsed package manifests and lock files."""
        if self._manifests is None:
            from hivemind_facts.stack.manifests import Manifests

            self._manifests = Manifests(self)
        return self._manifests

    def services(self) -> Services:
        """The parts of the repository that are deployed each by itself."""
        if self._services is None:
            from hivemind_facts.stack.services import Services

            self._services = Services(self, self.manifests())
        return self._services

    def service_of(self, path: str) -> str:
        """The name of the service that a path belongs to."""
        return self.services().of(path)

    def uses(self, *packages: str) -> bool:
        """Whether any manifest of the repository depends on one of these packages (exact names)."""
        return self.manifests().uses(*packages)

    def secret_files(self) -> tuple[str, ...]:
        """Key files and real environment files that git tracks. Their content is never read."""
        return self._secrets

    def close(self) -> None:
        """Hold no content any more."""
        self._contents.release()
