"""The folder of what outlives sessions and is the user's own."""

from __future__ import annotations

import os
from pathlib import Path


def state_folder() -> Path:
    """Where what outlives sessions is kept: HIVEMIND_STATE_DIR, else the user's state folder."""
    if chosen := os.environ.get("HIVEMIND_STATE_DIR"):
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_state_dir("hivemind", appauthor=False))
