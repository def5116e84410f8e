"""The few standard functions that decide paths and conditions, on constants."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any

from hivemind_facts.readers.go.values import Sequence, Unknown, Value

_VERB = re.compile(r"%[-+# 0]*\d*(?:\.\d+)?[a-zA-Z%]")
MAX_TEXT = 4096


def _format(text: str, *values: Any) -> Value:
    rest = list(values)

    def one(match: re.Match[str]) -> str:
        if match.group() == "%%":
            return "%"
        value = rest.pop(0) if rest else ""
        return f'"{value}"' if match.group().endswith("q") else str(value)

    return _VERB.sub(one, text)


def _clean_join(*parts: str) -> str:
    joined = posixpath.join(*[part for part in parts if part] or [""])
    return (
        posixpath.normpath("/".join(part.strip("/") if i else part.rstrip("/") for i, part in enumerate(parts)))
        if joined
        else ""
    )


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "fmt.Sprintf": _format,
    "fmt.Sprint": lambda *values: "".join(str(value) for value in values),
    "path.Join": _clean_join,
    "net/url.JoinPath": _clean_join,
    "strings.HasPrefix": lambda text, start: text.startswith(start),
    "strings.HasSuffix": lambda text, end: text.endswith(end),
    "strings.Contains": lambda text, part: part in text,
    "strings.EqualFold": lambda one, two: one.lower() == two.lower(),
    "strings.ToLower": lambda text: text.lower(),
    "strings.ToUpper": lambda text: text.upper(),
    "strings.TrimSpace": lambda text: text.strip(),
    "strings.Trim": lambda text, chars: text.strip(chars),
    "strings.TrimRight": lambda text, chars: text.rstrip(chars),
    "strings.TrimLeft": lambda text, chars: text.lstrip(chars),
    "strings.TrimSuffix": lambda text, end: text.removesuffix(end),
    "strings.TrimPrefix": lambda text, start: text.removeprefix(start),
    "strings.ReplaceAll": lambda text, old, new: text.replace(old, new) if old else text,
    "strings.Join": lambda items, between: between.join(items),
}
_METHODS = {
    f"Method{name.title()}": name
    for name in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"]
}
WEB = ("net/http", "github.com/labstack/echo", "github.com/gofiber/fiber", "github.com/gin-gonic/gin")


def call(package: str, name: str, arguments: list[Value]) -> Value:
    """The result of a standard function on constants, Unknown where one of them is not."""
    function = _FUNCTIONS.get(f"{package}.{name}")
    if function is None:
        return Unknown()
    plain = [argument.items if isinstance(argument, Sequence) else argument for argument in arguments]
    flat = [item for value in plain for item in (value if isinstance(value, list) else [value])]
    if not all(isinstance(value, str | int | float) for value in flat) or sum(len(str(v)) for v in flat) > MAX_TEXT:
        return Unknown()
    try:
        return function(*plain)
    except (TypeError, ValueError, AttributeError):
        return Unknown()


def constant(package: str, name: str) -> Value:
    """A foreign package's constant: HTTP methods and the statuses that deny."""
    if package.startswith(WEB):
        if name in _METHODS:
            return _METHODS[name]
        if package.startswith(WEB[1]) and name in _METHODS.values():
            return name
        if name == "StatusUnauthorized":
            return 401
        if name == "StatusForbidden":
            return 403
    return None
