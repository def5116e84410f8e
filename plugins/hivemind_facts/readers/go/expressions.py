"""Expressions in an abstract run: names, fields, literals, operators and calls."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hivemind_facts.readers.go import calls, stdlib
from hivemind_facts.readers.go.machine import Machine
from hivemind_facts.readers.go.program import Program
from hivemind_facts.readers.go.values import (
    Context,
    Foreign,
    Function,
    Mapping,
    Method,
    Package,
    Pending,
    Scope,
    Sequence,
    Struct,
    TypeName,
    Unknown,
    Value,
    View,
)

_IDENTITY = re.compile(r"auth|token|header|bearer|jwt|cookie|session|user|claim|cred|^err$|^ok$|valid", re.IGNORECASE)
_BUILTINS: dict[str, Value] = {"true": True, "false": False, "nil": None}
_INTEGER = re.compile(r"^\d{1,9}$")
_FIELD = re.compile(r"(\w+(?:\s*,\s*\w+)*)\s+[^;\n]+")


def evaluate(machine: Machine, node: Any, scope: Scope) -> Value:
    """The value of an expression."""
    if not node:
        return Unknown()
    op = node[0]
    if op == "s":
        if machine.trace is not None and node[1] in ("Authorization", "authorization", "Bearer ", "jwt", "X-API-Key"):
            machine.trace.credentials = True
        return node[1]
    if op == "n":
        return int(node[1]) if _INTEGER.match(node[1]) else Unknown()
    if op == "id":
        return _name(machine, node[1], scope)
    if op == ".":
        return _select(machine, evaluate(machine, node[1], scope), node[2], scope)
    if op == "call":
        return calls.call(machine, node, scope)
    if op == "lit":
        return _literal(machine, node, scope)
    if op == "fn":
        return Function("", node[1], node[2], node[3], scope.file, node[4], scope=scope)
    return _compound(machine, node, scope)


def _compound(machine: Machine, node: Any, scope: Scope) -> Value:
    op = node[0]
    if op == "bin":
        return _binary(machine, node, scope)
    if op == "un":
        value = evaluate(machine, node[2], scope)
        return (not value) if node[1] == "!" and isinstance(value, bool) else value if node[1] != "!" else Unknown()
    if op == "ix":
        return _index(machine, node, scope)
    if op == "as":
        value = evaluate(machine, node[1], scope)
        return machine.typed(node[2], scope.file, 0) if isinstance(value, Unknown) else value
    if op == "ty":
        named = machine.program.type_of(node[1], scope.file)
        return Foreign(*named) if named else Foreign("", node[1])
    return Unknown()


def about_identity(node: Any) -> bool:
    """Whether a condition is about who calls."""
    stack, budget = [node], 200
    while stack and budget:
        budget -= 1
        item = stack.pop()
        if isinstance(item, tuple | list):
            if len(item) > 1 and item[0] in ("id", "s") and _IDENTITY.search(str(item[1])):
                return True
            if len(item) > 2 and item[0] == "." and _IDENTITY.search(str(item[2])):
                return True
            stack += [child for child in item if isinstance(child, tuple | list)]
    return False


def _name(machine: Machine, name: str, scope: Scope) -> Value:
    held = scope.find(name)
    if held is not None:
        return held.names[name]
    if name in _BUILTINS:
        return _BUILTINS[name]
    found = member(machine, scope.package, name)
    if found is not None:
        return found
    imported = machine.program.imports.get(scope.file, {}).get(name)
    if imported is not None:
        return Package(imported)
    return Foreign("", name) if (scope.package, name) not in machine.program.types else Foreign(scope.package, name)


def member(machine: Machine, package: str, name: str) -> Value:
    """A package's function or value; None if the repository has no such package or name."""
    program = machine.program
    function = program.functions.get((package, name))
    if function is not None:
        return function
    key = (package, name)
    if key in machine.globals:
        return machine.globals[key]
    if key not in program.values:
        return Foreign(package, name) if key in program.types else None
    file, spec, position = program.values[key]
    machine.globals[key] = Unknown()
    trace, machine.trace = machine.trace, None
    scope = Scope(package, file)
    if position < len(spec[3]):
        value = evaluate(machine, spec[3][position], scope)
    elif len(spec[3]) == 1:
        several = evaluate(machine, spec[3][0], scope)
        value = several[position] if isinstance(several, tuple) and position < len(several) else Unknown()
    else:
        kind = program.type_of(spec[2], file)
        value = Unknown(kind)
    machine.trace = trace
    machine.globals[key] = value
    return value


