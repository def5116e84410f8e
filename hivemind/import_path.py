"""Where modules are looked for."""

from __future__ import annotations

import os
import sys


def leave_current_folder() -> None:
    """Take the current folder off the import path, where `python -m` puts it first: it may be a repository that
    somebody cloned, and nothing of that is to be imported, as nothing is by the command `hivemind`."""
    try:
        here = os.getcwd()
    except OSError:  # it is gone
        return
    if not sys.flags.safe_path and sys.path and sys.path[0] in ("", here):
        del sys.path[0]
