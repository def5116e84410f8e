"""Python's syntax tree as plain tuples.

Expressions:
    ("c", value)                     a constant: str, int, float, bool, None; bytes and others as ("?",)
    ("n", name)                      ("a", base, attribute)             ("[", base, index)
    ("call", line, func, args, kwargs)      args: expressions; kwargs: list of (name or None for **, expression)
    ("*", expression)                a starred argument or item
    ("f", parts)                     an f-string: expressions, formatted values as ("v", expression)
    ("op", sign, left, right)        sign: '+', '%', '|', '/', ... ; '?' for the rare ones
    ("and", items) ("or", items) ("not", expression) ("neg", expression)
    ("cmp", left, signs, rights)     signs: '==', 'in', 'is', ...
    ("l", items) ("t", items) ("s", items) ("d", list of (key or None for **, value))
    ("if", test, then, otherwise)    ("lambda", args, body)             ("walrus", name, value)
    ("comp", kind, element, value, generators)     kind: 'l', 's', 'd', 'g'; generators: (target, iterable, tests)
    ("slice", lower, upper)          ("yield", expression)              ("?",)
`await x` is x.

Statements; the second item is the line:
    ("def", line, name, args, returns, decorators, body, flags)    flags: 'async', 'generator'
    ("class", line, name, bases, keywords, decorators, body)
    ("assign", line, targets, value) ("ann", line, target, annotation, value) ("aug", line, target, sign, value)
    ("expr", line, expression) ("return", line, expression) ("raise", line, expression)
    ("import", line, [(module, alias)]) ("from", line, module, level, [(name, alias)])
    ("if", line, test, body, orelse) ("for", line, target, iterable, body, orelse) ("while", line, test, body, orelse)
    ("try", line, body, [(type, name, body)], orelse, finalbody) ("with", line, [(expression, target)], body)
    ("match", line, subject, [body]) ("assert", line, test) ("break", line) ("continue", line)
Arguments are a list of (name, kind, annotation, default), kind: 'p' positional only, 'a' any, '*', 'k', '**'.
A missing expression is None.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from hivemind_facts.languages.python_notes import Notes

Expr: TypeAlias = tuple[Any, ...]
Statement: TypeAlias = tuple[Any, ...]

MAX_DEPTH = 120
MAX_STRING = 20_000
_UNKNOWN: Expr = ("?",)
_SIGNS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


class Converter:
    """Turns nodes into tuples, and tells the notes what passes by."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.depth = 0
        self._expressions: dict[type, Callable[[Any], Expr]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Call: self._call,
            ast.Starred: lambda n: ("*", self.expression(n.value)),
            ast.JoinedStr: self._joined,
            ast.FormattedValue: lambda n: ("v", self.expression(n.value)),
            ast.BinOp: self._binary,
            ast.BoolOp: lambda n: ("and" if isinstance(n.op, ast.And) else "or", self.many(n.values)),
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.List: lambda n: ("l", self.many(n.elts)),
            ast.Tuple: lambda n: ("t", self.many(n.elts)),
            ast.Set: lambda n: ("s", self.many(n.elts)),
            ast.Dict: self._dict,
            ast.IfExp: lambda n: ("if", *self.many([n.test, n.body, n.orelse])),
            ast.Lambda: lambda n: ("lambda", self._arguments(n.args), self.expression(n.body)),
            ast.NamedExpr: lambda n: ("walrus", n.target.id, self.expression(n.value)),
            ast.Await: lambda n: self.expression(n.value),
            ast.Yield: lambda n: ("yield", self.optional(n.value)),
            ast.YieldFrom: lambda n: ("yield", self.expression(n.value)),
            ast.Slice: lambda n: ("slice", self.optional(n.lower), self.optional(n.upper)),
            ast.ListComp: lambda n: self._comprehension("l", n.elt, None, n.generators),
            ast.SetComp: lambda n: self._comprehension("s", n.elt, None, n.generators),
            ast.GeneratorExp: lambda n: self._comprehension("g", n.elt, None, n.generators),
            ast.DictComp: lambda n: self._comprehension("d", n.key, n.value, n.generators),
        }
        self._statements: dict[type, Callable[[Any], Statement]] = {
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Expr: lambda n: ("expr", n.lineno, self.expression(n.value)),
            ast.Return: self._return,
            ast.Raise: self._raise,
            ast.Import: self._import,
            ast.ImportFrom: self._from,
            ast.If: lambda n: ("if", n.lineno, self.expression(n.test), self.block(n.body), self.block(n.orelse)),
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.Try: self._try,
            ast.TryStar: self._try,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Match: lambda n: (
                "match",
                n.lineno,
                self.expression(n.subject),
                [self.block(case.body) for case in n.cases],
            ),
            ast.Assert: lambda n: ("assert", n.lineno, self.expression(n.test)),
            ast.Break: lambda n: ("break", n.lineno),
            ast.Continue: lambda n: ("continue", n.lineno),
        }

    def block(self, nodes: Sequence[ast.stmt]) -> list[Statement]:
        """The statements of a block; those that say nothing are left out."""
        found = []
        for node in nodes:
            statement = self.statement(node)
            if statement is not None:
                found.append(statement)
        return found

    def statement(self, node: ast.stmt) -> Statement | None:
        """One statement; None for one that says nothing."""
        convert = self._statements.get(type(node))
        if convert is None or self.depth > MAX_DEPTH:
            return None
        self.depth += 1
        found = convert(node)
        self.depth -= 1
        return found

    def expression(self, node: ast.expr) -> Expr:
        """One expression."""
        convert = self._expressions.get(type(node))
        if convert is None or self.depth > MAX_DEPTH:
            return _UNKNOWN
        self.depth += 1
        found = convert(node)
        self.depth -= 1
        return found

    def optional(self, node: ast.expr | None) -> Expr | None:
        """An expression that may be missing."""
        return None if node is None else self.expression(node)

    def many(self, nodes: Sequence[ast.expr]) -> list[Expr]:
        """Several expressions."""
        return [self.expression(node) for node in nodes]

    def _constant(self, node: ast.Constant) -> Expr:
        value = node.value
        if isinstance(value, str):
            clean = value[:MAX_STRING].encode("utf-8", errors="replace").decode()
            found = ("c", clean)
            self.notes.string(found, node.lineno)
            return found
        if value is None or isinstance(value, bool | float):
            return ("c", value)
        if isinstance(value, int) and abs(value) < 2**62:
            return ("c", value)
        return _UNKNOWN

    def _name(self, node: ast.Name) -> Expr:
        self.notes.names.add(node.id)
        return ("n", node.id)

    def _attribute(self, node: ast.Attribute) -> Expr:
        self.notes.names.add(node.attr)
        return ("a", self.expression(node.value), node.attr)

    def _subscript(self, node: ast.Subscript) -> Expr:
        found = ("[", self.expression(node.value), self.expression(node.slice))
        if isinstance(node.ctx, ast.Load):
            self.notes.subscript(found, node.lineno)
        return found

    def _call(self, node: ast.Call) -> Expr:
        func = self.expression(node.func)
        args = self.many(node.args)
        kwargs = [(keyword.arg, self.expression(keyword.value)) for keyword in node.keywords]
        found = ("call", node.lineno, func, args, kwargs)
        self.notes.call(found)
        return found

    def _joined(self, node: ast.JoinedStr) -> Expr:
        with self.notes.inside_string():
            found = ("f", self.many(node.values))
        self.notes.string(found, node.lineno)
        return found

    def _binary(self, node: ast.BinOp) -> Expr:
        sign = _SIGNS.get(type(node.op), "?")
        if sign not in "+%":
            return ("op", sign, self.expression(node.left), self.expression(node.right))
        with self.notes.inside_string():
            found = ("op", sign, self.expression(node.left), self.expression(node.right))
        self.notes.string(found, node.lineno)
        return found

    def _unary(self, node: ast.UnaryOp) -> Expr:
        operand = self.expression(node.operand)
        if isinstance(node.op, ast.Not):
            return ("not", operand)
        return ("neg", operand) if isinstance(node.op, ast.USub) else _UNKNOWN

    def _compare(self, node: ast.Compare) -> Expr:
        signs = [_SIGNS[type(op)] for op in node.ops]
        return ("cmp", self.expression(node.left), signs, self.many(node.comparators))

    def _dict(self, node: ast.Dict) -> Expr:
        pairs = [
            (self.optional(key), self.expression(value)) for key, value in zip(node.keys, node.values, strict=True)
        ]
        for key, value in pairs:
            if key is not None and key[0] == "c" and isinstance(key[1], str):
                self.notes.named(key[1], value, node.lineno)
        return ("d", pairs)

    def _comprehension(
        self, kind: str, element: ast.expr, value: ast.expr | None, generators: list[ast.comprehension]
    ) -> Expr:
        first = self.expression(generators[0].iter)
        with self.notes.inside_loop(element.lineno):
            rest = [
                (
                    self.expression(generator.target),
                    first if position == 0 else self.expression(generator.iter),
                    self.many(generator.ifs),
                )
                for position, generator in enumerate(generators)
            ]
            return ("comp", kind, self.expression(element), self.optional(value), rest)

    def _arguments(self, arguments: ast.arguments) -> list[tuple[str, str, Expr | None, Expr | None]]:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults)) + [*arguments.defaults]
        found = []
        for position, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
            kind = "p" if position < len(arguments.posonlyargs) else "a"
            found.append((argument.arg, kind, self.annotation(argument.annotation), self.optional(default)))
        if arguments.vararg:
            found.append((arguments.vararg.arg, "*", self.annotation(arguments.vararg.annotation), None))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            found.append((argument.arg, "k", self.annotation(argument.annotation), self.optional(default)))
        if arguments.kwarg:
            found.append((arguments.kwarg.arg, "**", self.annotation(arguments.kwarg.annotation), None))
        return found

    def annotation(self, node: ast.expr | None) -> Expr | None:
        """An annotation; one that is written as a string is read as an expression."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 500:
            try:
                return self.expression(ast.parse(node.value.strip(), mode="eval").body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return _UNKNOWN
        return self.optional(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Statement:
        decorators = self.many(node.decorator_list)
        args = self._arguments(node.args)
        returns = self.annotation(node.returns)
        with self.notes.inside_function(node.name, node.lineno) as scope:
            body = self.block(node.body)
        flags = ["async"] if isinstance(node, ast.AsyncFunctionDef) else []
        if scope.generator or any(_yields(statement) for statement in node.body):
            flags.append("generator")
        return ("def", node.lineno, node.name, args, returns, decorators, body, flags)

    def _class(self, node: ast.ClassDef) -> Statement:
        decorators = self.many(node.decorator_list)
        bases = self.many(node.bases)
        keywords = [(keyword.arg, self.expression(keyword.value)) for keyword in node.keywords]
        with self.notes.inside_class(node.name, node.lineno):
            body = self.block(node.body)
        return ("class", node.lineno, node.name, bases, keywords, decorators, body)

    def _assign(self, node: ast.Assign) -> Statement:
        targets = self.many(node.targets)
        value = self.expression(node.value)
        self.notes.assigned(targets, value, node.lineno)
        return ("assign", node.lineno, targets, value)

    def _annotated(self, node: ast.AnnAssign) -> Statement:
        target = self.expression(node.target)
        value = self.optional(node.value)
        if value is not None:
            self.notes.assigned([target], value, node.lineno)
        return ("ann", node.lineno, target, self.annotation(node.annotation), value)

    def _augmented(self, node: ast.AugAssign) -> Statement:
        target = self.expression(node.target)
        value = self.expression(node.value)
        self.notes.augmented(target, value)
        return ("aug", node.lineno, target, _SIGNS.get(type(node.op), "?"), value)

    def _return(self, node: ast.Return) -> Statement:
        value = self.optional(node.value)
        self.notes.returned(value)
        return ("return", node.lineno, value)

    def _raise(self, node: ast.Raise) -> Statement:
        value = self.optional(node.exc)
        self.notes.raised(value)
        return ("raise", node.lineno, value)

    def _import(self, node: ast.Import) -> Statement:
        for alias in node.names:
            self.notes.imports.append((node.lineno, alias.name, 0, None, alias.asname))
        return ("import", node.lineno, [(alias.name, alias.asname) for alias in node.names])

    def _from(self, node: ast.ImportFrom) -> Statement:
        module = node.module or ""
        for alias in node.names:
            self.notes.imports.append((node.lineno, module, node.level, alias.name, alias.asname))
        return ("from", node.lineno, module, node.level, [(alias.name, alias.asname) for alias in node.names])

    def _for(self, node: ast.For | ast.AsyncFor) -> Statement:
        iterable = self.expression(node.iter)
        with self.notes.inside_loop(node.lineno):
            target, body = self.expression(node.target), self.block(node.body)
        return ("for", node.lineno, target, iterable, body, self.block(node.orelse))

    def _while(self, node: ast.While) -> Statement:
        test = self.expression(node.test)
        with self.notes.inside_loop(node.lineno):
            body = self.block(node.body)
        return ("while", node.lineno, test, body, self.block(node.orelse))

    def _try(self, node: ast.Try) -> Statement:
        handlers = [(self.optional(h.type), h.name, self.block(h.body)) for h in node.handlers]
        return (
            "try",
            node.lineno,
            self.block(node.body),
            handlers,
            self.block(node.orelse),
            self.block(node.finalbody),
        )

    def _with(self, node: ast.With | ast.AsyncWith) -> Statement:
        items = [(self.expression(item.context_expr), self.optional(item.optional_vars)) for item in node.items]
        return ("with", node.lineno, items, self.block(node.body))


def _yields(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom)
