"""Takes secrets out of everything before it is written.

Known forms of keys and tokens, passwords in URLs and assignments, private keys, and the values of the environment's
own key variables become `[redacted]`. What is redacted can't be brought back.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

MASK = "[redacted]"
_PASSES = 10
"""A secret that stands right behind another is seen only once that is gone."""

_FORMS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("sk-",), r"sk-(?:ant-|proj-|or-|live_|test_)?[A-Za-z0-9_-]{16,}"),
    (("_live_", "_test_"), r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}"),
    (("AIza",), r"AIza[0-9A-Za-z_-]{30,}"),
    (("AKIA", "ASIA"), r"(?:AKIA|ASIA)[0-9A-Z]{16}"),
    (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{30,}"),
    (("github_pat_",), r"github_pat_[A-Za-z0-9_]{30,}"),
    (("glpat-",), r"glpat-[A-Za-z0-9_-]{20,}"),
    (("xox",), r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    (("xai-",), r"xai-[A-Za-z0-9]{20,}"),
    (("gsk_",), r"gsk_[A-Za-z0-9]{20,}"),
    (("hf_",), r"hf_[A-Za-z0-9]{30,}"),
    (("npm_",), r"npm_[A-Za-z0-9]{30,}"),
    (("pypi-",), r"pypi-[A-Za-z0-9_-]{40,}"),
    (("SG.",), r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    (("eyJ",), r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
)
"""What must stand in a text for a form to be looked for, and the form."""
_KEY_END = r"(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
_KEY_BLOCK = rf"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?{_KEY_END}"
_KEY_IN_JSON = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?:[^\"\\]|\\.)*?-----END [A-Z ]*PRIVATE KEY-----|(?:[^\"\\]|\\.)*)"
)
"""In JSON, a key that has no end goes to the end of its text, and not on into what follows."""
_BEARER = r"(?i:\b(?:bearer|basic)\s+)(?P<secret>[A-Za-z0-9+/=_.~-]{16,})"
_IN_URL = r"(?<=://)[^\s:@/\"'\\]{0,80}:(?P<secret>[^\s@/\"'\\]{3,200})@"
_ASSIGNED = (
    r"(?i:(?:api[_-]?key|secret(?:[_-]?(?:key|token))?|access[_-]?token|auth[_-]?token|client[_-]?secret"
    r"|passw(?:or)?d|private[_-]?key)[\"']?\\?[\"']?\s*[:=]\s*)\\?[\"'](?P<secret>[^\s\"'\\]{8,200})\\?[\"']"
)
_ASSIGNED_HINTS = (
    *(
        "api_key",
        "apikey",
        "api-key",
        "secret",
        "access_token",
        "accesstoken",
        "access-token",
        "auth_token",
        "authtoken",
    ),
    *("auth-token", "passwd", "password", "private_key", "privatekey", "private-key"),
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


@dataclass(frozen=True)
class _Form:
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    lowered: bool = False
    """Whether the hints are looked for without regard to case."""
    in_json: re.Pattern[str] | None = None
    """What is looked for in JSON instead, where the pattern would go on into what follows."""


@lru_cache(maxsize=8)
def _forms(values: tuple[str, ...]) -> tuple[_Form, ...]:
    """All that is looked for. A pattern runs only over a text in which one of its hints stands: most texts hold no
    secret, and finding that out costs a search for a few substrings instead of one for every pattern at every place."""
    known: list[_Form] = []
    for value in values:
        both = dict.fromkeys((value, json.dumps(value)[1:-1]))
        known += [_Form((written,), re.compile(re.escape(written))) for written in both]
    known += [_Form(hints, re.compile(rf"(?<![A-Za-z0-9]){form}")) for hints, form in _FORMS]
    known.append(_Form(("PRIVATE KEY-----",), re.compile(_KEY_BLOCK), in_json=re.compile(_KEY_IN_JSON)))
    known.append(_Form(("://",), re.compile(_IN_URL)))
    known.append(_Form(("bearer", "basic"), re.compile(_BEARER), lowered=True))
    known.append(_Form(_ASSIGNED_HINTS, re.compile(_ASSIGNED), lowered=True))
    return tuple(known)


def _replace(match: re.Match[str]) -> str:
    if "secret" not in match.re.groupindex:
        return MASK
    value = match.group("secret")
    if _PLACEHOLDER.match(value):
        return match.group(0)
    start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
    return match.group(0)[:start] + MASK + match.group(0)[end:]


class Redactor:
    """Redacts text; made once with the environment's values."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._values = secret_values(os.environ if environment is None else environment)

    def clean(self, *texts: str) -> bool:
        """Whether nothing in these texts so much as hints at a secret: then each is as it would be when redacted.

        Asked of several small texts at once, this costs as much as asking it of one.
        """
        text = "\n".join(texts)
        lowered = text.lower()
        return not any(
            hint in (lowered if form.lowered else text) for form in _forms(self._values) for hint in form.hints
        )

    def text(self, text: str) -> str:
        """Redact text, also JSON text: what comes stays as parsable as it was, and is the same if redacted again."""
        for _ in range(_PASSES):
            before, text = text, self._once(text)
            if text == before:
                break
        return text

    def _once(self, text: str) -> str:
        lowered = text.lower()
        for form in _forms(self._values):
            searched = lowered if form.lowered else text
            for hint in form.hints:
                if hint in searched:
                    inside = form.in_json if text.lstrip()[:1] in ("{", "[") else None
                    text = (inside or form.pattern).sub(_replace, text)
                    break
        return text
