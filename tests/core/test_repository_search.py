"""Searching with an expression that a model wrote: complete or saying so, and never holding the session."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from hivemind.repository_search import MAX_MATCHES, search_files
from hivemind.repository_workspace import RepositoryWorkspace


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A small repository."""
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / ".github").mkdir()
    (tmp_path / "src" / "app.py").write_text("def orders():\n    return 1\n")
    (tmp_path / "src" / "deep" / "b.ts").write_text("export const orders = 2;\r\n")
    (tmp_path / ".github" / "ci.yml").write_text("run: orders\n")
    (tmp_path / "blob.bin").write_bytes(b"orders\0\xff")
    return tmp_path


def search(repo: Path, pattern: str, **more: Any) -> str:
    """Search in a workspace of the repository."""
    return asyncio.run(search_files(RepositoryWorkspace(repo), pattern, **more))


def test_lines_with_their_places(repo: Path) -> None:
    assert search(repo, "ord[e]rs").splitlines() == [
        "src/app.py:1:def orders():",
        "src/deep/b.ts:1:export const orders = 2;",
    ]
    assert search(repo, "orders", include_glob="*.py") == "src/app.py:1:def orders():"
    assert search(repo, "orders", path="src/deep") == "src/deep/b.ts:1:export const orders = 2;"
    assert search(repo, "orders", path="src/app.py") == "src/app.py:1:def orders():"
    assert search(repo, "orders", include_glob=".github/*") == ".github/ci.yml:1:run: orders"
    assert search(repo, "nowhere") == "No matches found."


def test_an_expression_that_never_ends_is_stopped_and_the_session_goes_on(repo: Path) -> None:
    (repo / "src" / "evil.txt").write_text("a" * 5000 + "\n")

    async def both() -> tuple[str, int]:
        beats = 0
        searching = asyncio.create_task(search_files(RepositoryWorkspace(repo), "orders|(a|a)+!", time_limit_s=0.6))
        while not searching.done():
            await asyncio.sleep(0.02)
            beats += 1
        return await searching, beats

    started = time.monotonic()
    found, beats = asyncio.run(both())
    assert time.monotonic() - started < 5
    assert beats > 10, "the event loop stood still"
    assert "src/app.py:1:def orders():" in found
    assert "[stopped after 0.6 s: use a simpler expression or a narrower path]" in found


def test_a_search_that_is_cancelled_leaves_no_process(repo: Path) -> None:
    (repo / "src" / "evil.txt").write_text("a" * 5000 + "\n")

    async def cancelled() -> None:
        async with asyncio.timeout(0.3):
            await search_files(RepositoryWorkspace(repo), "(a|a)+!", time_limit_s=60)

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
    assert time.monotonic() - started < 5


def test_what_is_left_out_is_said(repo: Path) -> None:
    (repo / "many.txt").write_text("hit\n" * (MAX_MATCHES + 5))
    lines = search(repo, "hit").splitlines()
    assert len(lines) == MAX_MATCHES + 1
    assert lines[-1] == f"[only the first {MAX_MATCHES} matches: use a narrower expression or path]"
    (repo / "long.txt").write_text("x" * 5000 + "needle\n")
    assert search(repo, "needle").endswith(" [cut]")


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "*", "(?P<x>a)(?P<x>b)"])
def test_what_is_no_expression_is_said(repo: Path, pattern: str) -> None:
    with pytest.raises(ValueError, match="the regular expression is not valid"):
        search(repo, pattern)


@pytest.mark.parametrize("path", ["nowhere", "../..", "/etc", ".git"])
def test_a_path_that_is_not_there_or_not_open(repo: Path, path: str) -> None:
    (repo / ".git").mkdir()
    with pytest.raises(OSError, match=r"is not there|may not be read"):
        search(repo, "x", path=path)
