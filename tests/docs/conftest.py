"""The pages and the generator, as the tests of the manual see them."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md")),
)


@dataclass(frozen=True)
class Manual:
    """The text of the pages."""

    root: Path = ROOT
    pages: tuple[str, ...] = PAGES

    def text(self, page: str) -> str:
        """One page."""
        return (self.root / page).read_text(encoding="utf-8")

    def blocks(self, page: str, *languages: str) -> list[str]:
        """The fenced blocks of these languages on a page."""
        found = re.findall(r"^```(\w+)[^\n]*\n(.*?)^```", self.text(page), re.DOTALL | re.MULTILINE)
        return [body for language, body in found if language in languages]


@pytest.fixture
def manual() -> Manual:
    """The pages."""
    return Manual()


@pytest.fixture
def generator() -> Iterator[ModuleType]:
    """`docs/generate.py` as a module, with its pages at hand."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        yield importlib.import_module("generate")
    finally:
        sys.path.remove(str(ROOT / "docs"))


@pytest.fixture
def hive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Whole sessions in one process, as the tests of the core run them."""
    spec = importlib.util.spec_from_file_location("core_sessions", ROOT / "tests" / "core" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "core_sessions", module)
    spec.loader.exec_module(module)
    monkeypatch.setenv("HIVEMIND_CONFIG_DIR", str(tmp_path / "config"))
    root = tmp_path / "repo"
    root.mkdir()
    return module.Hive(root)


@pytest.fixture
def hooks(generator: ModuleType) -> list[tuple[str, str, ModuleType]]:
    """Every hook: the plugin that specifies it, its name, its module."""
    return list(importlib.import_module("generators.hooks_page").hooks())
