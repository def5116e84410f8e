"""What the readers of web frameworks share: paths, type names, parameters, identities of routers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hivemind_facts.models import Parameter
from hivemind_facts.readers.python.values import UNKNOWN, Cls, Func, Obj, Value, leaf, name_of

_CONVERTED = re.compile(r"<(?:[^:<>]*(?:\([^<>]*\))?:)?\s*([A-Za-z_]\w*)>")
_TYPED = re.compile(r"\{\s*([A-Za-z_]\w*)\s*:[^{}]*\}")
_NAME = re.compile(r"\{([A-Za-z_]\w*)\}")
PAGES = frozenset(
    (
        "page",
        "limit",
        "offset",
        "skip",
        "per_page",
        "page_size",
        "cursor",
        "size",
        "take",
        "page_number",
        "start",
        "after",
    )
)


def braces(path: str) -> str:
    """A path with its parameters as `{name}`: `<int:id>` and `{rest:path}` lose their converters."""
    return _TYPED.sub(r"{\1}", _CONVERTED.sub(r"{\1}", path))


def path_names(path: str) -> list[str]:
    """The names of the parameters in a path."""
    return _NAME.findall(path)


def text(value: Value) -> str | None:
    """A value if it is a string."""
    return value if isinstance(value, str) else None


def strings(value: Value) -> list[str]:
    """The strings in a list, tuple or other collection."""
    items: Iterable[Value] = value if isinstance(value, list | tuple | dict) else [value]
    return [item for item in items if isinstance(item, str)]


def type_name(value: Value) -> str | None:
    """The name of a type in an annotation: `list[Item]`, `Item | None`."""
    if value is None:
        return "None"
    if value is UNKNOWN or isinstance(value, str | int | float):
        return value if isinstance(value, str) and value.isidentifier() else None
    if isinstance(value, Obj):
        made = name_of(value.cls)
        names = [type_name(arg) or "?" for arg in value.args]
        if made == "typing.[]" and names:
            if names[0] == "Annotated" and len(names) > 1:
                return names[1]
            if names[0] == "Optional" and len(names) > 1:
                return f"{names[1]} | None"
            return f"{names[0]}[{', '.join(names[1:])}]"
        if made == "builtins.|":
            return " | ".join(names)
    if isinstance(value, list | tuple):
        return None
    return leaf(value) or None


def identity(value: Value) -> str:
    """A name for a router that no other router has."""
    if isinstance(value, Obj):
        return f"{value.path}:{value.line} ({value.number})"
    return name_of(value)


def docstring(func: Value) -> str:
    """The first line of a function's docstring."""
    if isinstance(func, Func) and func.body:
        first = func.body[0]
        if first[0] == "expr" and first[2][0] == "c" and isinstance(first[2][1], str) and first[2][1].strip():
            return str(first[2][1].strip().splitlines()[0])[:200]
    return ""


def handler_name(value: Value) -> str:
    """How an endpoint names what answers it."""
    if isinstance(value, Func):
        return value.qualname
    return value.name if isinstance(value, Cls) else leaf(value)


def path_parameters(path: str) -> tuple[Parameter, ...]:
    """The parameters that a path itself names."""
    return tuple(Parameter(name=name, location="path", required=True) for name in path_names(path))
