"""What JavaScript itself does: strings, arrays, objects."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Ext,
    Func,
    Method,
    Obj,
    Site,
    Text,
    Unknown,
    Value,
    concat,
    hint_of,
    pieces,
    truth,
)

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter, Model

_ITERATIONS = frozenset({"forEach", "map", "filter", "find", "some", "every", "flatMap", "reduce"})


def items_of(_machine: Interpreter, value: Value) -> list[Value] | None:
    """The items of an array that is known, None for one that is not."""
    if isinstance(value, Arr):
        return list(value.items) if value.items or not value.open else None
    return list(value) if isinstance(value, str) else None


def keys_of(machine: Interpreter, value: Value) -> list[Value] | None:
    """The property names of an object that is known."""
    if isinstance(value, Obj):
        return [name for name in value.props if name not in ("...", "__base__")]
    keys = getattr(value, "keys", None)
    if keys is not None:
        return list(keys(machine))
    return [str(index) for index in range(len(value.items))] if isinstance(value, Arr) else None


def member(_machine: Interpreter, value: Value, name: str) -> Value:
    """A property of a plain value; None if there is none that we know."""
    if isinstance(value, Arr):
        return _of_array(value, name)
    if isinstance(value, str | Text):
        return _of_string(value, name)
    if isinstance(value, Func):
        return value.name if name == "name" else None
    if name in ("then", "catch", "finally"):
        return Method(name, lambda machine, args, site: _after(machine, value, args, site))
    if isinstance(value, Unknown) and name in _ITERATIONS:
        return Method(name, lambda machine, args, site: _each_unknown(machine, value, args, site))
    if name in ("toString", "trim", "toLowerCase", "toUpperCase", "valueOf") and not isinstance(value, Obj):
        return Method(name, lambda _machine, _args, _site: value)
    return None


def _after(machine: Interpreter, value: Value, args: list[Value], site: Site) -> Value:
    result: Value = Unknown()
    for arg in args:
        if isinstance(arg, Func) and machine.running_callbacks:
            result = machine.call(arg, [value if not isinstance(value, Unknown) else Unknown()], site)
    return result


def _each_unknown(machine: Interpreter, value: Unknown, args: list[Value], site: Site) -> Value:
    if args and isinstance(args[0], Func) and machine.running_callbacks:
        machine.call(args[0], [Unknown("item", value.param), Unknown("index")], site)
    return Unknown(value.hint, value.param)


def _of_array(value: Arr, name: str) -> Value:
    if name == "length":
        return Unknown("length") if value.open else len(value.items)
    if name.isdigit():
        return value.items[int(name)] if int(name) < len(value.items) else (Unknown() if value.open else UNDEFINED)
    if name in _ITERATIONS:
        return Method(name, lambda machine, args, site: _iterate(machine, value, name, args, site))
    simple: dict[str, Callable[[list[Value]], Value]] = {
        "push": lambda args: value.items.extend(args),
        "unshift": lambda args: value.items.__setitem__(slice(0, 0), args),
        "concat": lambda args: Arr(value.items + [i for a in args for i in (a.items if isinstance(a, Arr) else [a])]),
        "join": lambda args: concat(between(value.items, args[0] if args else ",")),
        "reverse": lambda _args: Arr(value.items[::-1], value.open),
        "slice": lambda args: (
            Arr(value.items[slice(*[a if isinstance(a, int) else None for a in args[:2]])], value.open)
            if args
            else Arr(list(value.items), value.open)
        ),
        "sort": lambda _args: value,
        "flat": lambda _args: Arr(
            [i for a in value.items for i in (a.items if isinstance(a, Arr) else [a])], value.open
        ),
        "includes": lambda args: Unknown() if value.open or not args else args[0] in value.items,
        "indexOf": lambda args: value.items.index(args[0]) if args and args[0] in value.items else -1,
        "keys": lambda _args: Arr(list(range(len(value.items)))),
        "values": lambda _args: value,
        "entries": lambda _args: Arr([Arr([i, v]) for i, v in enumerate(value.items)]),
        "pop": lambda _args: value.items[-1] if value.items else UNDEFINED,
        "shift": lambda _args: value.items[0] if value.items else UNDEFINED,
        "at": lambda _args: value.items[-1] if value.items else UNDEFINED,
    }
    if name in simple:
        return Method(name, lambda _machine, args, _site: simple[name](args))
    return None


def between(items: list[Value], separator: Value) -> list[Value]:
    found: list[Value] = []
    for index, item in enumerate(items):
        found += [separator, item] if index else [item]
    return found


def _iterate(machine: Interpreter, value: Arr, name: str, args: list[Value], site: Site) -> Value:
    if not args:
        return UNDEFINED
    function, results, kept = args[0], [], []
    if name == "reduce":
        result = args[1] if len(args) > 1 else UNDEFINED
        for item in value.items[:500]:
            result = machine.call(function, [result, item], site)
        return result
    for index, item in enumerate(value.items[:2000]):
        result = machine.call(function, [item, index, value], site)
        results.append(result)
        if truth(result) is not False:
            kept.append(item)
    if value.open and not value.items:
        results.append(machine.call(function, [Unknown("item"), Unknown("index")], site))
    if name in ("map", "flatMap"):
        flat = [i for r in results for i in (r.items if isinstance(r, Arr) else [r])] if name == "flatMap" else results
        return Arr(flat, value.open)
    if name == "filter":
        return Arr(kept, value.open)
    if name == "find":
        return kept[0] if kept else UNDEFINED
    return UNDEFINED if name == "forEach" else Unknown(name)


def _of_string(value: str | Text, name: str) -> Value:
    if name == "length":
        return len(value) if isinstance(value, str) else Unknown("length")
    if name == "href":
        return value
    if name in ("concat",):
        return Method(name, lambda _machine, args, _site: concat([value, *args]))
    if not isinstance(value, str):
        same = ("replace", "replaceAll", "trim", "toLowerCase", "toUpperCase", "toString")
        return Method(name, lambda _machine, _args, _site: value if name in same else Unknown(name))
    run = _STRINGS.get(name)
    if run is None:
        return None
    return Method(name, lambda _machine, args, _site: _tried(run, value, args))


def _tried(run: object, value: str, args: list[Value]) -> Value:
    try:
        return run(value, args)  # type: ignore[operator]
    except (TypeError, ValueError, IndexError, AttributeError, re.error):
        return Unknown(value)


def _replace(value: str, args: list[Value]) -> Value:
    old, new = args[0], args[1]
    if isinstance(new, Text | Unknown) or not isinstance(new, str):
        if isinstance(old, str) and old in value:
            before, after = value.split(old, 1)
            return concat([before, new, after])
        return Unknown(value)
    if isinstance(old, Unknown) and old.hint.startswith("/") and old.hint.endswith("/"):
        pattern = old.hint[1:-1]
        if len(pattern) < 40 and not re.search(r"[+*]\)?[+*{]", pattern):
            return re.sub(pattern, re.sub(r"\$(\d)", r"\\\1", new), value)
        return Unknown(value)
    return value.replace(old, new, 1)


_STRINGS = {
    "toString": lambda value, _args: value,
    "trim": lambda value, _args: value.strip(),
    "toLowerCase": lambda value, _args: value.lower(),
    "toUpperCase": lambda value, _args: value.upper(),
    "replace": _replace,
    "replaceAll": _replace,
    "split": lambda value, args: Arr(value.split(args[0]) if args and args[0] else list(value)),
    "slice": lambda value, args: value[args[0] : args[1] if len(args) > 1 else None],
    "substring": lambda value, args: value[args[0] : args[1] if len(args) > 1 else None],
    "substr": lambda value, args: value[args[0] :] if len(args) == 1 else value[args[0] :][: args[1]],
    "indexOf": lambda value, args: value.find(args[0]),
    "lastIndexOf": lambda value, args: value.rfind(args[0]),
    "includes": lambda value, args: args[0] in value,
    "startsWith": lambda value, args: value.startswith(args[0]),
    "endsWith": lambda value, args: value.endswith(args[0]),
    "charAt": lambda value, args: value[args[0]],
    "padStart": lambda value, _args: value,
}


def _assign(machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    if not args:
        return UNDEFINED
    target = args[0]
    for source in args[1:]:
        keys = keys_of(machine, source) if isinstance(target, Obj) else None
        if keys is None:
            if isinstance(target, Obj):
                target.open = True
            continue
        for key in keys:
            target.props[key] = machine.get(source, str(key), _site)
    return target


def _keys(machine: Interpreter, callee: Ext, args: list[Value], site: Site) -> Value:
    keys = keys_of(machine, args[0]) if args else None
    if keys is None:
        return Unknown(hint_of(args[0]) if args else "", bool(args) and isinstance(args[0], Unknown) and args[0].param)
    what = callee.path.rsplit(".", 1)[-1]
    if what == "keys":
        return Arr(keys)
    values = [machine.get(args[0], str(key), site) for key in keys]
    if what == "values":
        return Arr(values)
    return Arr([Arr([key, value]) for key, value in zip(keys, values, strict=True)])


def same(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    return args[0] if args else UNDEFINED


def _string(_machine: Interpreter, _callee: Ext, args: list[Value], _site: Site) -> Value:
    return concat(list(pieces(args[0]))) if args else ""


def models() -> dict[str, Model]:
    """Models of the language's own functions."""
    found: dict[str, Model] = {
        "Object.assign": _assign,
        "Object.freeze": same,
        "Object.seal": same,
        "JSON.stringify": same,
        "Promise.resolve": same,
        "Promise.all": same,
        "String": _string,
        "encodeURIComponent": same,
        "encodeURI": same,
    }
    for name in ("keys", "values", "entries"):
        found[f"Object.{name}"] = _keys
    return found
