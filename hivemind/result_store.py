"""The store of verified results by fingerprint: one SQLite file under the user's cache folder.

SQLite gives what many processes at once need: readers and writers that never see each other's halves, and a file that
survives a kill. Whatever goes wrong with it only costs the saving: every failure reads as 'not there'.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hivemind.errors import ConfigurationError
from hivemind.models import Usage

FORMAT = 1
KEEP_AFTER_PRUNE = 0.8
_WAIT_S = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS results (fingerprint TEXT PRIMARY KEY, repo TEXT NOT NULL, worker TEXT NOT NULL,
    used REAL NOT NULL, crc INTEGER NOT NULL, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS trees (repo TEXT PRIMARY KEY, used REAL NOT NULL, value BLOB NOT NULL);
"""
T = TypeVar("T")


class StoredResult(BaseModel):
    """A worker's verified result, and where it came from."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    fingerprint: str
    worker: str
    repo: str
    session: str
    created_at: str
    model: str = ""
    output_type: str
    output: dict[str, Any]
    usage: Usage = Usage()
    """What the result cost when it was made."""
    duration_s: float = 0.0


class StoredEntry(BaseModel):
    """One line of a listing of the store."""

    fingerprint: str
    worker: str
    repo: str
    session: str
    created_at: str
    used_at: str
    model: str
    size: int
    usage: Usage


def cache_folder() -> Path:
    """The folder of the store: HIVEMIND_CACHE_DIR, else the user's cache folder."""
    base = os.environ.get("HIVEMIND_CACHE_DIR")
    if base:
        return Path(base).expanduser() / "results"
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("hivemind", appauthor=False)) / "results"


