"""One thing that does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """What does not hold, and how bad that is."""

    title: str
    detail: str
    where: str = ""
    level: Literal["error", "warning", "note"] = "error"
