"""The page about testing a plugin: its plugin and its tests are run as they stand there, and it leaves nothing out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = "docs/testing.md"
BLOCK = re.compile(r'^```python title="([^"]+)"\n(.*?)^```', re.DOTALL | re.MULTILINE)


def test_the_examples_of_the_page_pass_as_they_stand(manual, tmp_path: Path) -> None:
    blocks = BLOCK.findall(manual.text(PAGE))
    assert len(blocks) == len(manual.blocks(PAGE, "python")), "every example has the name of its file"
    assert len({name for name, _ in blocks}) == len(blocks)
    for name, code in blocks:
        (tmp_path / name).write_text(code, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n", encoding="utf-8")
    words = [sys.executable, "-W", "error::ResourceWarning", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rA"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    tests = [name for _, code in blocks for name in re.findall(r"^def (test_\w+)", code, re.MULTILINE)]
    passed = re.findall(r"^PASSED \S+::(test_\w+)", done.stdout, re.MULTILINE)
    assert sorted(passed) == sorted(tests), done.stdout
    assert len(tests) >= 12


def test_the_page_shows_every_fixture_and_every_assertion_at_work(manual) -> None:
    import hivemind.testing as kit

    code = "\n".join(body for _, body in BLOCK.findall(manual.text(PAGE)))
    fixtures = ("hive_project", "hive_session", "scripted_model", "fake_provider", "journal")
    for name in (*fixtures, *(name for name in kit.__all__ if name.startswith("assert_"))):
        assert re.search(rf"\b{name}\b", code), f"{name} has no example"
    replies = ("Answer", "Error", "Raw", "Cut", "Hang", "ToolCall", "TooFewTurnsError")
    for name in replies:
        assert name in kit.__all__
        assert name in manual.text(PAGE), f"{name} is not on the page"
