"""Statements: what they bind and where they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind_facts.languages.javascript.conversion import Expr
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Cls,
    Ext,
    Obj,
    Scope,
    Special,
    Unknown,
    Value,
    christen,
    truth,
)

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter
    from hivemind_facts.readers.javascript.modules import Module

MAX_TURNS = 500


class _Returns:
    """What a function may return: the last word that is sure, else the best guess that is known."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self.sure = False

    def best(self) -> Value:
        known = [v for v in self.values if v is not None and v is not UNDEFINED and not isinstance(v, Unknown)]
        if known:
            return next((v for v in reversed(known) if not isinstance(v, str | int | float | bool)), known[-1])
        return self.values[-1] if self.values else UNDEFINED


class Execution:
    """Follows statements for an interpreter."""

    def __init__(self, machine: Interpreter) -> None:
        self._machine = machine
        self._handlers = {
            "var": self._var,
            "expr": self._expr,
            "ret": self._ret,
            "throw": self._throw,
            "if": self._if,
            "loop": self._loop,
            "try": self._try,
            "switch": self._switch,
            "block": self._block,
            "enum": self._enum,
            "expdefault": self._default,
        }

    def run(self, body: Expr, scope: Scope) -> Value:
        """Follow a function's or module's body."""
        returns = _Returns()
        self._hoist(body, scope)
        self._statements(body, scope, returns)
        return returns.best()

    def _hoist(self, body: Expr, scope: Scope) -> None:
        for statement in body:
            if statement[0] == "fn" and statement[2]:
                scope.names[statement[2]] = self._machine.function(statement, scope, name=statement[2])
            elif statement[0] == "import":
                self._import(statement, scope)

    def _statements(self, body: Expr, scope: Scope, returns: _Returns) -> bool:
        """Follow statements; True where it is sure that what follows is not reached."""
        for statement in body:
            handler = self._handlers.get(statement[0])
            if handler is not None:
                if handler(statement, scope, returns):
                    return True
            elif statement[0] == "cls":
                made = self._machine.eval(statement, scope)
                if statement[2]:
                    scope.names[statement[2]] = made
        return False

    def _var(self, node: Expr, scope: Scope, _returns: _Returns) -> bool:
        target, value = node[2], node[3]
        made = self._machine.eval(value, scope) if value is not None else UNDEFINED
        if target[0] == "id":
            christen(made, target[1])
            if value is None and node[4]:
                made = Unknown(target[1], type=node[4])
        self.bind(target, made, scope)
        return False

    def _expr(self, node: Expr, scope: Scope, _returns: _Returns) -> bool:
        self._machine.eval(node[2], scope)
        return False

    def _ret(self, node: Expr, scope: Scope, returns: _Returns) -> bool:
        returns.values.append(self._machine.eval(node[2], scope))
        return True

    def _throw(self, node: Expr, scope: Scope, _returns: _Returns) -> bool:
        self._machine.eval(node[2], scope)
        return True

    def _if(self, node: Expr, scope: Scope, returns: _Returns) -> bool:
        known = truth(self._machine.eval(node[2], scope))
        left = right = False
        if known is not False:
            left = self._inner(node[3], scope, returns)
        if known is not True:
            right = self._inner(node[4], scope, returns)
        return left and right if known is None else left or right

    def _inner(self, body: Expr, scope: Scope, returns: _Returns) -> bool:
        inside = Scope({}, scope, scope.file)
        self._hoist(body, inside)
        return self._statements(body, inside, returns)

    def _block(self, node: Expr, scope: Scope, returns: _Returns) -> bool:
        return self._inner(node[2], scope, returns)

    def _loop(self, node: Expr, scope: Scope, returns: _Returns) -> bool:
        from hivemind_facts.readers.javascript.builtins import items_of, keys_of

        over = self._machine.eval(node[4], scope)
        items: list[Value] | None = [UNDEFINED]
        if node[2] != "while":
            items = items_of(self._machine, over) if node[2] == "of" else keys_of(self._machine, over)
        if items is None:
            items = [Unknown("item", isinstance(over, Unknown) and over.param)]
        for item in items[:MAX_TURNS]:
            inside = Scope({}, scope, scope.file)
            if node[3] is not None:
                self.bind(node[3], item, inside)
            self._inner(node[5], inside, returns)
        return False

    def _try(self, node: Expr, scope: Scope, returns: _Returns) -> bool:
        ended = self._inner(node[2], scope, returns)
        caught = self._inner(node[3], scope, returns)
        return self._inner(node[4], scope, returns) or (ended and (caught or not node[3]))

    def _switch(self, node: Expr, scope: Scope, returns: _Returns) -> bool:
        value = self._machine.eval(node[2], scope)
        constant = isinstance(value, str | int | float | bool)
        for test, body in node[3]:
            wanted = self._machine.eval(test, scope) if test is not None else value
            if constant and isinstance(wanted, str | int | float | bool) and wanted != value:
                continue
            self._inner(body, scope, returns)
        return False

    def _enum(self, node: Expr, scope: Scope, _returns: _Returns) -> bool:
        scope.names[node[2]] = Obj(
            {key: self._machine.eval(value, scope) for _, key, value in node[3] if isinstance(key, str)}
        )
        return False

    def _default(self, node: Expr, scope: Scope, _returns: _Returns) -> bool:
        scope.names["*default*"] = self._machine.eval(node[2], scope)
        return False

    def _import(self, node: Expr, scope: Scope) -> None:
        from hivemind_facts.readers.javascript.modules import Reference

        source = node[2]
        path = self._machine.resolve(source, scope.file)
        names = [(node[3], "default"), (node[4], "*"), *((local, imported) for imported, local in node[5])]
        for local, imported in names:
            if not local:
                continue
            if path is not None:
                scope.names[local] = Reference(path, imported)
            else:
                scope.names[local] = self._machine.foreign(
                    source if imported in ("default", "*") else f"{source}.{imported}"
                )
        if path is not None and not node[6] and not path.endswith(".json"):
            self._machine.module(path)

    def declare_exports(self, module: Module) -> None:
        """Note where each exported name comes from, before anything runs."""
        for statement in module.digest["body"]:
            if statement[0] == "export":
                for local, exported in statement[2]:
                    module.names[exported] = ("local", local) if statement[3] is None else (statement[3], local)
            elif statement[0] == "exportall":
                if statement[3]:
                    module.names[statement[3]] = (statement[2], "*")
                else:
                    module.stars.append(statement[2])
            elif statement[0] == "expdefault":
                value = statement[2]
                module.names["default"] = ("local", value[1] if value[0] == "id" else "*default*")

    # binding

    def bind(self, target: Expr, value: Value, scope: Scope) -> None:
        """Bind a pattern to a value."""
        from hivemind_facts.readers.javascript.builtins import items_of

        if target[0] == "id":
            scope.names[target[1]] = value
        elif target[0] == "opat":
            self._bind_object(target, value, scope)
        elif target[0] == "apat":
            items = items_of(self._machine, value)
            for index, each in enumerate(target[1]):
                if each is None:
                    continue
                if each[0] == "rest":
                    self.bind(each[1], Arr(list(items[index:]) if items else [], open=items is None), scope)
                elif items is not None and index < len(items):
                    self.bind(each, items[index], scope)
                else:
                    self.bind(
                        each,
                        self._machine.get(value, str(index), self._machine.frames[-1].site)
                        if isinstance(value, Special)
                        else Unknown(each[1] if each[0] == "id" else "", isinstance(value, Unknown) and value.param),
                        scope,
                    )
        elif target[0] == "rest":
            self.bind(target[1], value, scope)

    def _bind_object(self, target: Expr, value: Value, scope: Scope) -> None:
        site = self._machine.frames[-1].site
        taken: set[str] = set()
        for inner, key, default in target[1]:
            if key is None:
                rest = {k: v for k, v in value.props.items() if k not in taken} if isinstance(value, Obj) else None
                self.bind(inner, Obj(rest, value.cls, value.open) if rest is not None else value, scope)
                continue
            if not isinstance(key, str):
                key = str(self._machine.eval(key, scope))
            taken.add(key)
            found = self._machine.get(value, key, site)
            if default is not None and (found is UNDEFINED or (isinstance(found, Unknown) and not found.param)):
                found = self._machine.eval(default, scope)
            self.bind(inner, found, scope)

    def bind_parameters(self, params: Expr, args: list[Value], scope: Scope) -> None:
        """Bind a function's parameters."""
        for index, (target, default, typed, _decorators, _access, _optional) in enumerate(params):
            if target[0] == "rest":
                rest = args[index:]
                # a parameter stands for all the rest when a function is followed by itself
                alone = len(rest) == 1 and isinstance(rest[0], Unknown) and rest[0].param
                self.bind(target[1], rest[0] if alone else Arr(rest), scope)
                continue
            value = args[index] if index < len(args) else UNDEFINED
            if default is not None and value is UNDEFINED:
                value = self._machine.eval(default, scope)
            if isinstance(value, Unknown) and typed:
                value = self.typed(value, typed, scope)
            self.bind(target, value, scope)

    def typed(self, value: Unknown, typed: str, scope: Scope) -> Value:
        """An unknown of a known type: an instance of a class of ours, or a client that a model knows."""
        bare = typed.split("<", 1)[0].strip()
        if not bare.isidentifier():
            return value
        known = self._machine.look(scope, bare)
        if isinstance(known, Ext):
            model = self._machine.models.get(f"new {known.path}")
            if model is not None:
                return model(self._machine, known, [], self._machine.frames[-1].site)
        if isinstance(known, Cls):
            return Obj({}, known, open=True)
        return Unknown(value.hint, value.param, value.env, bare)

    def properties_of_parameters(self, params: Expr, args: list[Value], made: Obj) -> None:
        """TypeScript's `constructor(private x: X)` makes a property."""
        for index, (target, _default, typed, _decorators, access, _optional) in enumerate(params):
            if access and target[0] == "id":
                value = args[index] if index < len(args) else Unknown(target[1])
                if isinstance(value, Unknown) and typed and made.cls is not None:
                    value = self.typed(value, typed, made.cls.scope)
                made.props[target[1]] = value


__all__ = ["Execution", "Ext"]
