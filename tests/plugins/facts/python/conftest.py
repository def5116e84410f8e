"""Facts of the fixture applications, and what is expected of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.models import Facts
from hivemind_facts.readers.python import READERS
from hivemind_facts.registry import _load

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class App:
    """A fixture application: where it is, what was read, what is expected."""

    root: Path
    facts: Facts
    expected: dict[str, Any]

    @property
    def endpoints(self) -> dict[str, str]:
        """'METHOD path' to authentication."""
        return {f"{one.method} {one.path}": one.auth for one in self.facts.endpoints}

    @property
    def tables(self) -> dict[str, list[list[Any]]]:
        """Table to its foreign keys."""
        return {
            table.name: sorted([key.column, key.ref_table, key.ref_column, key.indexed] for key in table.foreign_keys)
            for table in self.facts.tables
        }


def facts_of(root: Path) -> Facts:
    """The facts that the Python readers find under a folder."""
    return extract(root, readers=[_load(path) for path in READERS], rules=[])


@pytest.fixture
def read() -> Callable[[Path], Facts]:
    """Reads a folder."""
    return facts_of


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Facts]:
    """Writes files and reads them."""

    def write(**files: str) -> Facts:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("/init", "/__init__")
            path = path.with_suffix(".py") if not path.suffix else path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return facts_of(tmp_path)

    return write


@pytest.fixture
def app() -> Callable[[str], App]:
    """A fixture application by name."""

    def load(name: str) -> App:
        root = FIXTURES / name
        return App(root, facts_of(root), json.loads((root / "expected.json").read_text()))

    return load
