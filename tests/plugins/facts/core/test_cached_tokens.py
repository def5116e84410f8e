"""What the digest of a file keeps of the tokens that stand in its code: nothing, in memory as in the cache."""

from __future__ import annotations

import pytest
from hivemind_facts.cache import unpack
from hivemind_facts.digesting import make, open_answer

TOKEN = "sk-proj-" + "x1Y2z3" * 5


@pytest.mark.parametrize(
    ("path", "language", "source"),
    [
        ("app.py", "python", f'def pay():\n    return call(key="{TOKEN}")\n'),
        ("app.js", "javascript", f'export function pay() {{ return call("{TOKEN}"); }}\n'),
        ("app.go", "go", f'package app\n\nfunc pay() string {{ return call("{TOKEN}") }}\n'),
    ],
)
def test_no_token_is_kept(path: str, language: str, source: str) -> None:
    digest, problems = open_answer(make((path, language, source.encode())))
    assert not problems
    assert digest
    assert TOKEN.encode() not in digest
    assert b"***" in digest


def test_words_that_look_like_the_start_of_a_token_stay() -> None:
    source = 'ROUTE = "/task-management-dashboard-overview"\n\n\n@app.get(ROUTE)\ndef f(): ...\n'
    digest, _ = open_answer(make(("app.py", "python", source.encode())))
    assert "/task-management-dashboard-overview" in repr(unpack(digest))
