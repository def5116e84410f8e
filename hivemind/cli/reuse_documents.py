"""The JSON documents of `hivemind explain` and `hivemind cache`."""

from __future__ import annotations

from hivemind.cli.documents import Document
from hivemind.explanation import Explanation
from hivemind.result_store import StoredEntry


class ExplainDocument(Document):
    """`hivemind explain --json`."""

    session_id: str
    path: str
    workers: tuple[Explanation, ...]


class CacheDocument(Document):
    """`hivemind cache list --json`."""

    path: str
    size: int
    """Bytes on disk."""
    max_bytes: int
    results: tuple[StoredEntry, ...]


class CacheClearDocument(Document):
    """`hivemind cache clear --json`."""

    path: str
    cleared: int


class CachePathDocument(Document):
    """`hivemind cache path --json`."""

    path: str
