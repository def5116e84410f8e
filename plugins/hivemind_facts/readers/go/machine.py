"""An abstract run of a Go program: statements in order, every branch that is not decided, calls followed.

Routers keep the order of what is done to them, closures their scope, and a call binds its arguments, so a group that
gets its middleware late, a function that takes a router and a middleware made with `false` all come out by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from posixpath import dirname
from typing import Any

from hivemind_facts.models import Unresolved
from hivemind_facts.readers.go.program import Program
from hivemind_facts.readers.go.values import (
    Function,
    Mapping,
    Router,
    Scope,
    Sequence,
    Struct,
    TypeName,
    Unknown,
    Value,
    View,
)

MAX_CALLS = 28
STEPS = 400_000
"""So many statements are run at most; what is left over then is listed as unresolved."""
MAX_ITEMS = 500
SMALL = 6


@dataclass
class Trace:
    """What a run of middleware or of a handler did that matters for access."""

    events: list[tuple[str, bool, str]] = field(default_factory=list)
    """('deny' | 'pass', under a condition about the caller's identity, where)."""
    credentials: bool = False
    consulted: bool = False
    """Whether the request's method or path was looked at."""


class Machine:
    """Runs functions of a program."""

    def __init__(self, program: Program, make_router: Callable[[Machine, TypeName, str, int], Value]) -> None:
        self.program = program
        self.config = program.config
        self.routers: list[Router] = []
        self.instances: dict[TypeName, list[Struct]] = {}
        self.globals: dict[tuple[str, str], Value] = {}
        self.visited: set[tuple[str, int]] = set()
        self.unresolved: list[Unresolved] = []
        self.relevant: set[tuple[str, int]] = set()
        self.trace: Trace | None = None
        self.conditions: list[bool] = []
        self.steps = STEPS
        self._stack: list[tuple[str, int]] = []
        self._standing: dict[TypeName, Struct] = {}
        self._make_router = make_router

    def typed(self, text: str, file: str, line: int) -> Value:
        """A value of which only the type is known: a router where the type is one."""
        kind = self.program.type_of(text, file)
        if kind is None:
            return Unknown()
        made = self._make_router(self, kind, file, line) if self.trace is None else None
        return made if made is not None else Unknown(kind)

    def standing(self, kind: TypeName) -> Struct:
        """What stands for an instance of a struct type that was made somewhere unseen."""
        if kind not in self._standing:
            self._standing[kind] = Struct(kind, complete=False)
        return self._standing[kind]

    def lacking(self, struct: Struct, name: str) -> Value:
        """A field that was never set here: as another instance of the type has it."""
        for other in reversed(self.instances.get(struct.type, [])):
            if other is not struct and name in other.fields:
                return other.fields[name]
        standing = self._standing.get(struct.type)
        return standing.fields.get(name) if standing is not None else None

    def worth(self, function: Function, arguments: list[Value]) -> bool:
        """Whether following a call can tell anything."""
        if function.body is None:
            return False
        key = (function.file, function.line)
        if self.trace is not None or key in self.relevant or len(function.body) <= SMALL:
            return True
        return any(isinstance(value, View | Function) for value in arguments)

    def call(self, function: Function, arguments: list[Value]) -> Value:
        """Run a function with these arguments; several results are a tuple."""
        key = (function.file, function.line)
        limit = 8 if self.trace is not None else MAX_CALLS
        deep = len(self._stack) >= limit or self._stack.count(key) > 1
        if deep or self.steps <= 0 or not self.worth(function, arguments):
            return self._declared(function)
        self.visited.add(key)
        scope = Scope(dirname(function.file), function.file, function.scope)
        self._bind(function, arguments, scope)
        self._stack.append(key)
        returned: list[list[Value]] = []
        try:
            self.run(function.body or [], scope, returned)
        except RecursionError:
            if len(self._stack) > 1:
                raise
            reason = f"{function.name}: nested too deeply to be followed"
            self.unresolved.append(Unresolved(what="route", reason=reason, file=function.file, line=function.line))
        finally:
            self._stack.pop()
        return self._result(function, returned)

    def _bind(self, function: Function, arguments: list[Value], scope: Scope) -> None:
        if function.receiver and function.receiver[0]:
            bound = function.bound
            if bound is None or (isinstance(bound, Unknown) and bound.type is None):
                owner = self.program.type_of(function.receiver[1], function.file)
                bound = self.standing(owner) if owner else Unknown()
            scope.names[function.receiver[0]] = bound
        for index, (name, kind) in enumerate(function.params):
            if kind.startswith("..."):
                rest = arguments[index:]
                spread = len(rest) == 1 and isinstance(rest[0], Sequence)
                scope.names[name] = rest[0] if spread else Sequence(list(rest))
                return
            given = arguments[index] if index < len(arguments) else None
            if index >= len(arguments) or (isinstance(given, Unknown) and given.type is None):
                given = self.typed(kind, function.file, function.line)
            scope.names[name] = given

    def _declared(self, function: Function) -> Value:
        made = [Unknown(self.program.type_of(kind, function.file)) for kind in function.results]
        return made[0] if len(made) == 1 else tuple(made)

    def _result(self, function: Function, returned: list[list[Value]]) -> Value:
        width = len(function.results)
        declared = [Unknown(self.program.type_of(kind, function.file)) for kind in function.results]
        out: list[Value] = []
        for index in range(width):
            column = [row[index] for row in returned if len(row) == width]
            if len(returned) == 1 and width > 1 and len(returned[0]) == 1 and isinstance(returned[0][0], tuple):
                column = [returned[0][0][index]] if index < len(returned[0][0]) else []
            value = _merge(column)
            if isinstance(value, Function) and not value.name:
                value = replace(value, name=function.name)
            out.append(declared[index] if value is None or _blank(value) else value)
        return out[0] if width == 1 else tuple(out)

    def run(self, body: list[Any], scope: Scope, returned: list[list[Value]]) -> bool:
        """Run statements; True if they surely leave the function."""
        for statement in body:
            self.steps -= 1
            if self.steps <= 0:
                return True
            if self._statement(statement, scope, returned):
                return True
        return False

    def _statement(self, statement: Any, scope: Scope, returned: list[list[Value]]) -> bool:
        from hivemind_facts.readers.go.expressions import evaluate

        op = statement[0]
        if op == "x":
            evaluate(self, statement[1], scope)
        elif op == "=":
            self._assign(statement, scope)
        elif op == "var":
            self._declare(statement, scope)
        elif op == "ret":
            returned.append([evaluate(self, value, scope) for value in statement[1]])
            return True
        elif op == "if":
            return self._if(statement, scope, returned)
        elif op == "for":
            self._for(statement, scope, returned)
        elif op == "switch":
            return self._switch(statement, scope, returned)
        elif op == "do":
            return self.run(statement[1], _inner(scope), returned)
        else:
            return True
        return False

    def _if(self, statement: Any, scope: Scope, returned: list[list[Value]]) -> bool:
        from hivemind_facts.readers.go.expressions import about_identity, evaluate

        _, before, condition, then, otherwise, _ = statement
        inner = _inner(scope)
        self.run(before, inner, returned)
        known = evaluate(self, condition, inner)
        if isinstance(known, bool):
            return self.run(then if known else otherwise, _inner(inner), returned)
        self.conditions.append(about_identity(condition))
        first = self.run(then, _inner(inner), returned)
        second = self.run(otherwise, _inner(inner), returned)
        self.conditions.pop()
        return first and second and bool(otherwise)

    def _for(self, statement: Any, scope: Scope, returned: list[list[Value]]) -> None:
        from hivemind_facts.readers.go.expressions import evaluate

        _, names, ranged, body, _ = statement
        over = evaluate(self, ranged, scope) if ranged is not None else None
        pairs: list[tuple[Value, Value]] = [(Unknown(), Unknown())]
        if isinstance(over, Sequence):
            pairs = list(enumerate(over.items[:MAX_ITEMS]))
        elif isinstance(over, Mapping):
            pairs = over.items[:MAX_ITEMS]
        for pair in pairs:
            inner = _inner(scope)
            inner.names.update(zip(names, pair, strict=False))
            self.run(body, inner, returned)

    def _switch(self, statement: Any, scope: Scope, returned: list[list[Value]]) -> bool:
        from hivemind_facts.readers.go.expressions import evaluate

        _, subject, cases, _ = statement
        value = evaluate(self, subject, scope) if subject is not None else True
        default: list[Any] | None = None
        undecided = subject is None and not any(values for values, _ in cases)
        for values, body in cases:
            if not values:
                default = body
                continue
            known = [evaluate(self, item, scope) for item in values]
            if not isinstance(value, str | int) or not all(isinstance(item, str | int) for item in known):
                undecided = True
            elif value in known and not undecided:
                return self.run(body, _inner(scope), returned)
        if not undecided:
            return self.run(default, _inner(scope), returned) if default is not None else False
        self.conditions.append(False)
        left = [self.run(body, _inner(scope), returned) for _, body in cases]
        self.conditions.pop()
        return default is not None and all(left)

    def _declare(self, statement: Any, scope: Scope) -> None:
        from hivemind_facts.readers.go.expressions import evaluate, zero

        _, names, kind, values, _ = statement
        made = [evaluate(self, value, scope) for value in values]
        if len(made) == 1 and isinstance(made[0], tuple):
            made = list(made[0])
        for index, name in enumerate(names):
            scope.names[name] = made[index] if index < len(made) else zero(self, kind, scope)

    def _assign(self, statement: Any, scope: Scope) -> None:
        from hivemind_facts.readers.go.expressions import add, assign, evaluate

        _, left, right, _, operator = statement
        values = [evaluate(self, value, scope) for value in right]
        if len(values) == 1 and isinstance(values[0], tuple):
            values = list(values[0])
        for index, target in enumerate(left):
            value = values[index] if index < len(values) else Unknown()
            if operator == "+=":
                value = add(evaluate(self, target, scope), value)
            if target:
                assign(self, target, value, scope, operator == ":=")

    def event(self, kind: str, where: str) -> None:
        """Note that a run of middleware denies or passes on."""
        if self.trace is not None:
            self.trace.events.append((kind, any(self.conditions), where))


def _inner(scope: Scope) -> Scope:
    return Scope(scope.package, scope.file, scope)


def _blank(value: Value) -> bool:
    return isinstance(value, Unknown) and value.type is None


def _merge(column: list[Value]) -> Value:
    """What several returns together give: the same constant, or the first that is something."""
    something = [value for value in column if value is not None and not isinstance(value, Unknown)]
    if not something:
        return next((value for value in column if value is not None), None)
    views = [value for value in something if isinstance(value, View)]
    first = views[0] if views else something[0]
    if isinstance(first, str | int) and (len(something) != len(column) or any(value != first for value in something)):
        return Unknown()
    return first
