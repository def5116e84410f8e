"""Settings of the service, read once from the environment."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"
WEB = ROOT / "web"


@dataclass(frozen=True)
class Settings:
    """What can differ between two installations."""

    database: Path
    secret: str
    token_hours: int
    rates_url: str


@lru_cache
def get_settings() -> Settings:
    """Read the settings; a missing secret is replaced by a random one that lasts until the process ends."""
    return Settings(
        database=Path(os.environ.get("SHOP_DATABASE", "shop.db")),
        secret=os.environ.get("SHOP_SECRET") or secrets.token_hex(32),
        token_hours=int(os.environ.get("SHOP_TOKEN_HOURS", "12")),
        rates_url=os.environ.get("SHOP_RATES_URL", ""),
    )
