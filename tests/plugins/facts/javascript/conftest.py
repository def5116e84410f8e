"""Fixture applications, each with what is expected of it beside its code."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hivemind_facts.assemble import extract
from hivemind_facts.models import Facts

FIXTURES = Path(__file__).parent / "fixtures"


def _readers() -> list[Any]:
    found = []
    for path in import_module("hivemind_facts.readers.javascript").READERS:
        module, _, name = path.partition(":")
        found.append(getattr(import_module(module), name)())
    return found


@pytest.fixture(scope="session")
def read() -> Callable[[Path], Facts]:
    """Facts of a folder by the readers of this family alone."""
    return lambda root: extract(root, _readers(), [])


@pytest.fixture
def application(read: Callable[[Path], Facts]) -> Callable[[str], tuple[Facts, dict[str, Any]]]:
    """Facts of a fixture application, and those expected."""

    def load(name: str) -> tuple[Facts, dict[str, Any]]:
        root = FIXTURES / name
        return read(root), json.loads((root / "expected.json").read_text())

    return load


@pytest.fixture
def write(tmp_path: Path, read: Callable[[Path], Facts]) -> Callable[[dict[str, str]], Facts]:
    """Facts of files written for one test."""

    def put(files: dict[str, str]) -> Facts:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return read(tmp_path)

    return put
