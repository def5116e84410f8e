"""Paths from models and plugins."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hivemind.paths import MAX_PATH, check_relative


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a/b.py", "a/b.py"), ("./a//b.py", "a/b.py"), ("a\\b.py", "a/b.py"), (" a ", "a"), ("a/..b/c", "a/..b/c")],
)
def test_what_is_fine(path: str, expected: str) -> None:
    assert check_relative(path) == expected


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "empty"),
        ("x" * (MAX_PATH + 1), "longer"),
        ("/etc/passwd", "absolute"),
        ("C:\\x", "absolute"),
        ("\\\\host\\share\\x", "absolute"),
        ("../x", "leaves"),
        ("a/../../x", "leaves"),
        ("a/../b", "leaves"),
        (".", "leaves"),
        ("a/con.txt", "con.txt"),
        ("NUL", "NUL"),
        ("a\0b", "can't be written"),
        ("ab:c", "can't be written"),
        ("dir./x", "dir."),
        ("a?b", "can't be written"),
    ],
)
def test_what_is_refused(path: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_relative(path)


@given(st.text(alphabet="ab./\\: \0é", max_size=20))
def test_whatever_is_taken_stays_inside(path: str) -> None:
    try:
        made = check_relative(path)
    except ValueError:
        return
    root = Path("/root/folder")
    assert (root / made).resolve().is_relative_to(root)
    assert check_relative(made) == made
