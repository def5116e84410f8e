"""Which methods a Flask view answers, and what stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hivemind_facts.models import Parameter
from hivemind_facts.readers.python.anonymous import Anonymous, denies
from hivemind_facts.readers.python.values import MISSING, UNKNOWN, Bound, Cls, Env, Func, Obj, Value, leaf
from hivemind_facts.readers.python.web import docstring, handler_name, strings, type_name
from hivemind_facts.readers.python.wrappers import guard_of
from hivemind_facts.routes import Guard

VERBS = ("get", "post", "put", "patch", "delete")
_CONVERTER = re.compile(r"<(?:(\w+)(?:\([^<>]*\))?:)?(\w+)>")
_REDIRECT = ("redirect", "unauthorized")


@dataclass
class View:
    """One method that a view answers."""

    method: str
    handler: str
    file: str
    line: int
    guards: tuple[Guard, ...]
    summary: str = ""
    response_type: str | None = None
    request_type: str | None = None


def unwrap(view: Value) -> tuple[Value, list[Value]]:
    """A view without the calls around it, and the decorators that those are."""
    around: list[Value] = []
    while isinstance(view, Obj) and leaf(view.cls) != "as_view" and view.args and not isinstance(view.cls, Cls):
        around.append(view.cls)
        view = view.args[0]
    if isinstance(view, Obj) and leaf(view.cls) == "as_view" and isinstance(view.cls, Bound):
        view = view.cls.base
    return view, around


def views(view: Value, methods: list[str], machine: Anonymous, path: str, line: int) -> Iterator[View]:
    """The methods that a function or class answers."""
    view, around = unwrap(view)
    standin = Cls("view", [], {}, {}, {}, Env({}, path), path, line)
    outer = _guards(around, standin, machine)
    if isinstance(view, Cls):
        yield from _class(view, methods, outer, machine)
    elif isinstance(view, Func):
        guards = outer + _guards(view.decorators, view, machine)
        guards += _itself(view, machine) if not guards else ()
        request, answer = _types(view)
        for method in methods or ["GET"]:
            yield View(method, handler_name(view), view.path, view.line, guards, docstring(view), answer, request)
    else:
        for method in methods or ["GET"]:
            yield View(method, handler_name(view), path, line, outer)


def _class(view: Cls, methods: list[str], outer: tuple[Guard, ...], machine: Anonymous) -> Iterator[View]:
    guards = outer + _guards(view.decorators, view, machine)
    for name in ("decorators", "method_decorators"):
        listed = view.find(name)
        if isinstance(listed, list | tuple):
            guards += _guards(listed, view, machine)
    per_method = view.find("method_decorators")
    verbs = [verb for verb in VERBS if isinstance(view.find(verb), Func)]
    own = [method.upper() for method in strings(view.find("methods"))] if view.find("methods") is not MISSING else []
    for verb in verbs:
        func = view.find(verb)
        if methods and verb.upper() not in methods:
            continue
        inner = guards + _guards(func.decorators, func, machine)
        if isinstance(per_method, dict) and isinstance(per_method.get(verb), list | tuple):
            inner += _guards(per_method[verb], func, machine)
        inner += _itself(func, machine) if not inner else ()
        mine = func.owner is view
        file, line = (func.path, func.line) if mine else (view.path, view.line)
        request, answer = _types(func)
        yield View(verb.upper(), f"{view.name}.{verb}", file, line, inner, docstring(func), answer, request)
    if not verbs:
        for method in methods or own or ["GET"]:
            yield View(method, view.name, view.path, view.line, guards)


def _types(func: Func) -> tuple[str | None, str | None]:
    """What decorators such as `arguments`, `use_kwargs`, `marshal_with`, `expect` say of body and response."""
    request = answer = None
    for decorator in func.decorators:
        if isinstance(decorator, Obj) and decorator.args:
            name, first = leaf(decorator), decorator.args[0]
            first = first[0] if isinstance(first, list) and first else first
            if name in ("arguments", "use_kwargs", "use_args", "expect", "input"):
                request = type_name(first)
            elif name in ("marshal_with", "marshal_list_with", "output"):
                answer = type_name(first)
            elif name == "response" and len(decorator.args) > 1:
                answer = type_name(decorator.args[1])
    return request, answer


def _guards(decorators: Iterable[Value], target: Func | Cls, machine: Anonymous) -> tuple[Guard, ...]:
    found = [guard_of(decorator, target, machine) for decorator in decorators]
    return tuple(guard for guard in found if guard is not None)


def _itself(func: Func, machine: Anonymous) -> tuple[Guard, ...]:
    """The guard that a view is itself: it denies or sends away somebody who has not logged in."""
    if denied(func, machine) == "required":
        return (Guard("required", f"{func.qualname} denies by itself ({func.path}:{func.line})"),)
    return ()


def denied(func: Func, machine: Anonymous) -> str:
    """Whether a function denies access to nobody: 'required', 'unknown' (under a condition), or ''."""
    machine.touched = False
    names = {name: UNKNOWN for name, kind, _, default in func.args if kind in "pak" and default is None}
    if func.owner is not None:
        names.pop(next(iter(names), ""), None)
        func = func.bind(Obj(func.owner))
    end, value = machine.outcome(func, [], names)
    if not machine.touched:
        return ""
    away = denies(value) or (isinstance(value, Obj) and leaf(value) in _REDIRECT)
    if end == "raised":
        return "required" if denies(value) or not machine.answers else "unknown"
    if end == "returned" and away and len(machine.answers) == 1 and not machine.maybe:
        return "required"
    some = any(denies(one) for one in [*machine.maybe, *machine.answers])
    return "unknown" if some or (away and len(machine.answers) > 1) else ""


def rule_parameters(rule: str) -> tuple[Parameter, ...]:
    """The parameters of a URL rule with the types of their converters."""
    kinds = {"int": "int", "float": "float", "uuid": "UUID", "path": "path", "string": "str", "": "str"}
    return tuple(
        Parameter(name=name, location="path", type=kinds.get(kind or "", kind), required=True)
        for kind, name in _CONVERTER.findall(rule)
    )
