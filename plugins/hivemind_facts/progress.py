"""Progress of a long reading, on a terminal's last line."""

from __future__ import annotations

import sys
import time

SILENT_S = 0.7
"""A reading that is over sooner shows nothing."""
_EVERY_S = 0.1


class Progress:
    """Says on stderr what is being done, if that is a terminal and takes its time."""

    def __init__(self, quiet: bool = False) -> None:
        self._on = not quiet and sys.stderr.isatty()
        self._begun = self._said = time.monotonic()
        self._width = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say how far it is."""
        now = time.monotonic()
        if not self._on or now - self._begun < SILENT_S or now - self._said < _EVERY_S:
            return
        self._said = now
        text = f"{what} {done:,} of {total:,}"[:100]
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._width = len(text)

    def close(self) -> None:
        """Clear the line."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0
