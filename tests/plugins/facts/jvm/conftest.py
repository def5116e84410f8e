"""Extracting with the readers of one family, and comparing with what stands beside a fixture."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.models import Facts


def _readers(family: str) -> list[Any]:
    made = []
    for path in import_module(f"hivemind_facts.readers.{family}").READERS:
        module, _, name = path.partition(":")
        made.append(getattr(import_module(module), name)())
    return made


@pytest.fixture
def facts_of() -> Callable[[Path], Facts]:
    """The facts of a folder by this family's readers alone."""
    return lambda root: extract(root, readers=_readers("jvm"), rules=[])


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Writes files into a new folder and gives it."""

    def make(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return make


@pytest.fixture
def compared(facts_of: Callable[[Path], Facts]) -> Callable[[Path], tuple[dict[str, Any], dict[str, Any]]]:
    """(what was found, what is expected) of one fixture application, in the form of its expected.json."""

    def compare(root: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        facts = facts_of(root)
        found = {
            "endpoints": {f"{e.method} {e.path}": e.auth for e in facts.endpoints},
            "tables": {
                table.name: {
                    "columns": [column.name for column in table.columns],
                    "primary_key": list(table.primary_key),
                    "foreign_keys": sorted(
                        [[k.column, k.ref_table, k.ref_column, k.indexed] for k in table.foreign_keys]
                    ),
                }
                for table in facts.tables
            },
            "unresolved": [[u.what, u.file, u.line] for u in facts.unresolved],
        }
        expected = json.loads((root / "expected.json").read_text())
        for table in expected["tables"].values():
            table["foreign_keys"].sort()
        return found, expected

    return compare
