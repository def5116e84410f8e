"""Each fixture application gives exactly the facts that stand beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir()))
def test_facts_equal_the_expected_ones(
    name: str, compared: Callable[[Path], tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    found, expected = compared(FIXTURES / name)
    assert found == expected
