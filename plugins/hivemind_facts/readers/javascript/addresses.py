"""From the address of a request to a path pattern, or to the host that is called."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hivemind_facts.readers.javascript.values import Unknown, Value, pieces

_HOST = re.compile(r"^(?:[a-z]+:)?//([^/?#]+)", re.IGNORECASE)
_WHOLE = re.compile(
    r"path|url|uri|endpoint|resource|route|entity|query|request|config|options|href|api|base|suffix", re.IGNORECASE
)
_QUERY = re.compile(r"query|param|qs|search|filter|string|args|option|limit|page|sort|suffix", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_]\w*")
_LOCAL = re.compile(r"^(localhost|127\.|0\.0\.0\.0|\[::1\]|10\.|192\.168\.|host\.docker)")


@dataclass(frozen=True)
class Address:
    """What an address says."""

    path: str | None
    """None: not known."""
    host: str = ""
    open: bool = False
    """A caller may still tell: the address is, or starts with, a parameter."""
    why: str = ""

    @property
    def local(self) -> bool:
        """Whether the host is this machine or this network."""
        return not self.host or _LOCAL.match(self.host) is not None


def read(url: Value) -> Address:
    """Read an address."""
    parts = list(pieces(url))
    if not parts or not any(isinstance(part, str | Unknown) for part in parts):
        return Address(None, why="the address is not known")
    first = parts[0]
    if isinstance(first, Unknown):
        if first.param and not (len(parts) > 1 and _base_like(first.hint)):
            return Address(None, open=True, why=f"the address is {first.hint or 'a parameter'}")
        if len(parts) == 1:
            return Address(None, open=first.param, why=f"the address is {first.hint or 'computed'}")
        if not (isinstance(parts[1], str) and parts[1].startswith(("/", "?"))) and not _base_like(first.hint):
            return Address(None, open=first.param, why=f"the address starts with {first.hint or 'what is computed'}")
        parts = parts[1:]
    return _compose(parts)


def _base_like(hint: str) -> bool:
    return re.search(
        r"env|base|root|host|domain|api|url|origin|server|backend", hint, re.IGNORECASE
    ) is not None and not hint.endswith("()")


def _compose(parts: list[str | Unknown]) -> Address:
    text, host = "", ""
    for index, part in enumerate(parts):
        if isinstance(part, str):
            if not text and not host and (match := _HOST.match(part)) is not None:
                host, part = match.group(1), part[match.end() :]
            cut = re.search(r"[?#]", part)
            text += part[: cut.start()] if cut is not None else part
            if cut is not None:
                return Address(_clean(text), host)
            continue
        after_slash = text.endswith("/")
        last = index == len(parts) - 1
        if (
            part.param
            and (_WHOLE.search(_last(part.hint)) or not after_slash)
            and not (last and text and _QUERY.search(part.hint))
        ):
            if not text:
                return Address(None, host, open=True, why=f"the address is {part.hint or 'a parameter'}")
            if not after_slash and not text.endswith(("-", ".", "_", "/", "=", ":", ",")):
                return Address(None, host, open=True, why=f"a part of the address is {part.hint}")
            if after_slash and _WHOLE.search(_last(part.hint)):
                return Address(None, host, open=True, why=f"a part of the address is {part.hint}")
        if host and not text and not after_slash:
            continue  # a port or the rest of a host
        if not after_slash and text and not text.endswith(("-", ".", "_", ":", ",", "=", "@")):
            if last or _QUERY.search(part.hint):
                continue  # a query string in a variable
            follows = parts[index + 1]
            if isinstance(follows, str) and follows.startswith(("/", "?")):
                text += "/" if not text.endswith("/") else ""
        text += "{" + name_of(part) + "}"
    return Address(_clean(text), host)


def _last(hint: str) -> str:
    names = _NAME.findall(hint)
    return names[-1] if names else ""


def name_of(hole: Unknown) -> str:
    """A name for a parameter of a path."""
    names = [
        name for name in _NAME.findall(hole.hint) if name not in ("value", "toString", "params", "current", "this")
    ]
    return names[-1] if names else "param"


def _clean(text: str) -> str:
    found = re.sub(r"/{2,}", "/", text if text.startswith("/") else f"/{text}")
    return found.rstrip("/") or "/"
