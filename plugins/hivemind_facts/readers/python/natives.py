"""What builtin functions and methods of strings, lists and dicts do in the abstract run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hivemind_facts.readers.python.values import UNKNOWN, Unknown, Value

MAX_TEXT = 20_000
MAX_ITEMS = 2_000
_STRING_METHODS = frozenset(
    (
        *("lower", "upper", "strip", "lstrip", "rstrip", "replace", "title", "capitalize", "removeprefix"),
        *("removesuffix", "split", "rsplit", "splitlines", "startswith", "endswith", "join", "partition"),
        *("rpartition", "format", "isdigit", "count", "find", "index", "encode", "swapcase"),
    )
)


def known(value: Value) -> bool:
    """Whether a value is a constant through and through."""
    if value is None or isinstance(value, str | int | float):
        return True
    if isinstance(value, list | tuple):
        return all(known(item) for item in value)
    return isinstance(value, dict) and all(known(item) for item in value.values())


def string_method(text: str, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """A method of a known string."""
    if name not in _STRING_METHODS or not all(known(arg) for arg in (*args, *kwargs.values())):
        return UNKNOWN
    try:
        if name == "encode":
            return text
        found = getattr(text, name)(*args, **kwargs)
    except (TypeError, ValueError, LookupError, AttributeError):
        return UNKNOWN
    return found if not isinstance(found, str) or len(found) <= MAX_TEXT else UNKNOWN


def list_method(items: list[Value], name: str, args: list[Value]) -> Value:
    """A method of a list; it may change it."""
    if name == "append" and args and len(items) < MAX_ITEMS:
        items.append(args[0])
    elif name == "insert" and len(args) == 2:
        items.insert(args[0] if isinstance(args[0], int) else len(items), args[1])
    elif name == "extend" and args:
        found = iterate(args[0])
        items.extend([UNKNOWN] if found is None else found[:MAX_ITEMS])
    elif name == "copy":
        return list(items)
    elif name == "pop" and items and not args:
        return items.pop()
    elif name in ("append", "extend", "remove", "clear", "sort", "reverse"):
        return None
    else:
        return UNKNOWN
    return None


def dict_method(pairs: dict[Any, Value], name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """A method of a dict; it may change it."""
    found: Value = UNKNOWN
    if name in ("get", "pop", "setdefault") and args and _hashable(args[0]):
        found = pairs.get(args[0], args[1] if len(args) > 1 else None)
        if name == "setdefault":
            pairs.setdefault(args[0], found)
    elif name == "items":
        found = list(pairs.items())
    elif name == "keys":
        found = list(pairs)
    elif name == "values":
        found = list(pairs.values())
    elif name == "update":
        for arg in args:
            pairs.update(arg if isinstance(arg, dict) else {})
        pairs.update(kwargs)
        found = None
    elif name == "copy":
        found = dict(pairs)
    return found


def _hashable(value: Value) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def iterate(value: Value) -> list[Value] | None:
    """The items of a value that can be gone through; None if they are not known."""
    if isinstance(value, list | tuple | dict):
        return list(value)
    return list(value) if isinstance(value, str) and len(value) < 200 else None


def truth(value: Value) -> bool | None:
    """Whether a value is true; None if that is not known."""
    if isinstance(value, Unknown):
        return None
    if value is None or isinstance(value, str | int | float | list | tuple | dict):
        return bool(value)
    return True


def _range(args: list[Value]) -> Value:
    if args and all(isinstance(arg, int) for arg in args):
        try:
            found = range(*args[:3])
        except (TypeError, ValueError):
            return UNKNOWN
        return list(found[:200])
    return UNKNOWN


def _sequence(args: list[Value]) -> Value:
    if not args:
        return []
    items = iterate(args[0])
    return UNKNOWN if items is None else items


def _text(args: list[Value]) -> Value:
    if not args:
        return ""
    return str(args[0]) if isinstance(args[0], str | int | float) else UNKNOWN


def _number(args: list[Value]) -> Value:
    try:
        return int(args[0]) if args and isinstance(args[0], str | int | float) else UNKNOWN
    except (ValueError, OverflowError):
        return UNKNOWN


def _boolean(args: list[Value]) -> Value:
    found = truth(args[0]) if args else False
    return UNKNOWN if found is None else found


def _enumerate(args: list[Value]) -> Value:
    items = iterate(args[0]) if args else None
    return UNKNOWN if items is None else list(enumerate(items))


def _zip(args: list[Value]) -> Value:
    lists = [iterate(arg) for arg in args]
    return UNKNOWN if any(items is None for items in lists) else list(zip(*(i or [] for i in lists), strict=False))


def _reversed(args: list[Value]) -> Value:
    items = iterate(args[0]) if args else None
    return UNKNOWN if items is None else items[::-1]


def _sorted(args: list[Value]) -> Value:
    items = iterate(args[0]) if args else None
    if items is not None and (all(isinstance(i, str) for i in items) or all(isinstance(i, int) for i in items)):
        return sorted(items)
    return UNKNOWN if items is None else items


def _length(args: list[Value]) -> Value:
    items = iterate(args[0]) if args else None
    return UNKNOWN if items is None else len(items)


FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "range": _range,
    "list": _sequence,
    "tuple": _sequence,
    "set": _sequence,
    "frozenset": _sequence,
    "sorted": _sorted,
    "reversed": _reversed,
    "enumerate": _enumerate,
    "zip": _zip,
    "str": _text,
    "int": _number,
    "bool": _boolean,
    "len": _length,
}
