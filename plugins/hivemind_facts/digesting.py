"""Making the digest of one file: the same in this process and in a worker process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from hivemind_facts import registry
from hivemind_facts.cache import pack, unpack
from hivemind_facts.languages.secrets import may_hold_token, without_tokens
from hivemind_facts.reading import Digest, Language, UnparsableError
from hivemind_facts.text import as_utf8

Item: TypeAlias = tuple[str, str, bytes]
"""Path, language name, content."""
Problem: TypeAlias = tuple[int | None, str]
"""Line and reason."""

_shipped: dict[str, Language | None] = {}


class Makers:
    """The languages that make digests: the shipped ones, and foreign ones that are objects of this process only."""

    def __init__(self, foreign: Mapping[str, Language] | None = None) -> None:
        self._foreign = foreign or {}

    def of(self, name: str) -> Language | None:
        """The language of a name, loaded once a process; None if it has no digest."""
        if name in self._foreign:
            return self._foreign[name]
        if name not in _shipped:
            _shipped[name] = registry.language(name)
        return _shipped[name]

    def is_foreign(self, name: str) -> bool:
        """Whether a language can't be found by a worker process."""
        return name in self._foreign


def make(item: Item, makers: Makers | None = None) -> bytes:
    """The packed digest and problems of one file.

    A fault of a language is a problem of this file: it must not cost the facts of all others. The digest is kept in the
    user's cache, so the tokens that stand in the code are hidden in it.
    """
    path, name, data = item
    digest: Digest | None = None
    problems: list[Problem] = []
    try:
        language = (makers or Makers()).of(name)
        if language is not None:
            digest = language.digest(path, as_utf8(data))
            problems += [(line, str(reason)) for line, reason in digest.get("errors", ())]
    except UnparsableError as error:
        problems.append((error.line, error.reason))
    except Exception as error:  # noqa: BLE001 - see above
        problems.append((None, f"the {name} parser failed: {type(error).__name__}: {error}"[:300]))
    try:
        return pack((b"" if digest is None else _packed(digest), problems))
    except ValueError:
        return failed(f"the {name} digest is not plain data")


def _packed(digest: Digest) -> bytes:
    data = pack(digest)
    return pack(without_tokens(digest)) if may_hold_token(data) else data


def failed(reason: str) -> bytes:
    """The packed answer for a file that could not be worked on."""
    return pack((b"", [(None, reason)]))


def open_answer(data: bytes) -> tuple[bytes, list[Problem]]:
    """The packed digest (empty if there is none) and the problems in a packed answer."""
    value = unpack(data)
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], bytes) and isinstance(value[1], list):
        return value
    return b"", [(None, "an unreadable entry in the cache")]
