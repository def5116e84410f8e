"""The cache of digests and of whole results, in one SQLite file under the user's cache folder.

SQLite gives what many processes at once need: readers and writers that do not see each other's halves, and a file that
survives a kill. Whatever goes wrong with the cache only costs time: every failure reads as 'not there'.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import sqlite3

MAX_BYTES = 512 * 1024 * 1024
"""What the values in the cache may take together; the longest unused go first."""
KEEP_AFTER_PRUNE = 0.7
FORMAT = 1
RUNTIME = f"{sys.version_info[0]}.{sys.version_info[1]}.{marshal.version}"
"""Part of every key: a digest may hold what this Python's own parser said."""
_CHUNK = 500
_TOUCH_S = 24 * 3600.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, used REAL NOT NULL, crc INTEGER NOT NULL, value BLOB NOT NULL)
WITHOUT ROWID
"""

Stat: TypeAlias = tuple[int, int, int, str, str]
"""mtime_ns, size, inode, sha, and why the content is not read ('' if it is)."""


def cache_folder() -> Path:
    """The folder that the cache is in: HIVEMIND_CACHE_DIR, else the user's cache folder."""
    base = os.environ.get("HIVEMIND_CACHE_DIR")
    if base:
        return Path(base).expanduser() / "facts"
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("hivemind", appauthor=False)) / "facts"


class Cache:
    """Values by key; safe with many readers and writers at once.

    Args:
        folder: Where the file is; it is made when it is first written to.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path = folder / f"facts-{FORMAT}.sqlite3"
        self._max_bytes = max_bytes

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The values of those keys that are there and whole."""
        wanted = list(keys)
        found: dict[str, bytes] = {}
        stale: list[str] = []
        if not wanted or not self._path.exists():
            return found
        now = time.time()
        with self._connection() as connection:
            if connection is None:
                return found
            for chunk in _chunks(wanted):
                marks = ",".join("?" * len(chunk))
                query = f"SELECT key, used, crc, value FROM entries WHERE key IN ({marks})"  # noqa: S608 - marks only
                for key, used, crc, value in connection.execute(query, chunk):
                    if isinstance(value, bytes) and zlib.crc32(value) == crc:
                        found[key] = value
                        if now - used > _TOUCH_S:
                            stale.append(key)
            if stale:
                connection.executemany("UPDATE entries SET used = ? WHERE key = ?", ((now, key) for key in stale))
        return found

    def get(self, key: str) -> bytes | None:
        """The value of one key, None if it is not there or not whole."""
        return self.get_many([key]).get(key)

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Put values; later ones of the same key win."""
        if not values:
            return
        now = time.time()
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._connection() as connection:
            if connection is None:
                return
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            rows = ((key, now, zlib.crc32(value), value) for key, value in values.items())
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", rows)
            self._prune(connection)

    def _prune(self, connection: sqlite3.Connection) -> None:
        pages = connection.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[
            0
        ]
        free = connection.execute("SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size")
        if pages - free.fetchone()[0] <= self._max_bytes:
            return
        kept = 0
        doomed = []
        for key, size in connection.execute("SELECT key, length(value) + 200 FROM entries ORDER BY used DESC"):
            kept += size
            if kept > self._max_bytes * KEEP_AFTER_PRUNE:
                doomed.append((key,))
        connection.executemany("DELETE FROM entries WHERE key = ?", doomed)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection | None]:
        """A connection whose work is committed at the end; None, or an early end, where the file can't be used."""
        try:
            import sqlite3
        except ImportError:  # a Python built without it
            yield None
            return
        connection = None
        try:
            with suppress(sqlite3.Error, OSError):
                connection = sqlite3.connect(self._path, timeout=10)
                connection.execute("PRAGMA synchronous = OFF")
            yield connection
            if connection is not None:
                connection.commit()
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):
                self._discard(connection)
        finally:
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()

    def _discard(self, connection: sqlite3.Connection | None) -> None:
        """Take away a file that is not a database, so that the next run starts anew."""
        with suppress(Exception):
            if connection is not None:
                connection.close()
        with suppress(OSError):
            self._path.unlink()


def pack(value: Any) -> bytes:
    """Plain data as bytes; ValueError if it is not plain."""
    return marshal.dumps(value)


def unpack(data: bytes) -> object:
    """What `pack` was given; None if the bytes are not its."""
    try:
        return marshal.loads(data)  # noqa: S302 - our own cache, checked by its checksum
    except (ValueError, EOFError, TypeError):
        return None


def _chunks(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
