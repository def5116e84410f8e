"""The tutorial, done as it stands: its files written, its commands run, and what they print compared with the page.

A line before a block says what it is: "`PATH`:" a whole file, "In `PATH`:" a diff without context, or in a comment
`part of: PATH`, `output` (of the commands before it; a line `...` stands for any lines) or `not run: WHY`. `sh` blocks
without such a line are run.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = "docs/tutorial.md"
MARK = re.compile(r"<!-- (?P<kind>part of|output|not run)(?:: (?P<about>.+?))? -->|(?P<change>In )?`(?P<file>[^`]+)`:")
OFFLINE = {"python -m build": "python -m build --no-isolation"}
"""What is said otherwise where there is no index: builds take hatchling from the environment of the tests."""
STRICT = """
[mypy]
strict = True
python_version = 3.11
mypy_path = src
files = src, tests
[mypy-pydantic_ai.*,pydantic_ai_harness.*,networkx.*,sqlglot.*,rich.*,tree_sitter.*,openapi_spec_validator.*,click.*]
follow_imports = skip
"""


@dataclass(frozen=True)
class Block:
    """A fenced block of the page, and what its mark says of it."""

    line: int
    language: str
    body: str
    kind: str = ""
    about: str = ""


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page in order, each with the mark before it."""
    fence, kind, about, body, start, language = "", "", "", [""], 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            if line == fence:
                yield Block(start, language, "".join(f"{one}\n" for one in body), kind, about)
                fence = kind = about = ""
            else:
                body.append(line)
        elif opened := re.fullmatch(r"(`{3,})(\w*)", line):
            fence, language, body, start = opened[1], opened[2], [], number
        elif mark := MARK.fullmatch(line):
            kind = mark["kind"] or ("change" if mark["change"] else "file")
            about = mark["about"] or mark["file"] or ""
        elif line.strip():
            kind = about = ""


def comparable(text: str) -> list[str]:
    """The lines of an output without what differs from run to run and from machine to machine."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"\d{4}-\d\d-\d\d-\d\d-\d\d(-[a-z-]*[a-z])(-\d+)?", r"ID\1", text)
    text = re.sub(r"\b\d+(\.\d+)? ?(ms|s|min)\b", "DURATION", text)
    text = re.sub(r"\b[0-9a-f]{12,64}\b", "HASH", text)
    text = re.sub(r"\b\d+ rules: \d+ passed, 0 failed, \d+ skipped", "N rules: N passed, 0 failed, N skipped", text)
    text = re.sub(r"(?m)^(path +).*site-packages/", r"\1SITE/", text)
    text = re.sub(r"orchestrator>=[0-9.]+", "orchestrator>=VERSION", text)
    return [line.rstrip() for line in text.strip().splitlines()]


def fits(shown: list[str], printed: list[str]) -> bool:
    """Whether what a page shows is what was printed; a line `...` stands for any lines."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(fits(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and fits(shown[1:], printed[1:])


def changed(text: str, diff: str) -> str:
    """Apply a diff without context: each line to take out is there once, and what is put in takes its place."""
    taken, put = ([line[1:] for line in diff.splitlines() if line.startswith(sign)] for sign in "-+")
    for old, new in zip(taken, put, strict=True):
        assert text.count(f"{old}\n") == 1, f"{old!r} is not there once"
        text = text.replace(f"{old}\n", f"{new}\n")
    return text


