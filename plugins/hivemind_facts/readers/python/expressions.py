"""Evaluating expressions in the abstract run."""

from __future__ import annotations

import builtins
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from hivemind_facts.readers.python.natives import MAX_TEXT, iterate, known, truth
from hivemind_facts.readers.python.values import MISSING, UNKNOWN, Bound, Cls, Env, Ext, Func, Lazy, Mod, Obj, Value

Expr = Sequence[Any]
_BUILTINS = frozenset(dir(builtins))
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"-": operator.sub, "*": operator.mul, "//": operator.floordiv}
MAX_NUMBER = 10**12


class Expressions(ABC):
    """Expressions to values."""

    def __init__(self) -> None:
        self._evaluate: dict[str, Callable[[Any, Env], Value]] = {
            "c": lambda e, _: e[1],
            "n": self._name,
            "a": lambda e, env: self.attribute(self.evaluate(e[1], env), e[2]),
            "[": lambda e, env: self.index(self.evaluate(e[1], env), self.evaluate(e[2], env)),
            "call": self._call,
            "f": self._joined,
            "v": lambda e, env: self.evaluate(e[1], env),
            "op": self._operation,
            "and": self._and,
            "or": self._or,
            "not": self._not,
            "neg": self._negative,
            "cmp": self._compare,
            "l": lambda e, env: self.items(e[1], env),
            "s": lambda e, env: self.items(e[1], env),
            "t": lambda e, env: tuple(self.items(e[1], env)),
            "d": self._dict,
            "if": self._conditional,
            "lambda": self._lambda,
            "walrus": self._walrus,
            "comp": self._comprehension,
            "yield": self._yield,
            "slice": lambda e, env: tuple(None if part is None else self.evaluate(part, env) for part in e[1:]),
        }

    @abstractmethod
    def attribute(self, value: Value, name: str) -> Value:
        """An attribute of a value."""

    @abstractmethod
    def index(self, value: Value, key: Value) -> Value:
        """An item of a value."""

    @abstractmethod
    def call(self, func: Value, args: list[Value], kwargs: dict[str, Value], env: Env, line: int) -> Value:
        """The result of a call."""

    @abstractmethod
    def resolve(self, value: Value) -> Value:
        """What an imported name stands for."""

    @abstractmethod
    def star(self, env: Env, name: str) -> Value:
        """A name that a star import may have brought; MISSING if none has."""

    @abstractmethod
    def yielded(self, value: Value) -> None:
        """Take note of a yielded value."""

    def evaluate(self, expr: Expr | None, env: Env) -> Value:
        """The value of an expression; None for a missing one."""
        if expr is None:
            return None
        handler = self._evaluate.get(expr[0])
        return UNKNOWN if handler is None else handler(expr, env)

    def items(self, exprs: Sequence[Expr], env: Env) -> list[Value]:
        """The values of several expressions; starred ones are spread where they are known."""
        found: list[Value] = []
        for expr in exprs:
            if expr[0] == "*":
                value = self.evaluate(expr[1], env)
                spread = iterate(value)
                found += [value] if spread is None else spread
            else:
                found.append(self.evaluate(expr, env))
        return found

    def lookup(self, name: str, env: Env) -> Value:
        """A name in a scope."""
        scope: Env | None = env
        while scope is not None:
            if name in scope.names:
                value = scope.names[name]
                return self.resolve(value) if type(value) is Lazy else value
            scope = scope.parent
        found = self.star(env.top(), name)
        if found is not MISSING:
            return found
        return Ext(f"builtins.{name}") if name in _BUILTINS else UNKNOWN

    def _name(self, expr: Expr, env: Env) -> Value:
        return self.lookup(expr[1], env)

    def _call(self, expr: Expr, env: Env) -> Value:
        _, line, func, args, kwargs = expr
        callee = self.evaluate(func, env)
        positional = self.items(args, env)
        named: dict[str, Value] = {}
        for name, value in kwargs:
            found = self.evaluate(value, env)
            if name is not None:
                named[name] = found
            elif isinstance(found, dict):
                named.update({key: item for key, item in found.items() if isinstance(key, str)})
        return self.call(callee, positional, named, env, line)

    def _joined(self, expr: Expr, env: Env) -> Value:
        text = ""
        for part in expr[1]:
            value = self.evaluate(part, env)
            if not isinstance(value, str | int | float):
                return UNKNOWN
            text += str(value)
        return text if len(text) <= MAX_TEXT else UNKNOWN

    def _operation(self, expr: Expr, env: Env) -> Value:
        left, right = self.evaluate(expr[2], env), self.evaluate(expr[3], env)
        return self.operate(expr[1], left, right)

    def operate(self, sign: str, left: Value, right: Value) -> Value:
        """The result of a binary operator."""
        if sign == "+":
            if type(left) is type(right) and isinstance(left, str | list | tuple):
                joined: Value = operator.add(left, right)
                return joined if len(joined) <= MAX_TEXT else UNKNOWN
            if isinstance(left, list | tuple) or isinstance(right, list | tuple):
                # a list put to something unknown keeps what is known of it
                return [*self._spread(left), *self._spread(right)]
        if sign == "%" and isinstance(left, str) and known(right):
            try:
                return (left % (tuple(right) if isinstance(right, list) else right))[:MAX_TEXT]
            except (TypeError, ValueError, KeyError, OverflowError, MemoryError):
                return UNKNOWN
        if sign == "|" and isinstance(left, dict) and isinstance(right, dict):
            return {**left, **right}
        if sign in ("|", "&"):
            return Obj(Ext(f"builtins.{sign}"), [left, right])
        if sign == "/" and isinstance(right, str):
            return Obj(Ext("builtins./"), [left, right])
        if type(left) is int and type(right) is int and (sign == "+" or sign in _ARITHMETIC):
            if max(abs(left), abs(right)) > MAX_NUMBER or (sign == "//" and right == 0):
                return UNKNOWN
            return left + right if sign == "+" else _ARITHMETIC[sign](left, right)
        return UNKNOWN

    def _spread(self, value: Value) -> list[Value]:
        items = iterate(value)
        return [value] if items is None else items

    def _and(self, expr: Expr, env: Env) -> Value:
        found: Value = True
        unsure = False
        for item in expr[1]:
            found = self.evaluate(item, env)
            is_true = self.truth(found)
            if is_true is False:
                return found
            unsure = unsure or is_true is None
        return UNKNOWN if unsure else found

    def _or(self, expr: Expr, env: Env) -> Value:
        found: Value = False
        unsure = False
        for item in expr[1]:
            found = self.evaluate(item, env)
            is_true = self.truth(found)
            if is_true and not unsure:
                return found
            unsure = unsure or is_true is None
            if is_true:
                return UNKNOWN if unsure and known(found) else found
        return UNKNOWN if unsure else found

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true; None if that is not known."""
        if isinstance(value, Obj):
            if isinstance(value.cls, Cls):
                return True
            name = value.cls.name if isinstance(value.cls, Ext | Bound) else ""
            return True if name.rpartition(".")[2][:1].isupper() else None
        if isinstance(value, Bound):
            return None
        if isinstance(value, Ext):
            last = value.name.rpartition(".")[2]
            return True if last[:1].isupper() else None
        return truth(value)

    def _not(self, expr: Expr, env: Env) -> Value:
        found = self.truth(self.evaluate(expr[1], env))
        return UNKNOWN if found is None else not found

    def _negative(self, expr: Expr, env: Env) -> Value:
        value = self.evaluate(expr[1], env)
        return -value if type(value) in (int, float) else UNKNOWN

    def _compare(self, expr: Expr, env: Env) -> Value:
        left = self.evaluate(expr[1], env)
        if len(expr[2]) != 1:
            for item in expr[3]:
                self.evaluate(item, env)
            return UNKNOWN
        return self.compare(expr[2][0], left, self.evaluate(expr[3][0], env))

    def compare(self, sign: str, left: Value, right: Value) -> Value:
        """The result of a comparison."""
        found: bool | None = None
        if sign in ("is", "is not", "==", "!="):
            found = self._equal(left, right)
            found = found if found is None or sign in ("is", "==") else not found
        elif sign in ("in", "not in"):
            listed = isinstance(right, str | list | tuple | dict) and known(list(right))
            if known(left) and listed and (not isinstance(right, str) or isinstance(left, str)):
                found = (left in right) is (sign == "in")
        elif type(left) in (int, float) and type(right) in (int, float):
            found = _COMPARE[sign](left, right)
        return UNKNOWN if found is None else found

    def _equal(self, left: Value, right: Value) -> bool | None:
        if "__main__" in (left, right) and isinstance(left, str) and isinstance(right, str):
            return True
        if known(left) and known(right):
            return bool(left == right)
        if isinstance(left, Obj | Cls | Func | Mod) and (right is None or known(right)) and self.truth(left):
            return False
        return True if left is right and left is not UNKNOWN else None

    def _dict(self, expr: Expr, env: Env) -> Value:
        found: dict[Any, Value] = {}
        for key, value in expr[1]:
            item = self.evaluate(value, env)
            if key is None:
                found.update(item if isinstance(item, dict) else {})
                continue
            name = self.evaluate(key, env)
            if name is None or isinstance(name, str | int | float | Ext | Mod | Obj):
                found[name] = item
        return found

    def _conditional(self, expr: Expr, env: Env) -> Value:
        test = self.truth(self.evaluate(expr[1], env))
        if test is not None:
            return self.evaluate(expr[2 if test else 3], env)
        one, other = self.evaluate(expr[2], env), self.evaluate(expr[3], env)
        if known(one) and known(other):
            return one if one == other and type(one) is type(other) else UNKNOWN
        return other if one is None or one is UNKNOWN else one

    def _lambda(self, expr: Expr, env: Env) -> Value:
        return Func("<lambda>", expr[1], None, [("return", 0, expr[2])], env, env.path, 0, [])

    def _walrus(self, expr: Expr, env: Env) -> Value:
        env.names[expr[1]] = self.evaluate(expr[2], env)
        return env.names[expr[1]]

    def _yield(self, expr: Expr, env: Env) -> Value:
        self.yielded(self.evaluate(expr[1], env))
        return UNKNOWN

    @abstractmethod
    def bind(self, target: Expr, value: Value, env: Env) -> None:
        """Bind a target to a value."""

    def _comprehension(self, expr: Expr, env: Env) -> Value:
        _, kind, element, value, generators = expr
        inner = Env({}, env.path, env)
        scopes: list[dict[str, Value]] = [{}]
        for target, iterable, tests in generators:
            following: list[dict[str, Value]] = []
            for names in scopes[:200]:
                inner.names = dict(names)
                items = iterate(self.evaluate(iterable, inner))
                for item in [UNKNOWN] if items is None else items[:200]:
                    inner.names = dict(names)
                    self.bind(target, item, inner)
                    if all(self.truth(self.evaluate(test, inner)) is not False for test in tests):
                        following.append(dict(inner.names))
            scopes = following
        found: list[Value] = []
        pairs: dict[Any, Value] = {}
        for names in scopes[:200]:
            inner.names = names
            item = self.evaluate(element, inner)
            if kind != "d":
                found.append(item)
            elif item is None or isinstance(item, str | int | float):
                pairs[item] = self.evaluate(value, inner)
        return pairs if kind == "d" else found
