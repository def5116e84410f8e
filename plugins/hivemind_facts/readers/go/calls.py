"""Calls in an abstract run: functions of the repository, routers' methods, standard functions, handlers' wrappers."""

from __future__ import annotations

import re
from typing import Any

from hivemind_facts.readers.go import expressions, stdlib
from hivemind_facts.readers.go.frameworks import framework_of, made_by
from hivemind_facts.readers.go.machine import Machine
from hivemind_facts.readers.go.values import (
    Applied,
    Context,
    Foreign,
    Function,
    Method,
    Pending,
    Scope,
    Sequence,
    Struct,
    Unknown,
    Value,
    View,
    Wrapped,
)

_DENIED = re.compile(r"un_?authori[sz]ed|forbidden|permissiondenied|accessdenied|notauthenticated", re.IGNORECASE)
_PASS = ("Next", "ServeHTTP", "NextHandler")
_CREDENTIALS = re.compile(r"jwt|token|session|oauth|paseto|claims|cookie|bearer|credential", re.IGNORECASE)
_DEFAULTED = re.compile(r"^get_?env|^env_?or|^getenv|default|fallback", re.IGNORECASE)
_SAME = frozenset(("HandlerFunc", "WrapF", "WrapH", "WrapHandler", "HTTPHandler", "HTTPHandlerFunc", "MiddlewareFunc"))
_CONTEXT_PARTS = (
    "Request",
    "URL",
    "Context",
    "Req",
    "UserContext",
    "EscapedPath",
    "Path",
    "Method",
    "OriginalURL",
    "FullPath",
)


def call(machine: Machine, node: Any, scope: Scope) -> Value:
    """The value of a call."""
    _, callee, given, line, spread = node
    target = expressions.evaluate(machine, callee, scope)
    arguments: list[Value] = []
    for argument in given:
        value = expressions.evaluate(machine, argument, scope)
        arguments += list(value) if isinstance(value, tuple) and len(given) == 1 else [value]
    if spread and arguments and isinstance(arguments[-1], Sequence) and not isinstance(target, Function):
        arguments[-1:] = arguments[-1].items
    if machine.trace is not None:
        _traced(machine, callee, target, arguments, scope, line)
    if isinstance(target, Function):
        return _own(machine, target, arguments, scope, line)
    if isinstance(target, Foreign):
        return _foreign(machine, target, arguments, scope, line)
    if isinstance(target, Method):
        return _method(machine, target, arguments, scope, line)
    if isinstance(target, Context | str) and not arguments:
        return target  # a part of the request that a method gives
    return Unknown()


def _traced(machine: Machine, callee: Any, target: Value, arguments: list[Value], scope: Scope, line: int) -> None:
    trace = machine.trace
    name = callee[2] if callee and callee[0] == "." else callee[1] if callee and callee[0] == "id" else ""
    place = f"{scope.file}:{line}"
    if trace is None:
        return
    if (isinstance(target, Foreign) and target.name == "next*") or name in _PASS:
        machine.event("pass", place)
    elif (
        any(value in (401, 403) and isinstance(value, int) for value in arguments[:3])
        or (isinstance(name, str) and _DENIED.search(name))
        or (name == "Redirect" and any(isinstance(v, str) and re.search(r"log-?in|sign-?in", v) for v in arguments))
    ):
        machine.event("deny", place)
    if isinstance(name, str) and (_CREDENTIALS.search(name) or _CREDENTIALS.search(getattr(target, "package", ""))):
        trace.credentials = True


def _own(machine: Machine, function: Function, arguments: list[Value], scope: Scope, line: int) -> Value:
    if machine.trace is not None and function.body and any(isinstance(value, Context) for value in arguments):
        return machine.call(function, arguments)
    result = machine.call(function, arguments)
    if isinstance(result, Unknown) and _DEFAULTED.search(function.name) and len(arguments) == 2:
        return arguments[1] if isinstance(arguments[1], str) else result
    if machine.trace is not None or not handler_result(function):
        return result
    inner: Value = next((value for value in arguments if isinstance(value, View | Wrapped)), None)
    if (
        inner is None
        and len(arguments) == 1
        and isinstance(arguments[0], Function | Foreign)
        and len(function.params) == 1
    ):
        inner = arguments[0]
        if not re.search(r"http\.Handler|HandlerFunc|^func", function.params[0][1]):
            return result
    if inner is None or isinstance(result, View):
        return result
    return wrap(inner, function, scope.file, line)


def handler_result(function: Function) -> bool:
    """Whether a function gives a handler back, as middleware over net/http does."""
    kind = function.results[0] if len(function.results) == 1 else ""
    return bool(re.search(r"(^|\.)(Handler|HandlerFunc)$|^func\(.*http\.ResponseWriter", kind))


def wrap(inner: Value, middleware: Value, file: str, line: int) -> Value:
    """A handler behind middleware; a router gets it as its own."""
    if isinstance(inner, View):
        inner.router.guards.append(Applied(middleware, file, line))
        return inner
    return Wrapped(inner, Applied(middleware, file, line))


