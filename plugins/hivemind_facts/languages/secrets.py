"""What a hard-coded secret looks like: a literal under a secret's name that is no label, path or placeholder."""

from __future__ import annotations

import re

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