class Reader:
    """Somebody who does what the page says, in a shell in which the environment is active."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.printed = ""

    def do(self, block: Block) -> None:
        """Do what one block says, or compare what it shows."""
        place = f"{PAGE}:{block.line}"
        file = self.folder / block.about
        if block.kind == "file":
            file.write_text(block.body, encoding="utf-8", newline="\n")
        elif block.kind == "change":
            assert block.language == "diff", place
            file.write_text(changed(file.read_text(encoding="utf-8"), block.body), encoding="utf-8", newline="\n")
        elif block.kind == "part of":
            assert block.body in file.read_text(encoding="utf-8"), f"{place}: {block.about} says something else"
        elif block.kind == "output":
            shown, printed = comparable(block.body), comparable(self.printed)
            assert fits(shown, printed), f"{place}: what is printed now:\n{self.printed}"
        elif block.language == "sh":
            if block.kind != "not run":
                self.run(block.body, place)
        else:
            pytest.fail(f"{place}: nobody checks this block")

    def run(self, commands: str, place: str) -> None:
        """Run the commands of a block in one shell; the next block begins in the folder where it ends."""
        for said, meant in OFFLINE.items():
            commands = commands.replace(f"{said}\n", f"{meant}\n")
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", f"{commands}\npwd > '{self.environment['LAST_FOLDER']}'"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{place}: ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.printed = done.stdout
        self.folder = Path(Path(self.environment["LAST_FOLDER"]).read_text(encoding="utf-8").strip())


@pytest.fixture
def begun(tmp_path: Path, manual) -> Path:
    """The folder in which the page begins: a clone of hivemind, of which the example is needed, is in it."""
    folder = tmp_path / "afternoon"
    ignored = shutil.ignore_patterns("Docs", "__pycache__", ".*_cache", ".venv", "*.db")
    shutil.copytree(manual.root / "examples" / "shop", folder / "hivemind" / "examples" / "shop", ignore=ignored)
    return folder


@pytest.mark.skipif(shutil.which("bash") is None, reason="the page's commands are for a shell")
@pytest.mark.skipif(any(find_spec(one) is None for one in ("pip", "hatchling", "build", "twine")), reason="no builder")
def test_the_page_works_as_it_stands(manual, fresh_environment, begun: Path, tmp_path: Path) -> None:
    reader = Reader(begun, fresh_environment.environment() | {"LAST_FOLDER": str(tmp_path / "last"), "COLUMNS": "80"})
    done = list(blocks(manual.text(PAGE)))
    for block in done:
        reader.do(block)
    assert sum(block.kind == "output" for block in done) >= 10
    assert sum(block.kind == "file" for block in done) >= 10

    plugin = begun / "hivemind-database-reviewer"
    assert_typed(plugin, tmp_path)
    for session in (begun / "shop" / "Docs" / "hive-mind" / "sessions").iterdir():
        (migration,) = (session / "workers" / "files" / "database-reviewer").iterdir()
        assert_true_of_the_shop(begun / "shop" / "migrations", migration)


def assert_typed(plugin: Path, tmp_path: Path) -> None:
    """The code of the page is as strict as the page says."""
    (tmp_path / "mypy.ini").write_text(STRICT, encoding="utf-8")
    options = ["--config-file", str(tmp_path / "mypy.ini"), "--cache-dir", str(tmp_path / "mypy")]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *options],
        cwd=plugin,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "MYPYPATH": ""},
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def assert_true_of_the_shop(migrations: Path, migration: Path) -> None:
    """What the worker found is so in a real database: the planner reads whole tables before, and no longer after."""
    database = sqlite3.connect(":memory:")
    for file in sorted(migrations.glob("*.sql")):
        database.executescript(file.read_text(encoding="utf-8"))

    def plan(table: str, column: str) -> str:
        return str(database.execute(f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = 1").fetchall())

    keys = (("products", "category_id"), ("cart_items", "product_id"))
    assert all(f"SCAN {table}" in plan(table, column) for table, column in keys)
    database.executescript(migration.read_text(encoding="utf-8"))
    assert all(f"INDEX ix_{table}_{column}" in plan(table, column) for table, column in keys)
    database.close()


def test_blocks_are_taken_with_their_marks() -> None:
    first = "In `b.md`:\nnot so\n\n`a.md`:\n\n````markdown\n```sh\nx\n```\n````\n\n"
    text = first + "<!-- output -->\n```text\ny\n```\n\n```sh\nz\n```\n"
    assert [(one.kind, one.about, one.language, one.body) for one in blocks(text)] == [
        ("file", "a.md", "markdown", "```sh\nx\n```\n"),
        ("output", "", "text", "y\n"),
        ("", "", "sh", "z\n"),
    ]


def test_what_is_printed_otherwise_is_seen(tmp_path: Path) -> None:
    reader = Reader(tmp_path, {**os.environ, "LAST_FOLDER": str(tmp_path / "last")})
    reader.do(Block(1, "sh", "mkdir below\ncd below\necho 3 passed in 1.2s\n"))
    assert reader.folder.name == "below"
    reader.do(Block(2, "text", "3 passed in 0.1s\n", "output"))
    for shown in ("4 passed in 1.2s\n", "3 passed in 1.2s\nmore\n", "...\nno\n"):
        with pytest.raises(AssertionError, match="what is printed now"):
            reader.do(Block(3, "text", shown, "output"))
    with pytest.raises(AssertionError, match="ended with 1"):
        reader.do(Block(4, "sh", "false\necho no\n"))
    with pytest.raises(pytest.fail.Exception, match="nobody checks"):
        reader.do(Block(5, "python", "x\n"))
    (reader.folder / "a.txt").write_text("x = 1\ny = 2\n", encoding="utf-8")
    reader.do(Block(6, "diff", "-y = 2\n+y = 3\n", "change", "a.txt"))
    reader.do(Block(7, "text", "y = 3\n", "part of", "a.txt"))
    with pytest.raises(AssertionError, match="not there once"):
        reader.do(Block(8, "diff", "-y = 2\n+y = 3\n", "change", "a.txt"))
