"""The digests of a repository's files: from the cache, else made here or in worker processes."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping

from hivemind_facts import digesting
from hivemind_facts.cache import RUNTIME, Cache, unpack
from hivemind_facts.contents import Contents, File, Progress
from hivemind_facts.digesting import Makers
from hivemind_facts.models import Unresolved
from hivemind_facts.reading import Digest
from hivemind_facts.source import code_version, identity
from hivemind_facts.workers import Chunk, Workers, cores

POOL_FROM_FILES = 400
POOL_FROM_BYTES = 4 * 1024 * 1024
"""From these on starting worker processes pays."""
CHUNK_FILES = 64
CHUNK_BYTES = 512 * 1024
PACKED_BYTES = 192 * 1024 * 1024
"""Packed digests beyond this are held compressed."""
OPEN_BYTES = 64 * 1024 * 1024
"""How much of the packed digests is held unpacked as well; unpacked they take several times as much."""
WRITE_BATCH = 32 * 1024 * 1024


class Digests:
    """Packed digests by path, unpacked when they are asked for."""

    def __init__(
        self,
        contents: Contents,
        cache: Cache | None,
        progress: Progress | None = None,
        makers: Makers | None = None,
    ) -> None:
        self._makers = makers or Makers()
        self._contents = contents
        self._cache = cache
        self._progress = progress
        self._packed: dict[str, bytes] = {}
        self._squeezed: dict[str, bytes] = {}
        self._packed_bytes = 0
        self._problems: dict[str, list[digesting.Problem]] = {}
        self._open: OrderedDict[str, tuple[Digest, int]] = OrderedDict()
        self._open_bytes = 0

    def prepare(self) -> None:
        """Make the digests of all files whose language has one."""
        files = [file for file in self._contents.files.values() if self._makers.of(file.language) is not None]
        keys = {file.path: self._key(file) for file in files}
        cached = self._cache.get_many(keys.values()) if self._cache is not None else {}
        missing: list[File] = []
        for file in files:
            packed = cached.pop(keys[file.path], None)
            if packed is None:
                missing.append(file)
            else:
                self._hold(file.path, packed)
        self._make(missing, keys, len(files))

    def _make(self, missing: list[File], keys: dict[str, str], total: int) -> None:
        fresh: dict[str, bytes] = {}
        size = 0
        done = total - len(missing)
        for path, packed in self._answers(missing):
            self._hold(path, packed)
            done += 1
            if self._progress is not None and done % 50 == 0:
                self._progress("parsing", done, total)
            if self._cache is not None:
                fresh[keys[path]] = packed
                size += len(packed)
                if size > WRITE_BATCH:
                    self._cache.put_many(fresh)
                    fresh, size = {}, 0
        if self._cache is not None:
            self._cache.put_many(fresh)

    def _answers(self, missing: list[File]) -> Iterator[tuple[str, bytes]]:
        for file in [one for one in missing if self._makers.is_foreign(one.language)]:
            item = (file.path, file.language, self._contents.take(file.path))
            yield file.path, digesting.make(item, self._makers)
        missing = [one for one in missing if not self._makers.is_foreign(one.language)]
        pool = len(missing) >= POOL_FROM_FILES or sum(file.size for file in missing) >= POOL_FROM_BYTES
        if not pool or cores() < 2 or len(missing) < 2:
            for file in missing:
                yield file.path, digesting.make((file.path, file.language, self._contents.take(file.path)))
            return
        workers = Workers(cores())
        try:
            for chunk, answers in workers.run(self._chunks(missing)):
                for (path, _, _), packed in zip(chunk, answers, strict=True):
                    yield path, packed
        finally:
            workers.close()

    def _chunks(self, files: list[File]) -> Iterator[Chunk]:
        chunk: Chunk = []
        size = 0
        for file in files:
            data = self._contents.take(file.path)
            chunk.append((file.path, file.language, data))
            size += len(data)
            if len(chunk) >= CHUNK_FILES or size >= CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _hold(self, path: str, answer: bytes) -> None:
        packed, problems = digesting.open_answer(answer)
        if problems:
            self._problems[path] = problems
        if not packed:
            return
        if self._packed_bytes + len(packed) > PACKED_BYTES:
            self._squeezed[path] = zlib.compress(packed, 1)
        else:
            self._packed[path] = packed
            self._packed_bytes += len(packed)

    def _raw(self, path: str) -> bytes | None:
        packed = self._packed.get(path)
        if packed is None and path in self._squeezed:
            return zlib.decompress(self._squeezed[path])
        return packed

    def get(self, path: str) -> Digest | None:
        """The digest of one file, None if it has none."""
        if path in self._open:
            self._open.move_to_end(path)
            return self._open[path][0]
        packed = self._raw(path)
        if packed is None:
            return None
        digest = unpack(packed)
        if not isinstance(digest, dict):
            return None
        self._open[path] = digest, len(packed)
        self._open_bytes += len(packed)
        while self._open_bytes > OPEN_BYTES and len(self._open) > 1:
            _, (_, size) = self._open.popitem(last=False)
            self._open_bytes -= size
        return digest

    def problems(self) -> Iterator[Unresolved]:
        """What did not parse."""
        for path in sorted(self._problems):
            for line, reason in self._problems[path]:
                yield Unresolved(what="parse", reason=reason, file=path, line=line)

    def of(self, *languages: str) -> Mapping[str, Digest]:
        """Digests of all files in these languages, by path, in path order."""
        wanted = frozenset(languages)
        return _View(self, [file.path for file in self._contents.files.values() if file.language in wanted])

    def _key(self, file: File) -> str:
        language = self._makers.of(file.language)
        version = identity([language])[0] if self._makers.is_foreign(file.language) else code_version()
        # the path is part of it: a digest may say where the file is
        return f"digest:{RUNTIME}:{file.language}:{version}:{file.sha}:{file.path}"

    def __contains__(self, path: str) -> bool:
        return path in self._packed or path in self._squeezed


class _View(Mapping[str, Digest]):
    """Some of the digests, unpacked one at a time."""

    def __init__(self, digests: Digests, paths: list[str]) -> None:
        self._digests = digests
        self._paths = {path: None for path in paths if path in digests}

    def __getitem__(self, path: str) -> Digest:
        digest = self._digests.get(path) if path in self._paths else None
        if digest is None:
            raise KeyError(path)
        return digest

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
