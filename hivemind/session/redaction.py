"""Takes secrets out of everything before it is written.

Known forms of keys and tokens, passwords in URLs and assignments, private keys, and the values of the environment's
own key variables become `[redacted]`. What is redacted can't be brought back.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import lru_cache

MASK = "[redacted]"

_FORMS = (
    r"sk-(?:ant-|proj-|or-|live_|test_)?[A-Za-z0-9_-]{16,}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}",
    r"AIza[0-9A-Za-z_-]{30,}",
    r"(?:AKIA|ASIA)[0-9A-Z]{16}",
    r"gh[pousr]_[A-Za-z0-9]{30,}",
    r"github_pat_[A-Za-z0-9_]{30,}",
    r"glpat-[A-Za-z0-9_-]{20,}",
    r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"xai-[A-Za-z0-9]{20,}",
    r"gsk_[A-Za-z0-9]{20,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"npm_[A-Za-z0-9]{30,}",
    r"pypi-[A-Za-z0-9_-]{40,}",
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
)
_BEARER = r"(?i:\b(?:bearer|basic)\s+)(?P<bearer>[A-Za-z0-9+/=_.~-]{16,})"
_IN_URL = r"(?i:[a-z][a-z0-9+.-]{1,20}://)[^\s:@/\"'\\]{0,80}:(?P<url>[^\s@/\"'\\]{3,200})@"
_ASSIGNED = (
    r"(?i:(?:api[_-]?key|secret(?:[_-]?(?:key|token))?|access[_-]?token|auth[_-]?token|client[_-]?secret"
    r"|passw(?:or)?d|private[_-]?key)[\"']?\\?[\"']?\s*[:=]\s*)\\?[\"'](?P<assigned>[^\s\"'\\]{8,200})\\?[\"']"
)
_KEY_VARIABLE = re.compile(r"(?i)(?:api_?key|secret|token|password|passwd|credential|private_?key)")
_NOT_SECRET = re.compile(r"^(?:\d{1,7}|true|false|yes|no|none|null|/.*|[a-z]:\\.*)$", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?i)^(?:\$?\{.*\}?|<.*>|\*+|x+|your[_-].*|change[_-]?me.*|example.*|placeholder|string|password|\[redacted\])$"
)


def secret_values(environment: Mapping[str, str]) -> tuple[str, ...]:
    """List the values of the environment's key variables, longest first.

    Values that are short, numbers, paths or switches are no secrets.
    """
    values = {
        value
        for name, value in environment.items()
        if len(value) >= 8 and _KEY_VARIABLE.search(name) and not _NOT_SECRET.match(value)
    }
    return tuple(sorted(values, key=lambda value: (-len(value), value)))


@lru_cache(maxsize=8)
def _pattern(values: tuple[str, ...]) -> re.Pattern[str]:
    known: list[str] = []
    for value in values:
        known.append(re.escape(value))
        escaped = json.dumps(value)[1:-1]
        if escaped != value:
            known.append(re.escape(escaped))
    guarded = [rf"(?<![A-Za-z0-9]){form}" for form in _FORMS]
    return re.compile("|".join([*known, *guarded, _BEARER, _IN_URL, _ASSIGNED]))


def _replace(match: re.Match[str]) -> str:
    for group in ("bearer", "url", "assigned"):
        value = match.group(group)
        if value is not None:
            if _PLACEHOLDER.match(value):
                return match.group(0)
            start, end = match.start(group) - match.start(), match.end(group) - match.start()
            return match.group(0)[:start] + MASK + match.group(0)[end:]
    return MASK


class Redactor:
    """Redacts text; made once with the environment's values."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._values = secret_values(os.environ if environment is None else environment)

    def text(self, text: str) -> str:
        """Redact text, also JSON text: the result stays as parsable as it was."""
        return _pattern(self._values).sub(_replace, text)
