"""Paths of routers, their parameters in braces."""

from __future__ import annotations

import re

_PARAM = re.compile(r":([A-Za-z_]\w*)(\((?:[^()\\]|\\.|\([^()]*\))*\))?([?*+])?|\(\.\*\)|\*(\w*)|\{/:(\w+)\}")


def braces(path: str) -> list[str]:
    """An Express path with its parameters in braces; an optional last parameter gives two paths."""
    optional: list[str] = []

    def one(match: re.Match[str]) -> str:
        if match.group(5):
            optional.append(f"/{{{match.group(5)}}}")
            return optional[-1]
        if match.group(1) is None:
            return "{" + (match.group(4) or "path") + "}"
        if match.group(3) in ("?", "*"):
            optional.append(f"/{{{match.group(1)}}}")
        return "{" + match.group(1) + "}"

    full = _PARAM.sub(one, path)
    paths = [full]
    for each in reversed(optional):
        if paths[-1].endswith(each):
            paths.append(paths[-1][: -len(each)] or "/")
    return paths