class ResultStore:
    """Results by fingerprint; one connection, used by one thread at a time.

    Args:
        folder: Where the file is; it is made when it is first written to.
        max_bytes: What it may hold; the longest unused go first.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.path = folder / f"results-{FORMAT}.sqlite3"
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._touched: set[str] = set()

    def get(self, fingerprint: str) -> StoredResult | None:
        """Find a result; None if it is not there or not whole."""
        if self._connection is None and not self.path.exists():
            return None
        row = self._work(
            lambda db: db.execute("SELECT crc, value FROM results WHERE fingerprint = ?", (fingerprint,)).fetchone()
        )
        stored = _read(row[0], row[1]) if row else None
        if stored is None or stored.fingerprint != fingerprint:
            return None
        self._touched.add(fingerprint)
        return stored

    def put(self, results: Iterable[StoredResult]) -> None:
        """Keep results, and let go what is over the bound."""
        rows = []
        for one in results:
            value = zlib.compress(one.model_dump_json().encode("utf-8", "replace"), 1)
            if len(value) < self._max_bytes:
                rows.append((one.fingerprint, one.repo, one.worker, time.time(), zlib.crc32(value), value))
        if not rows:
            return

        def write(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._prune(db)

        self._work(write, writes=True)

    def tree(self, repo: str) -> bytes | None:
        """What the last look at a repository remembered."""
        if self._connection is None and not self.path.exists():
            return None
        row = self._work(lambda db: db.execute("SELECT value FROM trees WHERE repo = ?", (repo,)).fetchone())
        with suppress(zlib.error, TypeError):
            return zlib.decompress(row[0]) if row else None
        return None

    def put_tree(self, repo: str, value: bytes) -> None:
        """Remember a look at a repository."""
        packed = zlib.compress(value, 1)

        def write(db: sqlite3.Connection) -> None:
            db.execute("INSERT OR REPLACE INTO trees VALUES (?, ?, ?)", (repo, time.time(), packed))
            self._prune(db)

        self._work(write, writes=True)

    def entries(self) -> list[StoredEntry]:
        """List what is there, latest used first."""
        if not self.path.exists():
            return []
        rows = self._work(lambda db: db.execute("SELECT used, crc, value FROM results ORDER BY used DESC").fetchall())
        found = []
        for used, crc, value in rows or ():
            stored = _read(crc, value)
            if stored is not None:
                plain = stored.model_dump(include=set(StoredEntry.model_fields))
                found.append(StoredEntry(**plain, used_at=_iso(used), size=len(value)))
        return found

    def clear(self, repo: str | None = None) -> int:
        """Forget results: all, or those of one repository; returns how many.

        Raises:
            ConfigurationError: The file can't be written.
        """
        if not self.path.exists():
            return 0

        def wipe(db: sqlite3.Connection) -> int:
            where, values = ("", ()) if repo is None else (" WHERE repo = ?", (repo,))
            count: int = db.execute(f"DELETE FROM results{where}", values).rowcount  # noqa: S608 - constants only
            db.execute(f"DELETE FROM trees{where}", values)  # noqa: S608
            return count

        count = self._work(wipe, writes=True)
        if count is None and self.path.exists():
            raise ConfigurationError(
                f"can't clear the store {self.path}", "wait until other sessions have ended, or mend its permissions"
            )
        self._work(lambda db: db.execute("VACUUM"))
        return count or 0

    def size(self) -> int:
        """Bytes on disk."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def close(self) -> None:
        """Note which results were used, and let the file go."""
        touched, now = [(time.time(), one) for one in self._touched], self._connection
        self._touched = set()
        if touched:
            query = "UPDATE results SET used = ? WHERE fingerprint = ?"
            self._work(lambda db: db.executemany(query, touched), writes=True)
        with self._lock:
            if now is not None:
                with suppress(sqlite3.Error):
                    now.close()
            self._connection = None

    # -- the file -------------------------------------------------------------------------------------------------

    def _prune(self, db: sqlite3.Connection) -> None:
        pages = db.execute(
            "SELECT (page_count - freelist_count) * page_size "
            "FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        ).fetchone()[0]
        if pages <= self._max_bytes:
            return
        kept = 0
        doomed = []
        for key, size in db.execute("SELECT fingerprint, length(value) + 400 FROM results ORDER BY used DESC"):
            kept += size
            if kept > self._max_bytes * KEEP_AFTER_PRUNE:
                doomed.append((key,))
        db.executemany("DELETE FROM results WHERE fingerprint = ?", doomed)
        if not doomed:  # what is over the bound are the memories of repositories
            db.execute("DELETE FROM trees WHERE repo NOT IN (SELECT repo FROM trees ORDER BY used DESC LIMIT 1)")

    def _work(self, work: Callable[[sqlite3.Connection], T], *, writes: bool = False) -> T | None:
        """Do something with the file; None where it can't be used. One that is no database is begun anew."""
        with self._lock:
            try:
                return self._attempt(work, writes=writes)
            except sqlite3.OperationalError:
                return None  # locked for too long, a full disk, a folder that can't be written
            except (sqlite3.DatabaseError, OSError):
                self._discard()
                return None

    def _attempt(self, work: Callable[[sqlite3.Connection], T], *, writes: bool) -> T:
        db = self._open()
        if writes:
            db.execute("BEGIN IMMEDIATE")
        try:
            done = work(db)
            if writes:
                db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return done

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            db = sqlite3.connect(self.path, timeout=_WAIT_S, check_same_thread=False, isolation_level=None)
            try:
                db.execute("PRAGMA synchronous = OFF")  # a power cut may cost the file, never a wrong result
                db.executescript(_SCHEMA)
            except BaseException:
                db.close()
                raise
            self._connection = db
        return self._connection

    def _discard(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        with suppress(OSError):
            self.path.unlink()


def _read(crc: object, value: object) -> StoredResult | None:
    if not isinstance(value, bytes) or zlib.crc32(value) != crc:
        return None
    try:
        return StoredResult.model_validate(json.loads(zlib.decompress(value)))
    except (ValueError, ValidationError, zlib.error):
        return None


def _iso(timestamp: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
