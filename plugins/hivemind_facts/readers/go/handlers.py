"""What a handler's body names: parameters, the body's type, paging, methods, and whether it asks who calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hivemind_facts.models import Parameter
from hivemind_facts.readers.go.values import Function

_QUERY = frozenset(("Query", "DefaultQuery", "QueryParam", "QueryInt", "QueryBool", "QueryArray", "GetQuery"))
_FORM = frozenset(("FormValue", "PostForm", "DefaultPostForm", "PostFormValue", "FormFile"))
_BIND = frozenset(
    (
        *("ShouldBindJSON", "BindJSON", "ShouldBind", "Bind", "BodyParser", "ShouldBindWith", "MustBindWith"),
        *("Decode", "DecodeJSON", "ShouldBindBodyWith", "ReadJSON", "JSONDecode"),
    )
)
_PAGE = frozenset(
    ("page", "limit", "offset", "per_page", "page_size", "pagesize", "perpage", "cursor", "size", "skip", "after")
)
_IDENTITY = re.compile(
    r"(current|my|auth\w*|logged\w*|context)_?user|user_?(from|id|ctx)|claims|subject|session|viewer|principal",
    re.IGNORECASE,
)
_READS = frozenset(("MustGet", "Get", "Locals", "Value", "Cookie"))


@dataclass
class Seen:
    """What was seen in a handler's body."""

    parameters: list[Parameter] = field(default_factory=list)
    request_type: str | None = None
    paginated: bool = False
    methods: list[str] = field(default_factory=list)
    identity: bool = False
    denies: int = 0
    """The line of the first answer with 401."""
    rest: bool = False
    """Whether the path is cut up by hand."""


def nodes(body: Any, limit: int = 20_000) -> Iterator[tuple[Any, ...]]:
    """Every tuple under statements, outermost first, in order."""
    stack = [body]
    while stack and limit:
        item = stack.pop()
        limit -= 1
        if isinstance(item, tuple) and item and isinstance(item[0], str):
            yield item
        if isinstance(item, tuple | list):
            stack += [child for child in reversed(item) if isinstance(child, tuple | list)]


def inspect(handler: Function) -> Seen:
    """Look through a handler's body."""
    seen = Seen()
    types: dict[str, str] = {}
    for node in nodes(handler.body or []):
        if node[0] == "var" and len(node) == 5:
            types.update(dict.fromkeys(node[1], node[2]))
        elif node[0] == "=" and len(node) == 5:
            _note_types(node, types)
        elif node[0] == "call" and len(node) == 5:
            _call(node, seen, types)
        elif node[0] == "bin" and node[1] in ("==", "!="):
            _compared(node, seen)
        elif node[0] == "switch" and node[1] and node[1][0] == "." and node[1][2] == "Method":
            seen.methods += [name for values, _ in node[2] for value in values for name in _method(value)]
        elif node[0] == "." and node[2] in ("StatusUnauthorized", "ErrUnauthorized"):
            seen.denies = seen.denies or handler.line
    seen.methods = list(dict.fromkeys(seen.methods))
    seen.paginated = any(parameter.name.lower() in _PAGE for parameter in seen.parameters)
    return seen


def _note_types(node: Any, types: dict[str, str]) -> None:
    for target, value in zip(node[1], node[2], strict=False):
        while value and value[0] == "un":
            value = value[2]
        if target and target[0] == "id" and value and value[0] == "lit":
            types[target[1]] = value[1]


def _call(node: Any, seen: Seen, types: dict[str, str]) -> None:
    callee, arguments, line = node[1], node[2], node[3]
    name = callee[2] if callee and callee[0] == "." else callee[1] if callee and callee[0] == "id" else ""
    first = arguments[0][1] if arguments and arguments[0] and arguments[0][0] == "s" else None
    if first and (name in _QUERY or (name in ("Get", "Has") and "Query" in str(callee))):
        _add(seen, first, "query")
    elif first and name in _FORM:
        _add(seen, first, "form")
    elif first and name in ("GetHeader",):
        _add(seen, first, "header")
    if name in _BIND and arguments:
        target = arguments[-1] if name != "ShouldBindBodyWith" else arguments[0]
        while target and target[0] == "un":
            target = target[2]
        if target and target[0] == "id" and types.get(target[1]):
            seen.request_type = seen.request_type or types[target[1]].lstrip("*")
    reads = name in _READS and first and re.search(r"user|auth|claim|account|member", first, re.IGNORECASE)
    if reads or (isinstance(name, str) and _IDENTITY.search(name)) or first == "Authorization":
        seen.identity = True
    if name in ("TrimPrefix", "Split", "SplitN") and "URL" in str(arguments)[:400]:
        seen.rest = True
    if any(argument == ("n", "401") for argument in arguments):
        seen.denies = seen.denies or line


def _add(seen: Seen, name: str, location: Any) -> None:
    if all(parameter.name != name for parameter in seen.parameters):
        seen.parameters.append(Parameter(name=name, location=location))


def _method(value: Any) -> list[str]:
    if value and value[0] == "s" and value[1].isupper():
        return [value[1]]
    if value and value[0] == "." and value[2].startswith("Method"):
        return [value[2][6:].upper()]
    return []


def _compared(node: Any, seen: Seen) -> None:
    left, right = node[2], node[3]
    if left and left[0] == "." and left[2] == "Method" and right:
        seen.methods += _method(right)
