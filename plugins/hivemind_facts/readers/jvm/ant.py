"""Ant path patterns against route templates."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    if not pattern.startswith("/"):
        pattern = "/" + pattern
    out: list[str] = []
    for part in pattern.strip("/").split("/"):
        if part == "**" or part.startswith("{*"):
            out.append("(?:/[^/]+)*")
        elif part:
            piece = re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(part))
            out.append("/" + piece.replace(r"\*", "[^/]*").replace(r"\?", "[^/]"))
    return re.compile("".join(out) + "/?")


def matches(pattern: str, path: str) -> bool:
    """Whether an Ant pattern matches a path; `{name}` in the path is one segment."""
    return len(pattern) < 500 and _compiled(pattern).fullmatch(path) is not None
