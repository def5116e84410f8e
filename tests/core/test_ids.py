"""Session ids."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hivemind.errors import SessionUnwritableError
from hivemind.session.ids import ID_PATTERN, MAX_SLUG, new_folder, slug

NOW = datetime(2026, 11, 23, 10, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Add an orders API", "add-an-orders-api"),
        ("  Überprüfe: die Größe! ", "uberprufe-die-groe"),
        ("日本語", "task"),
        ("", "task"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 100, "x" * MAX_SLUG),
        ("word " * 40, "word-word-word-word-word-word-word-word-word"),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text())
def test_any_text_makes_a_fitting_id(text: str) -> None:
    made = slug(text)
    assert ID_PATTERN.match(f"2026-11-23-10-40-{made}")
    assert len(made) <= MAX_SLUG


def test_two_of_the_same_minute_differ(tmp_path: Path) -> None:
    names = [new_folder(tmp_path / "root", "Do it", NOW).name for _ in range(3)]
    assert names == ["2026-11-23-10-40-do-it", "2026-11-23-10-40-do-it-2", "2026-11-23-10-40-do-it-3"]


def test_threads_and_processes_get_names_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: new_folder(tmp_path, "Do it", NOW).name, range(40)))
    code = """
import sys, pathlib
from hivemind.session.ids import new_folder
for _ in range(20):
    print(new_folder(pathlib.Path(sys.argv[1]), "Do it").name)
"""
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in running:
        out, _ = process.communicate(timeout=60)
        names += out.split()
    assert len(names) == 100
    assert len(set(names)) == 100
    assert all(ID_PATTERN.match(name) for name in names)


def test_a_root_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SessionUnwritableError, match="can't make a session folder"):
        new_folder(tmp_path / "file" / "root", "Do it")
