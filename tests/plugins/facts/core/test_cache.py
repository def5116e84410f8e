"""What is cached, when it is used, and what goes wrong with it."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import time
from pathlib import Path

import pytest
from hivemind_facts import assemble, digesting, workers
from hivemind_facts.assemble import extract
from hivemind_facts.cache import Cache
from hivemind_facts.models import Endpoint


class Counting:
    """A reader that says how often it ran."""

    name = "counting"

    def __init__(self, version: int = 1) -> None:
        self.version = version
        self.runs = 0

    def read(self, repository):
        self.runs += 1
        for file in repository.files(".py"):
            yield Endpoint(method="GET", path="/" + file.sha[:6], file=file.path, line=1, framework=self.name)


@pytest.fixture
def cache(tmp_path) -> Cache:
    return Cache(tmp_path / "cache")


def test_the_same_content_is_read_once(write, cache):
    root, reader = write({"a.py": "x = 1\n"}), Counting()
    first = extract(root, [reader], [], cache=cache)
    assert extract(root, [reader], [], cache=cache) == first
    assert reader.runs == 1


def test_a_change_of_content_with_the_same_size_and_time_is_seen(write, cache):
    root, reader = write({"a.py": "x = 1\n"}), Counting()
    stamp = time.time_ns()
    os.utime(root / "a.py", ns=(stamp, stamp))
    first = extract(root, [reader], [], cache=cache)
    (root / "a.py").write_text("x = 2\n")
    os.utime(root / "a.py", ns=(stamp, stamp))
    assert extract(root, [reader], [], cache=cache) != first


def test_a_new_version_of_a_reader_is_another_key(write, cache):
    root = write({"a.py": ""})
    extract(root, [Counting(1)], [], cache=cache)
    newer = Counting(2)
    extract(root, [newer], [], cache=cache)
    assert newer.runs == 1


def test_new_code_of_the_plugin_is_another_key(write, cache, monkeypatch):
    root, reader = write({"a.py": ""}), Counting()
    extract(root, [reader], [], cache=cache)
    monkeypatch.setattr(assemble, "code_version", lambda: "newer")
    extract(root, [reader], [], cache=cache)
    assert reader.runs == 2


def test_without_a_cache_nothing_is_kept(write, tmp_path):
    root, reader = write({"a.py": ""}), Counting()
    extract(root, [reader], [])
    extract(root, [reader], [])
    assert reader.runs == 2


def test_digests_of_unchanged_files_are_taken_from_the_cache(shop, cache, monkeypatch):
    before = extract(shop, cache=cache)
    (shop / "notes.md").write_text("new\n")
    made: list[str] = []
    real = digesting.make
    monkeypatch.setattr(digesting, "make", lambda item, *more: made.append(item[0]) or real(item, *more))
    after = extract(shop, cache=cache)
    assert made == []
    assert after.endpoints == before.endpoints
    (shop / "schema.sql").write_text("CREATE TABLE only (id integer PRIMARY KEY);\n")
    assert [one.name for one in extract(shop, cache=cache).tables] == ["only"]
    assert made == ["schema.sql"]


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 100])
def test_a_damaged_cache_only_costs_time(shop, tmp_path, damage):
    cache = Cache(tmp_path / "cache")
    first = extract(shop, cache=cache)
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(damage)
    assert extract(shop, cache=cache) == first
    assert extract(shop, cache=cache) == first


def test_damaged_values_are_not_there(shop, tmp_path):
    cache = Cache(tmp_path / "cache")
    first = extract(shop, cache=cache)
    with sqlite3.connect(next((tmp_path / "cache").iterdir())) as connection:
        connection.execute("UPDATE entries SET value = CAST(substr(value, 1, length(value) / 2) AS BLOB)")
    assert extract(shop, cache=cache) == first


def test_a_folder_that_can_not_be_written_only_costs_time(shop, tmp_path):
    (tmp_path / "file").write_text("")
    assert extract(shop, cache=Cache(tmp_path / "file" / "cache")).endpoints


def test_the_longest_unused_go_first(tmp_path):
    cache = Cache(tmp_path / "cache", max_bytes=200_000)
    for number in range(40):
        cache.put_many({f"key{number}": bytes(20_000)})
        time.sleep(0.002)
    assert cache.get("key39") is not None
    assert cache.get("key0") is None
    total = sum(len(one) for one in cache.get_many([f"key{number}" for number in range(40)]).values())
    assert total <= 200_000


def _hammer(folder: str, number: int) -> None:
    cache = Cache(Path(folder))
    for turn in range(25):
        cache.put_many({f"{number}-{turn}": bytes([number]) * 1000, "shared": bytes([number]) * 1000})
        shared = cache.get("shared")
        assert shared is not None
        assert len(set(shared)) == 1


def test_many_processes_read_and_write_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_hammer, args=(str(tmp_path / "cache"), number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(Cache(tmp_path / "cache").get_many(f"{n}-{t}" for n in range(3) for t in range(25))) == 75


def test_worker_processes_give_what_this_process_gives(write, monkeypatch):
    route = "from flask import Flask\napp = Flask(__name__)\n\n@app.get('/{}')\ndef here():\n    return ''\n"
    root = write({f"m{number}.py": route.format(number) for number in range(12)})
    here = extract(root)
    used: list[int] = []
    monkeypatch.setattr("hivemind_facts.digests.POOL_FROM_FILES", 2)
    monkeypatch.setattr("hivemind_facts.digests.cores", lambda: 2)
    real = workers.Workers.run
    monkeypatch.setattr(workers.Workers, "run", lambda pool, chunks: used.append(1) or real(pool, chunks))
    assert extract(root) == here
    assert used == [1]
    assert len(here.endpoints) == 12


def test_a_worker_that_dies_or_hangs_costs_one_file(tmp_path, monkeypatch):
    script = tmp_path / "hivemind_facts_fake.py"
    script.write_text(
        "import os, sys, time\n"
        "from hivemind_facts import workers\n"
        "from hivemind_facts.cache import pack\n"
        "def make(item):\n"
        "    if item[0] == 'dies': os._exit(3)\n"
        "    if item[0] == 'hangs': time.sleep(60)\n"
        "    return pack((b'good', []))\n"
        "read, write = os.fdopen(os.dup(0), 'rb'), os.fdopen(os.dup(1), 'wb')\n"
        "workers.serve(read, write, make)\n"
    )
    monkeypatch.setattr(workers, "CHUNK_S", 3.0)
    monkeypatch.setattr(workers, "FILE_S", 1.0)
    real = workers.subprocess.Popen

    def start(command, **options):
        folder = str(Path(workers.__file__).parent.parent)
        code = f"import sys, runpy; sys.path.insert(0, {folder!r}); runpy.run_path({str(script)!r})"
        return real([command[0], "-c", code], **options)

    monkeypatch.setattr(workers.subprocess, "Popen", start)
    pool = workers.Workers(2)
    chunks = [[("a", "python", b""), ("dies", "python", b"")], [("hangs", "python", b""), ("b", "python", b"")]]
    answers = {}
    for chunk, given in pool.run(chunks):
        answers |= {path: digesting.open_answer(one) for (path, _, _), one in zip(chunk, given, strict=True)}
    pool.close()
    assert answers["a"] == answers["b"] == (b"good", [])
    for path in ("dies", "hangs"):
        digest, problems = answers[path]
        assert digest == b""
        assert "ended abnormally" in problems[0][1]


def test_facts_are_the_same_bytes_every_time(shop):
    first = extract(shop).model_dump_json()
    assert extract(shop).model_dump_json() == first
