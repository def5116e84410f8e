"""Folders to measure in, all taken away at the end.

Not one by one: ext4 passes over inodes that were deleted in the last seconds, so that a file that is made right after
others were deleted costs many times what it costs otherwise.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

_ROOT = tempfile.TemporaryDirectory(prefix="hivemind-benchmark-")


def folder() -> Path:
    """Make a new one."""
    return Path(tempfile.mkdtemp(dir=_ROOT.name))
