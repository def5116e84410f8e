"""The plugins that break one rule each, and those that break none."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def bad() -> Path:
    """The folder of plugins that break the rule that they are named after."""
    return HERE / "bad"


@pytest.fixture(scope="session")
def good() -> Path:
    """The folder of plugins that break no rule."""
    return HERE / "good"
