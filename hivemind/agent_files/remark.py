"""What is to be said about an agent file that loads all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say: where, what and what to do about it."""

    level: Level
    line: int
    message: str
    remedy: str = ""
