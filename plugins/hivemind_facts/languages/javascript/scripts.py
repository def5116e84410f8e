"""The scripts of a page or single-file component: all else is blanked, so lines stay true."""

from __future__ import annotations

import re

_SCRIPT = re.compile(rb"<script\b([^>]{0,2000})>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_TYPE = re.compile(rb"""\btype\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_LANG = re.compile(rb"""\blang\s*=\s*["']?(ts|tsx|typescript)\b""", re.IGNORECASE)
_NOT_LINES = re.compile(rb"[^\n]+")
_CODE = (b"module", b"text/javascript", b"application/javascript", b"text/babel", b"text/typescript", b"text/jsx")


def scripts(data: bytes) -> tuple[bytes, bool]:
    """Keep the scripts of a page.

    Returns:
        The same bytes with everything outside scripts blanked, and whether a script says that it is TypeScript.
    """
    kept: list[bytes] = []
    at = 0
    typed = False
    for match in _SCRIPT.finditer(data):
        kind = _TYPE.search(match.group(1))
        if kind is not None and kind.group(1).lower() not in _CODE:
            continue
        typed = typed or _LANG.search(match.group(1)) is not None
        kept += [_NOT_LINES.sub(b"", data[at : match.start(2)]), match.group(2), b";"]
        at = match.end(2)
    kept.append(_NOT_LINES.sub(b"", data[at:]))
    return b"".join(kept), typed
