"""One pass over a module's tuples for what rules and simple readers ask: imports, SQL from strings, awaits in loops."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from hivemind_facts.languages.javascript.conversion import Expr
from hivemind_facts.languages.javascript.guards import guard_class, guard_function

_SQL = re.compile(
    r"\b(select\b.{1,400}\bfrom|insert\s+into|update\b.{1,200}\bset|delete\s+from|alter\s+table|drop\s+table|create\s+table)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAPPED = frozenset({"map", "forEach", "filter", "reduce", "flatMap", "each", "eachSeries", "mapSeries"})
_QUERIES = re.compile(
    r"\.(?:findOne\w*|findUnique\w*|findFirst\w*|findMany|findById\w*|findBy\w+|findByPk|findAll|findAndCountAll"
    r"|countDocuments|\$?query\w*|\$?execute\w*)$"
)
"""Calls that ask a database; in a loop they are listed whether they are awaited there or not."""
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
        self.guards: list[Expr] = []
        self.shown: Counter[str] = Counter()
        self.texts: dict[tuple[str, str], int] = {}
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
        for name in ("imports", "environment", "sql", "loops", "functions", "literals", "calls", "guards")
    }
    listed["sql"] = tuple(one[:6] for one in listed["sql"])
    mentions = tuple(sorted(found.strings | found.uses.keys()))
    counted = {"uses": dict(sorted(found.uses.items())), "shown": dict(sorted(found.shown.items()))}
    return {**listed, "mentions": mentions, **counted}


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
        if arg[0] == "id" and name:
            _given(found, arg[1], name, at)
    if at.loop and _QUERIES.search(name):
        found.loops.append((at.line, name, at.inside))
    elif name == "Module":
        _registered(found, args)
    if callee[0] == "mem" and callee[2] in _MAPPED:
        for arg in args:
            if arg[0] == "fn":
                found.named[id(arg)] = "loop"
    return at


def _await(found: _Survey, node: Expr, at: _At) -> _At:
    inner = node[1]
    if at.loop and inner[0] == "call" and not _QUERIES.search(dotted(inner[2])):
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
        status = guard_function(name, node, walk)
        if status:
            found.guards.append((at.line, name, "function", status))
        if node[2]:
            found.uses[node[2]] += 1
            found.shown[node[2]] += 1
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
        _defined(found, target[1], value)
        if value[0] in ("tpl", "sum"):
            found.texts[at.inside, target[1]] = id(value)
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
        _defined(found, str(target[-1]), node[3])
    if dotted(target).startswith(("module.exports", "exports")):
        _exported(found, node[3])
        if target[0] == "mem" and node[3][0] != "fn":
            found.shown[target[2]] += 1
    return at


def _defined(found: _Survey, name: str, value: Expr) -> None:
    if value[0] in ("fn", "cls"):
        found.shown[name] += 1


def _exported(found: _Survey, value: Expr) -> None:
    """Names that are given out are not used by it."""
    values = [prop[2] for prop in value[2]] if value[0] == "obj" else [value]
    for one in values:
        if one[0] == "id":
            found.shown[one[1]] += 1


def _default(found: _Survey, node: Expr, at: _At) -> _At:
    _exported(found, node[2])
    return at


def _registered(found: _Survey, args: Expr) -> None:
    """Nest's modules name what they provide and export: that uses no guard."""
    for _, name, value in (prop for arg in args if arg[0] == "obj" for prop in arg[2]):
        if name in ("providers", "exports") and value[0] == "arr":
            for one in value[1]:
                if one[0] == "id":
                    found.shown[one[1]] += 1


def _given(found: _Survey, name: str, callee: str, at: _At) -> None:
    """A name that holds built SQL is given to a call."""
    made = found.texts.get((at.inside, name)) or found.texts.get(("", name))
    if made is not None and made not in found.callees:
        for number, one in enumerate(found.sql):
            if one[6] == made:
                found.sql[number] = (one[0], callee, *one[2:])


def _object(found: _Survey, node: Expr, at: _At) -> _At:
    for where, name, value in node[2]:
        if isinstance(name, str):
            found.strings.add(name)
            _name(found, name, value, where)
    return at


def _class(found: _Survey, node: Expr, at: _At) -> _At:
    if node[2]:
        found.uses[node[2]] += 1
        found.shown[node[2]] += 1
    guards, status = guard_class(node, walk)
    if guards and node[2]:
        found.guards.append((at.line, node[2], "class", status))
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
        callee = found.callees.get(id(node), "")
        found.sql.append((at.line, callee, text[:2000], dynamic, at.loop, at.inside, id(node)))
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
    "expdefault": _default,
}
