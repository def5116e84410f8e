"""One pass over a module's tuples for what rules and simple readers ask: imports, SQL from strings, awaits in loops."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from hivemind_facts.languages.javascript.conversion import Expr

_SQL = re.compile(
    r"\b(select\b.{1,400}\bfrom|insert\s+into|update\b.{1,200}\bset|delete\s+from|alter\s+table|drop\s+table|create\s+table)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAPPED = frozenset({"map", "forEach", "filter", "reduce", "flatMap", "each", "eachSeries", "mapSeries"})
_MAX_LISTED = 5000


def dotted(expr: Expr) -> str:
    """A callee as text: 'app.get', 'this.users.find'; '' where it is not a chain of names."""
    parts: list[str] = []
    while True:
        if expr[0] == "mem":
            parts.append(str(expr[2]))
            expr = expr[1]
        elif expr[0] == "call" or expr[0] == "new":
            parts.append("()")
            expr = expr[2]
        elif expr[0] == "id":
            parts.append(expr[1])
            return ".".join(reversed(parts)).replace(".()", "()")
        else:
            return ""


class _At(NamedTuple):
    """Where the walk is."""

    line: int
    loop: bool
    inside: str


class _Survey:
    def __init__(self) -> None:
        self.imports: list[Expr] = []
        self.environment: list[Expr] = []
        self.sql: list[Expr] = []
        self.loops: list[Expr] = []
        self.functions: list[Expr] = []
        self.literals: list[Expr] = []
        self.calls: list[Expr] = []
        self.uses: Counter[str] = Counter()
        self.strings: set[str] = set()
        self.defaulted: set[int] = set()
        self.named: dict[int, str] = {}
        self.callees: dict[int, str] = {}


def survey(body: Expr) -> dict[str, Any]:
    """The keys of a digest that are lists over the whole module."""
    found = _Survey()
    # iterative, since nesting is the input's choice
    stack: list[tuple[Expr, _At]] = [(statement, _At(1, False, "")) for statement in reversed(body)]
    while stack:
        node, at = stack.pop()
        if node and isinstance(node[0], str):
            visit = _VISITS.get(node[0])
            if len(node) > 1 and isinstance(node[1], int) and not isinstance(node[1], bool):
                at = at._replace(line=node[1])
            if visit is not None:
                at = visit(found, node, at)
        if not node or node[0] not in _LEAVES:
            stack += [(child, at) for child in reversed(node) if isinstance(child, tuple)]
    listed = {
        name: tuple(getattr(found, name)[:_MAX_LISTED])
        for name in ("imports", "environment", "sql", "loops", "functions", "literals", "calls")
    }
    mentions = tuple(sorted(found.strings | found.uses.keys()))
    return {**listed, "mentions": mentions, "uses": dict(sorted(found.uses.items()))}


def _import(found: _Survey, node: Expr, at: _At) -> _At:
    if node[0] == "import":
        found.imports.append((at.line, node[2], "type" if node[6] else "import"))
        found.strings.add(node[2])
        for name in (node[3], node[4]):
            if name:
                found.uses[name] += 1
        for imported, local in node[5]:
            found.uses[imported] += 1
            if local != imported:
                found.uses[local] += 1
    elif node[0] == "export" and node[3]:
        found.imports.append((at.line, node[3], "export"))
    elif node[0] == "exportall":
        found.imports.append((at.line, node[2], "export"))
    return at


def _call(found: _Survey, node: Expr, at: _At) -> _At:
    callee, args = node[2], node[3]
    name = dotted(callee)
    if name in ("require", "import") and args and args[0][0] == "str":
        found.imports.append((at.line, args[0][1], "require" if name == "require" else "dynamic"))
    options = tuple(prop[1] for arg in args if arg[0] == "obj" for prop in arg[2] if isinstance(prop[1], str))
    if name:
        found.calls.append((at.line, name, len(args), options[:40]))
    for arg in args:
        found.callees[id(arg)] = name
    if callee[0] == "mem" and callee[2] in _MAPPED:
        for arg in args:
            if arg[0] == "fn":
                found.named[id(arg)] = "loop"
    return at


def _await(found: _Survey, node: Expr, at: _At) -> _At:
    inner = node[1]
    if at.loop and inner[0] == "call":
        found.loops.append((inner[1], dotted(inner[2]), at.inside))
    return at


def _loop(_found: _Survey, _node: Expr, at: _At) -> _At:
    return _At(at.line, True, at.inside)


def _function(found: _Survey, node: Expr, at: _At) -> _At:
    marked = found.named.pop(id(node), "")
    mapped = marked == "loop"
    name = node[2] or ("" if mapped else marked)
    if name:
        found.functions.append((at.line, name, node[7], "a" in node[5]))
        if node[2]:
            found.uses[node[2]] += 1
    return _At(at.line, mapped or (at.loop and not name), name or at.inside)


def _identifier(found: _Survey, node: Expr, at: _At) -> _At:
    found.uses[node[1]] += 1
    return at


def _member(found: _Survey, node: Expr, at: _At) -> _At:
    found.uses[node[2]] += 1
    if (node[1][0] == "mem" and node[1][2] == "env" and dotted(node[1][1]) in ("process", "import.meta", "?")) or node[
        1
    ] == ("mem", ("?", ()), "env"):
        found.environment.append((at.line, node[2], id(node) in found.defaulted))
    return at


def _binary(found: _Survey, node: Expr, at: _At) -> _At:
    if node[1] in ("||", "??"):
        found.defaulted.add(id(node[2]))
    return at


def _variable(found: _Survey, node: Expr, at: _At) -> _At:
    target, value = node[2], node[3]
    if value is None:
        return at
    if target[0] == "id":
        _name(found, target[1], value, at.line)
    elif target[0] == "opat" and dotted(value) in ("process.env", "import.meta.env"):
        found.environment += [(at.line, each[1], each[2] is not None) for each in target[1] if isinstance(each[1], str)]
    return at


def _name(found: _Survey, name: str, value: Expr, line: int) -> None:
    if value[0] == "str" and value[1] and len(value[1]) < 1000:
        found.literals.append((line, name, value[1]))
    elif value[0] == "fn" and not value[2]:
        found.named[id(value)] = name
    elif value[0] == "bin" and value[1] in ("||", "??") and value[3][0] == "str" and value[3][1]:
        found.literals.append((line, name, value[3][1][:1000]))


def _assignment(found: _Survey, node: Expr, at: _At) -> _At:
    target = node[2]
    if target[0] in ("id", "mem"):
        _name(found, str(target[-1]), node[3], at.line)
    return at


def _object(found: _Survey, node: Expr, at: _At) -> _At:
    for where, name, value in node[2]:
        if isinstance(name, str):
            found.strings.add(name)
            _name(found, name, value, where)
    return at


def _class(found: _Survey, node: Expr, at: _At) -> _At:
    if node[2]:
        found.uses[node[2]] += 1
    for member in node[5]:
        if isinstance(member[2], str) and member[5] is not None:
            found.strings.add(member[2])
            if member[0] == "field":
                _name(found, member[2], member[5], member[1])
    return _At(at.line, False, at.inside)


def _string(found: _Survey, node: Expr, at: _At) -> _At:
    if len(node[1]) <= 60:
        found.strings.add(node[1])
    return at


def _built(found: _Survey, node: Expr, at: _At) -> _At:
    parts = node[1]
    texts = [part[1] if part[0] == "str" else None for part in parts]
    text = "".join("{}" if part is None else part for part in texts)
    dynamic = tuple(dotted(part) or "?" for part, constant in zip(parts, texts, strict=True) if constant is None)
    if dynamic and id(node) not in found.defaulted and _SQL.search(text):
        found.sql.append((at.line, found.callees.get(id(node), ""), text[:2000], dynamic, at.loop, at.inside))
    return at


def _tag(found: _Survey, node: Expr, at: _At) -> _At:
    found.defaulted.add(id(node[3]))
    return at


def walk(node: Expr) -> Iterator[Expr]:
    """Every tuple below one, itself included, in source order."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        if not here or here[0] not in _LEAVES:
            stack += [child for child in reversed(here) if isinstance(child, tuple)]


_LEAVES = frozenset(("import", "export", "exportall", "type", "str", "num", "re", "lit", "id"))
"""Forms that hold nothing to visit: their tuples are names."""
_VISITS = {
    "import": _import,
    "export": _import,
    "exportall": _import,
    "call": _call,
    "new": _call,
    "await": _await,
    "loop": _loop,
    "fn": _function,
    "id": _identifier,
    "mem": _member,
    "bin": _binary,
    "var": _variable,
    "asg": _assignment,
    "obj": _object,
    "cls": _class,
    "str": _string,
    "tpl": _built,
    "sum": _built,
    "tag": _tag,
}
