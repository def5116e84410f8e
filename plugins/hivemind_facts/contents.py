"""The content of a tree's files: read once, hashed, and judged by its bytes."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from hivemind_facts import kinds, skip
from hivemind_facts.cache import Cache, Stat, pack, unpack
from hivemind_facts.models import Skipped
from hivemind_facts.tree import Entry, Tree

VERSION = 1
"""Raise it when the judgement of content in `skip` changes."""
KEEP_BYTES = 96 * 1024 * 1024
"""How much content is held in memory between hashing and parsing; the rest is read again."""
_RACY_NS = 2_000_000_000

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class File:
    """One file that may be read."""

    path: str
    size: int
    language: str
    sha: str


class Contents:
    """Files by path, with their hashes, and the bytes of those that were read."""

    def __init__(
        self,
        tree: Tree,
        cache: Cache | None,
        progress: Progress | None = None,
        kind: Callable[[str], str] = kinds.language,
    ) -> None:
        self._root = os.fspath(tree.root)
        self._held: dict[str, bytes] = {}
        self._held_bytes = 0
        self.files: dict[str, File] = {}
        self.skipped: list[Skipped] = []
        key = "stat:" + hashlib.sha256(os.path.realpath(self._root).encode("utf-8", "surrogateescape")).hexdigest()
        known = self._recall(cache, key)
        fresh: dict[str, Stat] = {}
        now = time.time_ns()
        for number, entry in enumerate(tree.entries):
            if progress is not None and number % 500 == 0:
                progress("reading", number, len(tree.entries))
            old = known.get(entry.path)
            if old is None or old[:3] != (entry.mtime_ns, entry.size, entry.inode):
                old = self._look(entry)
            if old is None:
                continue
            if entry.mtime_ns < now - _RACY_NS:  # a file that was just written may be written again unseen
                fresh[entry.path] = old
            if old[4]:
                self.skipped.append(Skipped(path=entry.path, reason=old[4]))
            else:
                self.files[entry.path] = File(entry.path, entry.size, kind(entry.path), old[3])
        if cache is not None and fresh != known:
            cache.put_many({key: pack((VERSION, fresh))})

    @staticmethod
    def _recall(cache: Cache | None, key: str) -> dict[str, Stat]:
        packed = cache.get(key) if cache is not None else None
        value = unpack(packed) if packed else None
        if isinstance(value, tuple) and len(value) == 2 and value[0] == VERSION and isinstance(value[1], dict):
            return value[1]
        return {}

    def _look(self, entry: Entry) -> Stat | None:
        try:
            data = self.read(entry.path)
        except OSError as error:
            self.skipped.append(Skipped(path=entry.path, reason=f"unreadable: {error.strerror or error}"))
            return None
        why = skip.by_content(entry.path, data) or ""
        if not why and self._held_bytes + len(data) <= KEEP_BYTES:
            self._held[entry.path] = data
            self._held_bytes += len(data)
        sha = hashlib.sha256(data, usedforsecurity=False).hexdigest()
        return entry.mtime_ns, entry.size, entry.inode, sha, why

    def read(self, path: str) -> bytes:
        """The bytes of a file; OSError if it can't be read."""
        with open(f"{self._root}/{path}", "rb") as stream:
            return stream.read()

    def take(self, path: str) -> bytes:
        """The bytes of a file, given up if they were held; empty if it can't be read any more."""
        data = self._held.pop(path, None)
        if data is not None:
            self._held_bytes -= len(data)
            return data
        try:
            return self.read(path)
        except OSError:
            return b""

    def peek(self, path: str) -> bytes:
        """The bytes of a file, still held if they were; empty if it can't be read any more."""
        held = self._held.get(path)
        if held is not None:
            return held
        try:
            return self.read(path)
        except OSError:
            return b""

    def release(self) -> None:
        """Hold nothing any more."""
        self._held.clear()
        self._held_bytes = 0
