"""What a FastAPI handler says of its endpoint: parameters, body and response types, pagination."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hivemind_facts.models import Parameter
from hivemind_facts.readers.python.fastapi_guards import is_dependency, unwrap
from hivemind_facts.readers.python.machine import Machine
from hivemind_facts.readers.python.values import UNKNOWN, Cls, Func, Obj, Value, leaf
from hivemind_facts.readers.python.web import PAGES, braces, docstring, path_names, text, type_name

_LOCATIONS: dict[str, Any] = {
    "Query": "query",
    "Path": "path",
    "Header": "header",
    "Cookie": "cookie",
    "Body": "body",
    "Form": "form",
    "File": "form",
}
_SPECIAL = ("Request", "Response", "BackgroundTasks", "WebSocket", "HTTPConnection", "SecurityScopes")
_PLURAL = re.compile(
    r"^(list|List|Sequence|Iterable|Page|Paginated\w*|LimitOffsetPage|CursorPage|set|tuple)\[|List$|Page\b"
)
MAX_NESTING = 5


def describe(machine: Machine, handler: Value, path: str, options: dict[str, Value]) -> Callable[[str], dict[str, Any]]:
    """A function from method to what `Route` takes beside the path."""
    parameters = _parameters(machine, handler, path, 0) if isinstance(handler, Func) else []
    body = [p for p in parameters if p.location == "body"]
    form = [p for p in parameters if p.location == "form"]
    model = options.get("response_model")
    answer = type_name(model) if model is not None and model is not UNKNOWN else None
    if answer is None and isinstance(handler, Func) and handler.returns is not None:
        answer = type_name(machine.peek(handler.returns, handler.env))
    summary = text(options.get("summary")) or docstring(handler)

    def facts(method: str) -> dict[str, Any]:
        pages = _paginated(method, parameters, answer)
        request = (body or form)[0].type if len(body or form) == 1 else None
        return {
            "parameters": tuple(parameters),
            "request_type": request if method not in ("GET", "HEAD") else None,
            "response_type": answer,
            "paginated": pages,
            "summary": summary,
        }

    return facts


def _paginated(method: str, parameters: list[Parameter], answer: str | None) -> bool | None:
    if method != "GET":
        return None
    if any(p.name in PAGES for p in parameters if p.location == "query") or (answer and "Page" in answer):
        return True
    if answer is not None and _PLURAL.search(answer):
        return None if any(p.location == "unknown" for p in parameters) else False
    return None


def _parameters(machine: Machine, func: Func, path: str, depth: int) -> list[Parameter]:
    found: dict[str, Parameter] = {}
    names = path_names(braces(path))
    args = (
        func.args[1:] if func.owner is not None and func.args[:1] and func.args[0][0] in ("self", "cls") else func.args
    )
    for name, kind, note, default in args:
        if kind not in "pak":
            continue
        annotation = machine.peek(note, func.env)
        plain, metadata = unwrap(annotation)
        value = machine.peek(default, func.env)
        dependency = next((one for one in [value, *metadata] if is_dependency(one)), None)
        if dependency is not None:
            inner = dependency.arg(0, "dependency", plain)
            if depth < MAX_NESTING:
                for parameter in _of_dependency(machine, plain if inner is None else inner, path, depth):
                    found.setdefault(parameter.name, parameter)
            continue
        if leaf(plain) in _SPECIAL:
            continue
        found[name] = _one(name, plain, [value, *metadata], default is not None, name in names)
    for name in names:
        found.setdefault(name, Parameter(name=name, location="path", required=True))
    return list(found.values())


def _of_dependency(machine: Machine, value: Value, path: str, depth: int) -> list[Parameter]:
    if isinstance(value, Cls):
        value = value.find("__init__")
    if not isinstance(value, Func):
        return []
    wanted = _parameters(machine, value, path, depth + 1)
    return [parameter for parameter in wanted if parameter.location in ("query", "header", "cookie", "path")]


def _one(name: str, kind: Value, sources: list[Value], given: bool, in_path: bool) -> Parameter:
    written = type_name(kind)
    for source in sources:
        if isinstance(source, Obj) and leaf(source.cls) in _LOCATIONS:
            location = _LOCATIONS[leaf(source.cls)]
            default = source.arg(0, "default", UNKNOWN)
            required = default is UNKNOWN and source is sources[0]
            required = required or leaf(default) == "Ellipsis" or (source is not sources[0] and not given)
            alias = source.kwargs.get("alias")
            if location == "header" and not isinstance(alias, str):
                alias = name.replace("_", "-")
            shown = alias if isinstance(alias, str) else name
            return Parameter(name=shown, location=location, type=written, required=required or location == "path")
    if in_path:
        return Parameter(name=name, location="path", type=written, required=True)
    body = isinstance(kind, Cls) and not kind.is_a("Enum", "StrEnum", "IntEnum") and bool(kind.foreign())
    if not body and isinstance(kind, Obj):
        body = any(isinstance(arg, Cls) and kind.args[0] is not arg and arg.is_a("BaseModel") for arg in kind.args)
    return Parameter(name=name, location="body" if body else "query", type=written, required=not given)