def zero(machine: Machine, kind: str, scope: Scope) -> Value:
    """The value of a variable that is declared without one."""
    if kind in ("string", "bool", "int"):
        return {"string": "", "bool": False, "int": 0}[kind]
    if kind.startswith("[]"):
        return Sequence([])
    named = machine.program.type_of(kind, scope.file)
    declared = machine.program.types.get(named) if named else None
    if named and declared and declared[0] == "struct" and not kind.startswith("*"):
        return _instance(machine, named)
    return Unknown(named)


def _instance(machine: Machine, kind: TypeName) -> Struct:
    made = Struct(kind)
    machine.instances.setdefault(kind, []).append(made)
    return made


def _select(machine: Machine, base: Value, name: str, scope: Scope) -> Value:
    if isinstance(base, Package):
        if base.path in machine.program.packages:
            found = member(machine, base.path, name)
            return Unknown() if found is None else found
        if machine.trace is not None and name in ("ErrUnauthorized", "ErrForbidden"):
            machine.event("deny", f"{scope.file}")
        value = stdlib.constant(base.path, name)
        return Foreign(base.path, name) if value is None else value
    if isinstance(base, Unknown) and base.type is not None:
        return _of_type(machine, base, name)
    if isinstance(base, Struct):
        return _field(machine, base, name)
    if isinstance(base, View) and name in ("RouterGroup", "Router", "Mux"):
        return base
    if isinstance(base, Context):
        if name in ("Method", "Path", "RequestURI"):
            return calls.request(machine, base, name)
        return Context(base.method, base.path, name)
    if isinstance(base, View | Pending | Foreign | Function | Context):
        return Method(base, name)
    return Unknown()


def _of_type(machine: Machine, base: Unknown, name: str) -> Value:
    kind = base.type
    if kind is None:
        return Unknown()
    declared = machine.program.types.get(kind)
    if declared is None:
        return Method(base, name)
    if declared[0] == "interface":
        return Method(base, name)
    return _field(machine, machine.standing(kind), name, base)


def _field(machine: Machine, base: Struct, name: str, known: Value = None) -> Value:
    if name in base.fields and not (isinstance(base.fields[name], Unknown) and base.fields[name].type is None):
        return base.fields[name]
    program = machine.program
    for field, text, tag, line in program.fields(base.type):
        embedded = text.lstrip("*").rsplit(".", 1)[-1]
        if field == name and text == "string" and tag and (value := machine.config.field(tag)) is not None:
            return value
        if field == name or (not field and embedded == name):
            if base.complete and _function_type(program, base.type, text):
                return None
            found = machine.lacking(base, name)
            if found is None:
                found = machine.typed(text, program.type_files[base.type], line)
                base.fields[name] = found
            return found
    method = program.method(base.type, name)
    if method is not None:
        return replace(method, bound=base if known is None else machine.standing(base.type))
    for field, text, _, line in program.fields(base.type):
        if field:
            continue
        embedded = text.lstrip("*").rsplit(".", 1)[-1]
        inner = base.fields.get(embedded)
        if inner is None:
            inner = machine.typed(text, program.type_files[base.type], line)
            base.fields[embedded] = inner
        if isinstance(inner, View):
            return Method(inner, name)
        kind = inner.type if isinstance(inner, Struct | Unknown) else None
        if kind and any(item[0] == name for item in program.fields(kind)):
            return _field(machine, inner if isinstance(inner, Struct) else machine.standing(kind), name)
        declared = program.types.get(kind) if kind else None
        if declared and declared[0] == "interface" and any(method[0] == name for method in declared[1]):
            return Method(inner, name)
    return Method(base, name) if base.type not in program.types else Unknown()


def _function_type(program: Program, kind: TypeName, text: str) -> bool:
    named = program.type_of(text, program.type_files[kind]) if not text.startswith("func") else None
    declared = program.types.get(named) if named else None
    return text.startswith("func") or bool(declared and declared[0] == "alias" and declared[1].startswith("func"))


