"""The store of results: bounded, whole or not there, and shared by many at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hivemind.errors import ConfigurationError
from hivemind.models import Usage
from hivemind.result_store import ResultStore, StoredResult

LARGE = 100 * 1024 * 1024


def stored(number: int, text: str = "done", repo: str = "/repo") -> StoredResult:
    return StoredResult(
        fingerprint=f"{number:064d}",
        worker="w",
        repo=repo,
        session="s",
        created_at="2026-01-01T00:00:00.000Z",
        output_type="hivemind.models:WorkerOutput",
        output={"summary": text},
        usage=Usage(requests=1, cost_usd=0.5),
    )


def test_what_was_put_comes_back_from_another_store(tmp_path: Path) -> None:
    ResultStore(tmp_path, LARGE).put([stored(1), stored(2)])
    store = ResultStore(tmp_path, LARGE)
    assert store.get(f"{1:064d}") == stored(1)
    assert store.get(f"{3:064d}") is None
    assert len(store.entries()) == 2


def test_looking_makes_no_file(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "none", LARGE)
    assert store.get("a") is None
    assert store.entries() == []
    assert store.clear() == 0
    store.close()
    assert not (tmp_path / "none").exists()


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    import random

    text = random.Random(1).randbytes(40_000).hex()
    bound = 1024 * 1024
    store = ResultStore(tmp_path, bound)
    for number in range(10):
        store.put([stored(number, text)])
    assert store.get(f"{0:064d}") is not None
    store.close()  # notes that it was used
    store = ResultStore(tmp_path, bound)
    for number in range(10, 30):
        store.put([stored(number, text)])
    kept = {int(one.fingerprint) for one in store.entries()}
    assert 29 in kept
    assert 1 not in kept
    assert sum(one.size for one in store.entries()) <= bound
    first = ResultStore(tmp_path / "other", bound)
    for number in range(30):
        first.put([stored(number, text)])
        first.get(f"{0:064d}")
        first.close()
    assert 0 in {int(one.fingerprint) for one in first.entries()}


def test_a_damaged_entry_is_not_there(tmp_path: Path) -> None:
    store = ResultStore(tmp_path, LARGE)
    store.put([stored(1), stored(2)])
    store.close()
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE results SET value = x'00ff' WHERE fingerprint = ?", (f"{1:064d}",))
    assert store.get(f"{1:064d}") is None
    assert store.get(f"{2:064d}") is not None
    assert len(store.entries()) == 1


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    store = ResultStore(tmp_path, LARGE)
    store.path.write_bytes(damage)
    assert store.get("a") is None
    store.put([stored(1)])
    store.put([stored(1)])
    assert store.get(f"{1:064d}") is not None


def test_clearing_takes_all_or_one_repository(tmp_path: Path) -> None:
    store = ResultStore(tmp_path, LARGE)
    store.put([stored(1), stored(2, repo="/other")])
    assert store.clear("/other") == 1
    assert [one.repo for one in store.entries()] == ["/repo"]
    assert store.clear() == 1
    assert store.entries() == []


def test_a_store_that_is_in_use_is_not_said_to_be_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hivemind.result_store._WAIT_S", 0.05)
    store = ResultStore(tmp_path, LARGE)
    store.put([stored(1)])
    with sqlite3.connect(store.path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ConfigurationError, match="can't clear the store"):
            store.clear()
        other.execute("ROLLBACK")


def test_threads_share_one_store(tmp_path: Path) -> None:
    store = ResultStore(tmp_path, LARGE)

    def work(start: int) -> None:
        for number in range(start, start + 20):
            store.put([stored(number)])
            assert store.get(f"{number:064d}") is not None

    threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 80, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.entries()) == 80


PUT = """
import sys
from pathlib import Path
from hivemind.result_store import ResultStore, StoredResult
folder, start = Path(sys.argv[1]), int(sys.argv[2])
for number in range(start, start + 15):
    store = ResultStore(folder, 100_000_000)
    store.put([StoredResult(fingerprint=f"{number:064d}", worker="w", repo="r", session="s", created_at="t",
                            output_type="x:y", output={"summary": "done"})])
    assert store.get(f"{number:064d}") is not None
    store.close()
"""


def test_processes_share_one_store(tmp_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", PUT, str(tmp_path), str(start)]) for start in range(0, 60, 15)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert len(ResultStore(tmp_path, LARGE).entries()) == 60
