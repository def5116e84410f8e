"""The contract of readers: what a framework reader is given, and what it yields.

Reading has two steps. A *language* turns one file's bytes into a digest: plain data (dicts, lists, tuples, strings,
numbers, booleans, None) that says what the readers of that language need. Digests are made in worker processes and
cached by content hash. A *reader* then sees the whole repository through its digests and yields facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

from hivemind_facts.models import (
    Call,
    Endpoint,
    EnvironmentVariable,
    External,
    Facts,
    GraphqlOperation,
    Module,
    RuleFinding,
    Table,
    Unresolved,
)

Digest: TypeAlias = dict[str, Any]
"""What a language made of one file; must survive `marshal` unchanged."""

Yielded: TypeAlias = (
    Endpoint | Table | GraphqlOperation | Call | External | EnvironmentVariable | Module | RuleFinding | Unresolved
)


class UnparsableError(Exception):
    """A file that its language could not make sense of; the message says why, `line` says where."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@runtime_checkable
class Language(Protocol):
    """Turns the bytes of one file into a digest."""

    name: str
    """As `SourceFile.language` says it: 'python', 'javascript', 'typescript', 'java', 'go', 'sql', ..."""

    version: int
    """Raise it whenever the digest changes shape or meaning: it is part of the cache key."""

    def digest(self, path: str, data: bytes) -> Digest:
        """Make the digest of one file.

        The data is the file's text as UTF-8 without a byte order mark, whatever its encoding on disk was.
        Must be pure, must end on any bytes, and may raise `UnparsableError` only. A file that parses in part gives a
        digest with what was understood and a list under the key 'errors' of (line, reason).
        """
        ...


class SourceFile(Protocol):
    """One file of the repository that may be read."""

    @property
    def path(self) -> str:
        """Relative to the root, with forward slashes."""
        ...

    @property
    def size(self) -> int:
        """In bytes."""
        ...

    @property
    def language(self) -> str:
        """'' where the kind of the file is not known."""
        ...

    @property
    def sha(self) -> str:
        """A hash of the content."""
        ...


class Repository(Protocol):
    """The repository as readers see it. Reads are cached; nothing outside the root is ever read."""

    root: str

    def files(self, *suffixes: str) -> Iterable[SourceFile]:
        """Files in path order; with suffixes ('.py', 'package.json'), those whose name ends so."""
        ...

    def exists(self, path: str) -> bool:
        """Whether this relative path is a file that may be read."""
        ...

    def text(self, path: str) -> str:
        """The text of a file ('' if it is not there or not text); undecodable bytes are replaced."""
        ...

    def digest(self, path: str) -> Digest | None:
        """The digest of one file, None if it has none."""
        ...

    def digests(self, *languages: str) -> Mapping[str, Digest]:
        """Digests of all files in these languages, by path, in path order."""
        ...

    def service_of(self, path: str) -> str:
        """The name of the service that a path belongs to."""
        ...

    def uses(self, *packages: str) -> bool:
        """Whether any manifest of the repository depends on one of these packages."""
        ...

    def secret_files(self) -> tuple[str, ...]:
        """Key files and real environment files that git tracks. Their content is never read."""
        ...


@runtime_checkable
class Reader(Protocol):
    """Reads one framework (or one kind of fact). Small, in its own file; third parties register theirs alike."""

    name: str
    """'fastapi'; unique, shown in errors and in `Endpoint.framework`."""

    version: int
    """Raise it when the reader's facts change: it is part of the key of the whole repository's cached facts."""

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield facts. An exception is caught per reader and listed as unresolved with the reader's name."""
        ...


@runtime_checkable
class Rule(Protocol):
    """Looks at all the facts that the readers found, and at the repository, for what an engineer should look at."""

    name: str
    """'foreign-key-without-index'; unique, and `RuleFinding.rule` of what it yields."""

    version: int
    """Raise it when the rule's findings change."""

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding | Unresolved]:
        """Yield findings. Runs after every reader; services are filled in."""
        ...
