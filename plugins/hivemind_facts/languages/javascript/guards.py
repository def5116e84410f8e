"""Functions and classes of JavaScript that look like access guards: named like one, and they deny access."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from hivemind_facts.languages.javascript.conversion import Expr

_NAMED = re.compile(
    r"auth|jwt|guard|protect|permission|role|admin|logged_?in|signed_?in|verify_?token|check_?token|acl$|owner", re.I
)
_NOT_GUARDS = re.compile(
    r"(?:route|router|controller|service|module|strategy|model|schema|page|component|provider|repository|client|store"
    r"|login|register|signup|sign_?in|log_?out|slice|reducer|saga|util|helper|test|mock)s?$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:require|is|has|ensure|check|verify|protect|authori[sz]e|authenticate|only|allow|restrict|must)"
)
_DENIES = re.compile(r"unauthori[sz]ed|forbidden|notauthenticated", re.IGNORECASE)
_STATUSES = {"401": 401, "403": 403}
_MAX_NODES = 4000

Walk = Callable[[Expr], Iterator[Expr]]


def guard_function(name: str, function: Expr, walk: Walk) -> int:
    """The status that a function which looks like a guard denies with; 0 if it is none."""
    if not _NAMED.search(name) or _NOT_GUARDS.search(name):
        return 0
    parameters = [param[0][1] for param in function[3] if param[0][0] == "id"]
    middleware = bool(parameters) and parameters[-1] in ("next", "done")
    return denial(function, walk) if middleware or _ASKS.match(name) or _returns_function(function) else 0


def guard_class(node: Expr, walk: Walk) -> tuple[bool, int]:
    """Whether a class is a guard of Nest's kind (it has `canActivate`), and the status that it denies with."""
    is_guard = any(member[2] == "canActivate" for member in node[5])
    return is_guard, (denial(node, walk) or 403) if is_guard else 0


def denial(node: Expr, walk: Walk) -> int:
    """The first status of denial that is named anywhere inside; 0 if none is."""
    for number, inner in enumerate(walk(node)):
        if number > _MAX_NODES:
            break
        if not inner:
            continue
        if inner[0] == "num" and inner[1] in _STATUSES:
            return _STATUSES[inner[1]]
        text = inner[-1] if inner[0] in ("mem", "id") else ""
        if isinstance(text, str) and _DENIES.search(text):
            return 403 if "orbidden" in text.lower() else 401
    return 0


def _returns_function(function: Expr) -> bool:
    return any(
        statement and statement[0] == "ret" and statement[2] and statement[2][0] == "fn" for statement in function[4]
    )
