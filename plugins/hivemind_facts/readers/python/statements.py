"""Running statements in the abstract run."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hivemind_facts.readers.python.expressions import Expr, Expressions
from hivemind_facts.readers.python.natives import iterate, known
from hivemind_facts.readers.python.values import UNKNOWN, Bound, Cls, Env, Func, Obj, Raised, Value, leaf

MAX_LOOP = 300
_CATCH_ALL = ("Exception", "BaseException", "")


@dataclass(eq=False)
class Frame:
    """What one run of a function has given so far."""

    returns: list[Value] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    raised: Value = None
    line: int = 0
    maybe: list[Value] = field(default_factory=list)
    """Raised only under a condition that is not known."""


class ExhaustedError(Exception):
    """The abstract run has taken as many steps as it may."""


class Statements(Expressions):
    """Statements; a block says how it ends: '', 'return', 'raise', 'break' or 'continue'."""

    strict = False
    """Whether a raise ends what is run; otherwise a check that raises is taken to have passed."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.frames: list[Frame] = [Frame()]
        self.functions: list[Func] = []
        self.classes: list[Cls] = []
        self._run: dict[str, Callable[[Any, Env], str]] = {
            "expr": self._expression,
            "assign": self._assign,
            "ann": self._annotated,
            "aug": self._augmented,
            "def": self._function,
            "class": self._class,
            "return": self._return,
            "raise": self._raise,
            "import": self._import,
            "from": self._from,
            "if": self._if,
            "for": self._for,
            "while": self._while,
            "try": self._try,
            "with": self._with,
            "match": self._match,
            "break": lambda *_: "break",
            "continue": lambda *_: "continue",
        }

    @abstractmethod
    def decorate(self, decorators: Sequence[Value], target: Func | Cls) -> Value:
        """Apply decorators to a function or class."""

    @abstractmethod
    def import_module(self, env: Env, module: str, alias: str | None) -> None:
        """Run `import module as alias`."""

    @abstractmethod
    def import_names(self, env: Env, module: str, level: int, names: Sequence[tuple[str, str | None]]) -> None:
        """Run `from module import names`."""

    @abstractmethod
    def set_attribute(self, value: Value, name: str, item: Value) -> None:
        """Set an attribute of a value."""

    @abstractmethod
    def set_index(self, value: Value, key: Value, item: Value) -> None:
        """Set an item of a value."""

    def block(self, body: Sequence[Any], env: Env) -> str:
        """Run statements until one ends the block."""
        for statement in body:
            self.steps -= 1
            if self.steps < 0:
                raise ExhaustedError
            handler = self._run.get(statement[0])
            signal = handler(statement, env) if handler else ""
            if signal:
                return signal
        return ""

    def branch(self, body: Sequence[Any], env: Env) -> str:
        """Run statements that may raise; the raise is a signal."""
        frame, depth = self.frames[-1], len(self.frames)
        try:
            return self.block(body, env)
        except Raised as raised:
            del self.frames[depth:]
            frame.raised, frame.line = raised.value, raised.line
            return "raise"

    def yielded(self, value: Value) -> None:
        """Take note of a yielded value."""
        self.frames[-1].yields.append(value)

    def _expression(self, s: Expr, env: Env) -> str:
        value = self.evaluate(s[2], env)
        if "<class>" in env.names and isinstance(value, Obj):
            env.names["<class>"].append(value)
        return ""

    def _assign(self, s: Expr, env: Env) -> str:
        value = self.evaluate(s[3], env)
        for target in s[2]:
            self._note_line(target, env, s[1])
            self.bind(target, value, env)
        return ""

    def _note_line(self, target: Expr, env: Env, line: int) -> None:
        if target[0] == "n" and "<lines>" in env.names:
            env.names["<lines>"][target[1]] = line

    def _annotated(self, s: Expr, env: Env) -> str:
        _, line, target, annotation, value = s
        self._note_line(target, env, line)
        if target[0] == "n" and "<annotations>" in env.names:
            env.names["<annotations>"][target[1]] = annotation
        if value is not None:
            self.bind(target, self.evaluate(value, env), env)
        return ""

    def _augmented(self, s: Expr, env: Env) -> str:
        _, _, target, sign, value = s
        left, right = self.evaluate(target, env), self.evaluate(value, env)
        if sign == "+" and isinstance(left, list):
            left.extend(self._spread(right))
            return ""
        self.bind(target, self.operate(sign, left, right), env)
        return ""

    def bind(self, target: Expr, value: Value, env: Env) -> None:
        """Bind a target to a value."""
        kind = target[0]
        if kind == "n":
            scope = env.top() if target[1] in env.globals else env
            scope.names[target[1]] = value
        elif kind == "a":
            self.set_attribute(self.evaluate(target[1], env), target[2], value)
        elif kind == "[":
            self.set_index(self.evaluate(target[1], env), self.evaluate(target[2], env), value)
        elif kind in ("t", "l"):
            items = iterate(value) if not isinstance(value, str | dict) else None
            starred = any(inner[0] == "*" for inner in target[1])
            if items is None and isinstance(value, Obj) and isinstance(value.attrs.get("<items>"), list):
                items = value.attrs["<items>"]
            for position, inner in enumerate(target[1]):
                item = items[position] if items is not None and position < len(items) and not starred else UNKNOWN
                self.bind(inner[1] if inner[0] == "*" else inner, item, env)

    def _function(self, s: Expr, env: Env) -> str:
        _, line, name, args, returns, decorators, body, flags = s
        scope = env.parent if "<class>" in env.names and env.parent is not None else env
        func = Func(name, args, returns, body, scope, env.path, line, flags)
        func.owner = env.names.get("<owner>")
        values = [self.evaluate(decorator, env) for decorator in decorators]
        self.functions.append(func)
        env.names[name] = self.decorate(values, func)
        self._note_line(("n", name), env, line)
        return ""

    def _class(self, s: Expr, env: Env) -> str:
        _, line, name, bases, keywords, decorators, body = s
        named = {key: self.evaluate(value, env) for key, value in keywords if key}
        cls = Cls(name, [_unsubscripted(base) for base in self.items(bases, env)], named, {}, {}, env, env.path, line)
        scope = env.parent if "<class>" in env.names and env.parent is not None else env
        inner = Env({"<class>": cls.loose, "<owner>": cls}, env.path, scope)
        inner.names["<lines>"], inner.names["<annotations>"] = cls.lines, cls.annotations
        values = [self.evaluate(decorator, env) for decorator in decorators]
        self.classes.append(cls)
        self.branch(body, inner)
        for special in ("<class>", "<owner>", "<lines>", "<annotations>"):
            inner.names.pop(special, None)
        cls.names = inner.names
        env.names[name] = self.decorate(values, cls)
        self._note_line(("n", name), env, line)
        return ""

    def _return(self, s: Expr, env: Env) -> str:
        self.frames[-1].returns.append(self.evaluate(s[2], env))
        return "return"

    def _raise(self, s: Expr, env: Env) -> str:
        self.frames[-1].raised = self.evaluate(s[2], env)
        self.frames[-1].line = s[1]
        return "raise"

    def _import(self, s: Expr, env: Env) -> str:
        for module, alias in s[2]:
            self.import_module(env, module, alias)
        return ""

    def _from(self, s: Expr, env: Env) -> str:
        self.import_names(env, s[2], s[3], s[4])
        return ""

    def _if(self, s: Expr, env: Env) -> str:
        test = self.truth(self.evaluate(s[2], env))
        if test is not None:
            signal = self.branch(s[3] if test else s[4], env)
            return "" if signal == "raise" and not self.strict else self._again(signal)
        return self.either([s[3], s[4]], env)

    def _again(self, signal: str) -> str:
        return signal

    def either(self, bodies: Sequence[Sequence[Any]], env: Env) -> str:
        """Run several blocks of which only one is run in truth; keep what all agree on."""
        before = dict(env.names)
        ends: list[tuple[str, dict[str, Value]]] = []
        for body in bodies:
            env.names = dict(before)
            ends.append((self.branch(body, env), env.names))
            if ends[-1][0] == "raise":
                self.frames[-1].maybe.append(self.frames[-1].raised)
        going = [names for signal, names in ends if signal not in ("raise", "return")]
        env.names = self._merge(going or [names for _, names in ends])
        signals = {signal for signal, _ in ends}
        if len(signals) == 1:
            return signals.pop() if self.strict or signals != {"raise"} else ""
        signals.discard("raise")
        return signals.pop() if len(signals) == 1 else ""

    def _merge(self, scopes: list[dict[str, Value]]) -> dict[str, Value]:
        merged = dict(scopes[0])
        for scope in scopes[1:]:
            for name, value in scope.items():
                mine = merged.get(name, value)
                if mine is value:
                    merged[name] = value
                elif known(mine) and known(value):
                    merged[name] = value if mine == value and type(mine) is type(value) else UNKNOWN
                elif mine is None or mine is UNKNOWN:
                    merged[name] = value
        return merged

    def _for(self, s: Expr, env: Env) -> str:
        _, _, target, iterable, body, orelse = s
        value = self.evaluate(iterable, env)
        items = iterate(value)
        for item in [UNKNOWN] if items is None else items[:MAX_LOOP]:
            self.bind(target, item, env)
            signal = self.branch(body, env)
            if signal == "raise":
                self.frames[-1].maybe.append(self.frames[-1].raised)
                if self.strict and items is not None:
                    return "raise"
            if signal == "break":
                break
            if signal == "return":
                return "return" if items is not None else ""
        return self.block(orelse, env)

    def _while(self, s: Expr, env: Env) -> str:
        if self.truth(self.evaluate(s[2], env)) is not False and self.branch(s[3], env) == "return":
            return "return"
        return ""

    def _try(self, s: Expr, env: Env) -> str:
        _, _, body, handlers, orelse, final = s
        signal = self.branch(body, env)
        if signal == "raise":
            raised = self.frames[-1].raised
            for kind, name, inner in handlers:
                if self._catches(self.evaluate(kind, env), raised):
                    if name:
                        env.names[name] = raised
                    signal = self.branch(inner, env)
                    break
        elif not signal:
            signal = self.branch(orelse, env)
        return self.branch(final, env) or signal

    def _catches(self, kind: Value, raised: Value) -> bool:
        kinds = kind if isinstance(kind, tuple | list) else [kind]
        made = raised.cls if isinstance(raised, Obj) else raised
        names = {leaf(made)}
        if isinstance(made, Cls):
            names |= {leaf(base) for base in made.mro()}
        return any(leaf(one) in _CATCH_ALL or leaf(one) in names for one in kinds)

    def _with(self, s: Expr, env: Env) -> str:
        for context, target in s[2]:
            value = self.evaluate(context, env)
            if target is not None:
                self.bind(target, self.entered(value), env)
        return self.block(s[3], env)

    def entered(self, value: Value) -> Value:
        """What `with value as x` binds: the same, for what is foreign."""
        return UNKNOWN if isinstance(value, Bound) else value

    def _match(self, s: Expr, env: Env) -> str:
        self.evaluate(s[2], env)
        return self.either([*s[3], []], env)


def _unsubscripted(base: Value) -> Value:
    """The class itself in a base such as `ViewSet[Model]`."""
    if isinstance(base, Obj) and leaf(base.cls) == "[]" and base.args:
        return base.args[0]
    return base
