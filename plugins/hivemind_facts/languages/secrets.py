"""What a hard-coded secret looks like: a literal under a secret's name that is no label, path or placeholder."""

from __future__ import annotations

import re
from typing import Any

_NAME = re.compile(
    r"(?:secret|passw(?:or)?d|passwd|pwd|api_?key|access_?key|private_?key|signing_?key|jwt_?key|token|credential)",
    re.I,
)
_STRONG = re.compile(r"secret|passw(?:or)?d|passwd|pwd|_?key", re.IGNORECASE)
_OTHER_NAME = re.compile(
    r"header|name|field|param|url|uri|path|file|type|prefix|column|regex|pattern|error|message|msg|route|expir|cookie"
    r"|label|placeholder|hint|hash|length|algorithm|scheme|schema|scope|selector|class|text|title|invalid|missing|action"
    r"|reset|forgot|change|confirm|show|hide|input|icon|format|validat|required|event|storage|generator|context|help"
    r"|issuer|audience|tokeni[sz]e|_?id$",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[A-Za-z0-9+/=_!@#$%^&*.,:;~?-]{6,400}")
_PLACEHOLDER = re.compile(
    r"\d+|x+|\*+|none|null|undefined|true|false|change_?me|string|bearer|token|password|secret|required|optional|text"
    r"|number|process\..*|.*\$\{.*|<.*>|\{.*\}|%.*%|(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)|(?:/[\w.-]*)+"
    r"|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){2,}",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[a-z]+(?:[-_][a-z]+)*")


def is_secret(name: str, value: str) -> bool:
    """Whether a literal under a name is a secret's value."""
    if not _NAME.search(name) or _OTHER_NAME.search(name) or not _VALUE.fullmatch(value):
        return False
    if _PLACEHOLDER.fullmatch(value):
        return False
    bare, said = (re.sub(r"[^a-z0-9]", "", one.lower()) for one in (name, value))
    if said in bare:
        return False  # the name of a thing, such as PASSWORD_CHANGED = "password_changed"
    return bool(_STRONG.search(name)) or not _WORDS.fullmatch(value)


def masked(value: str) -> str:
    """A secret's value with all but its first letters hidden."""
    return value[:2] + "***"


_TOKENS = (
    (b"sk-", r"sk-[A-Za-z0-9_-]{16,}"),
    (b"k_live_", r"[srp]k_live_[A-Za-z0-9]{10,}"),
    (b"AIza", r"AIza[0-9A-Za-z_-]{30,}"),
    (b"AKIA", r"AKIA[0-9A-Z]{16}"),
    (b"ASIA", r"ASIA[0-9A-Z]{16}"),
    *((f"gh{kind}_".encode(), rf"gh{kind}_[A-Za-z0-9]{{30,}}") for kind in "pousr"),
    (b"github_pat_", r"github_pat_[A-Za-z0-9_]{30,}"),
    (b"glpat-", r"glpat-[A-Za-z0-9_-]{20,}"),
    (b"xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    (b"xai-", r"xai-[A-Za-z0-9]{20,}"),
    (b"gsk_", r"gsk_[A-Za-z0-9]{20,}"),
    (b"hf_", r"hf_[A-Za-z0-9]{30,}"),
    (b"npm_", r"npm_[A-Za-z0-9]{30,}"),
    (b"pypi-", r"pypi-[A-Za-z0-9_-]{40,}"),
    (b"SG.", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    (b"eyJ", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
)
"""What must stand in packed data for a form of token to be looked for, and the form."""
_HINTS = tuple(hint for hint, _ in _TOKENS)
_FORMS = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(form for _, form in _TOKENS)})")


def may_hold_token(data: bytes) -> bool:
    """Whether a token of a known form may stand in packed data; most files hold none, and this costs little."""
    return any(hint in data for hint in _HINTS)


def without_tokens(value: Any) -> Any:
    """Plain data with all tokens of known forms hidden."""
    if isinstance(value, str):
        return _FORMS.sub("***", value)
    if isinstance(value, (list, tuple)):
        return type(value)(without_tokens(one) for one in value)
    if isinstance(value, dict):
        return {without_tokens(key): without_tokens(one) for key, one in value.items()}
    return value
