"""One rule of the contract, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Process = Literal["here", "loading", "plain", "running", "stopping"]
"""Where a rule is looked at: in the checking process (it runs no code of the plugin), or in one of four others."""


@dataclass(frozen=True)
class Rule:
    """One rule of the contract."""

    name: str
    title: str
    says: str
    remedy: str
    process: Process
    code: str
    """The function that looks: `module:name` below this package."""
    twice: bool = False
    """Whether a second process, with another hash seed, must see the same."""
    needs: tuple[str, ...] = ()
    """Rules without which this one can't be told: where one of them fails, this one's failure says nothing more."""
    limit_s: float = 12.0
    """After which the process that looks is ended."""