def _foreign(machine: Machine, target: Foreign, arguments: list[Value], scope: Scope, line: int) -> Value:
    if target.called:
        inner = arguments[0] if len(arguments) == 1 else None
        if isinstance(inner, View | Function | Wrapped):
            return wrap(inner, target, scope.file, line)
        return Unknown()
    if not target.package:
        return _builtin(machine, target.name, arguments)
    made = made_by(machine, target, arguments, scope.file, line)
    if made is not None:
        return made
    if target.name in _SAME and len(arguments) == 1:
        return arguments[0]
    if target.name == "Getenv" or (target.package.endswith("spf13/viper") and target.name == "GetString"):
        value = machine.config.get(arguments[0]) if arguments and isinstance(arguments[0], str) else None
        return Unknown() if value is None else value
    if target.package in machine.program.packages:
        return arguments[0] if len(arguments) == 1 else Unknown()  # a conversion to a type of the repository
    value = stdlib.call(target.package, target.name, arguments)
    if not isinstance(value, Unknown):
        return value
    if target.package == "net/http" and target.name.startswith("ListenAndServe"):
        for argument in arguments:
            serve(machine, argument)
        return Unknown()
    _invoked(machine, target, arguments)
    inner = arguments[0] if len(arguments) == 1 else None
    if isinstance(inner, View | Wrapped) or (isinstance(inner, Function) and handler_like(inner)):
        return wrap(inner, target, scope.file, line)
    return Foreign(target.package, target.name, tuple(arguments), called=True)


def handler_like(function: Function) -> bool:
    """Whether a function has net/http's shape of a handler."""
    return len(function.params) == 2 and function.params[0][1].endswith("ResponseWriter")


def _invoked(machine: Machine, target: Foreign, arguments: list[Value]) -> None:
    """Functions that a dependency injection container calls (fx, dig)."""
    if machine.trace is None and re.search(r"uber\.org/(fx|dig)|samber/do", target.package):
        for argument in arguments:
            if isinstance(argument, Function):
                machine.call(argument, [])


def _builtin(machine: Machine, name: str, arguments: list[Value]) -> Value:
    if name == "append" and arguments:
        base = arguments[0].items if isinstance(arguments[0], Sequence) else []
        return Sequence([*base[:1000], *arguments[1:]])
    if name == "new" and arguments and isinstance(arguments[0], Foreign):
        kind = (arguments[0].package, arguments[0].name)
        return Struct(kind) if kind in machine.program.types else Unknown(kind)
    if name == "len" and arguments and isinstance(arguments[0], Sequence | str):
        return len(arguments[0].items) if isinstance(arguments[0], Sequence) else len(arguments[0])
    if name == "string" and arguments and isinstance(arguments[0], str):
        return arguments[0]
    if name == "make" and arguments:
        return Unknown()
    return Unknown()


def request(machine: Machine, context: Context, name: str) -> Value:
    """The request's method or path in a run for one route."""
    if machine.trace is not None:
        machine.trace.consulted = True
    return context.method if name == "Method" else context.path


def _method(machine: Machine, target: Method, arguments: list[Value], scope: Scope, line: int) -> Value:
    owner = target.owner
    if isinstance(owner, View | Pending):
        view = owner if isinstance(owner, View) else owner.view
        return framework_of(view.router.framework).method(machine, owner, target.name, arguments, (scope.file, line))
    if isinstance(owner, Context):
        if target.name in ("Method", "Path", "OriginalURL", "FullPath", "RequestURI") and not arguments:
            return request(machine, owner, "Method" if target.name == "Method" else "Path")
        return owner if target.name in _CONTEXT_PARTS else Unknown()
    if isinstance(owner, Unknown) and owner.type is not None:
        return _interface(machine, owner, target.name, arguments)
    if isinstance(owner, Foreign):
        if "viper" in owner.package and target.name == "GetString" and arguments and isinstance(arguments[0], str):
            value = machine.config.get(arguments[0])
            return Unknown() if value is None else value
        _invoked(machine, owner, arguments)
        inner = arguments[0] if len(arguments) == 1 else None
        if isinstance(inner, View) and target.name in ("Handler", "Then", "Wrap", "ServeHTTP"):
            return wrap(inner, owner, scope.file, line)
        return Foreign(owner.package, f"{owner.name}.{target.name}", (*owner.arguments, *arguments), called=True)
    if isinstance(owner, Struct) and owner.type[0] not in machine.program.packages:
        return Foreign(owner.type[0], f"{owner.type[1]}.{target.name}", tuple(arguments), called=True)
    return Unknown()


def _interface(machine: Machine, owner: Unknown, name: str, arguments: list[Value]) -> Value:
    kind = owner.type
    if kind is None:
        return Unknown()
    if kind not in machine.program.types:
        return Foreign(kind[0], f"{kind[1]}.{name}", tuple(arguments), called=True)
    found = machine.program.implementations(kind, name)[:8]
    results = [machine.call(function, arguments) for function in found]
    return results[0] if results else Unknown()


def serve(machine: Machine, handler: Value) -> None:
    """A handler is handed to a server: its router is a root."""
    if machine.trace is None and isinstance(handler, View):
        handler.router.certain = True