def _literal(machine: Machine, node: Any, scope: Scope) -> Value:
    _, kind, pairs, _ = node
    if kind.startswith("map["):
        return Mapping([(evaluate(machine, key, scope), evaluate(machine, value, scope)) for key, value in pairs])
    if kind.startswith("["):
        return Sequence([evaluate(machine, value, scope) for _, value in pairs])
    named = machine.program.type_of(kind, scope.file)
    declared = machine.program.types.get(named) if named else None
    if named and declared and declared[0] == "alias":
        items = [(evaluate(machine, key, scope) if key else None, evaluate(machine, v, scope)) for key, v in pairs]
        return Mapping(items) if declared[1].startswith("map[") else Sequence([value for _, value in items])
    made = _instance(machine, named) if named else Struct(("", kind))
    names = [field or text.lstrip("*").rsplit(".", 1)[-1] for field, text, _, _ in machine.program.fields(made.type)]
    if not names and kind.startswith("struct"):
        groups = _FIELD.findall(kind[kind.find("{") + 1 :])
        names = [name.strip() for group in groups for name in group.split(",")]
    for position, (key, value) in enumerate(pairs):
        name = key[1] if key and key[0] == "id" else names[position] if not key and position < len(names) else ""
        made.fields[name] = evaluate(machine, value, scope)
    if made.type == ("net/http", "Server"):
        calls.serve(machine, made.fields.get("Handler"))
    return made


def add(left: Value, right: Value) -> Value:
    """Concatenation or sum."""
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) <= stdlib.MAX_TEXT:
        return left + right
    return Unknown()


def _binary(machine: Machine, node: Any, scope: Scope) -> Value:
    _, operator, first, second = node
    left = evaluate(machine, first, scope)
    if operator in ("&&", "||"):
        stops = operator == "||"
        if left is stops:
            return stops
        right = evaluate(machine, second, scope)
        if right is stops or (isinstance(left, bool) and isinstance(right, bool)):
            return right
        return Unknown()
    right = evaluate(machine, second, scope)
    if operator == "+":
        return add(left, right)
    if operator in ("==", "!=") and _comparable(left) and _comparable(right):
        return (left == right) if operator == "==" else (left != right)
    if operator in ("==", "!=") and (left is None) != (right is None):
        other = right if left is None else left
        if isinstance(other, Function | View | Struct):
            return operator == "!="
    return Unknown()


def _comparable(value: Value) -> bool:
    return value is None or isinstance(value, str | int | bool)


def _index(machine: Machine, node: Any, scope: Scope) -> Value:
    base = evaluate(machine, node[1], scope)
    key = evaluate(machine, node[2], scope) if node[2] else None
    if isinstance(base, Sequence) and isinstance(key, int) and key < len(base.items):
        return base.items[key]
    if isinstance(base, Mapping) and isinstance(key, str | int):
        return next((value for known, value in base.items if known == key), Unknown())
    return base if isinstance(base, Function | Foreign | Sequence) else Unknown()


def assign(machine: Machine, target: Any, value: Value, scope: Scope, declare: bool) -> None:
    """Give a name, a field or an element its value."""
    if target[0] == "id":
        held = None if declare and target[1] not in scope.names else scope.find(target[1])
        if held is not None:
            held.names[target[1]] = value
        elif declare or (scope.package, target[1]) not in machine.program.values:
            scope.names[target[1]] = value
        else:
            machine.globals[scope.package, target[1]] = value
    elif target[0] == ".":
        base = evaluate(machine, target[1], scope)
        if isinstance(base, Unknown) and base.type in machine.program.types and base.type is not None:
            base = machine.standing(base.type)
        if isinstance(base, Struct):
            base.fields[target[2]] = value
            if base.type == ("net/http", "Server") and target[2] == "Handler":
                calls.serve(machine, value)
        elif isinstance(base, Package) and base.path in machine.program.packages:
            machine.globals[base.path, target[2]] = value
    elif target[0] == "ix":
        base = evaluate(machine, target[1], scope)
        if isinstance(base, Mapping) and target[2] and len(base.items) < 10_000:
            base.items.append((evaluate(machine, target[2], scope), value))
    elif target[0] == "un":
        assign(machine, target[2], value, scope, False)
