"""Expressions: their values as far as the code tells them."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

from hivemind_facts.languages.javascript.conversion import Expr
from hivemind_facts.readers.javascript.values import (
    UNDEFINED,
    Arr,
    Cls,
    Ext,
    Func,
    Method,
    Obj,
    Scope,
    Site,
    Special,
    Text,
    Unknown,
    Value,
    christen,
    concat,
    hint_of,
    truth,
)

if TYPE_CHECKING:
    from hivemind_facts.readers.javascript.interpreter import Interpreter

ROOT = "/@repo/"


class Evaluation:
    """Evaluates expressions for an interpreter."""

    def __init__(self, machine: Interpreter) -> None:
        self._machine = machine
        self._handlers = {
            "str": lambda node, _scope: node[1],
            "tpl": lambda node, scope: concat([machine.eval(part, scope) for part in node[1]]),
            "num": self._number,
            "lit": self._literal,
            "re": lambda node, _scope: Unknown(f"/{node[1]}/"),
            "id": self._identifier,
            "mem": self._member,
            "sub": self._subscript,
            "call": self._call,
            "new": self._new,
            "fn": lambda node, scope: machine.function(node, scope, name=node[2]),
            "cls": self._class,
            "obj": self._object,
            "arr": self._array,
            "sum": self._sum,
            "bin": self._binary,
            "un": self._unary,
            "cond": self._conditional,
            "await": lambda node, scope: machine.eval(node[1], scope),
            "asg": self._assign,
            "tag": self._tag,
            "jsx": self._jsx,
            "?": self._other,
        }

    def eval(self, node: Expr, scope: Scope) -> Value:
        """The value of one expression."""
        handler = self._handlers.get(node[0])
        return handler(node, scope) if handler is not None else UNDEFINED

    def _number(self, node: Expr, _scope: Scope) -> Value:
        text = node[1].replace("_", "")
        try:
            return int(text, 0)
        except ValueError:
            try:
                return float(text)
            except ValueError:
                return Unknown(text)

    def _literal(self, node: Expr, _scope: Scope) -> Value:
        return {"true": True, "false": False, "null": None}.get(node[1], UNDEFINED)

    def _identifier(self, node: Expr, scope: Scope) -> Value:
        name = node[1]
        if scope.find(name) is not None:
            return self._machine.look(scope, name)
        if name == "undefined":
            return UNDEFINED
        if name == "__dirname":
            return (ROOT + dirname(scope.file)).rstrip("/") or ROOT
        if name == "__filename":
            return ROOT + scope.file
        if name in ("require", "import"):
            return Method(name, lambda _machine, args, site: self._require(args, site))
        return self._machine.foreign(name)

    def _require(self, args: list[Value], site: Site) -> Value:
        source = args[0] if args else UNDEFINED
        if not isinstance(source, str):
            return Unknown(f"require({hint_of(source)})")
        return self._machine.require(source, site.file)

    def _member(self, node: Expr, scope: Scope) -> Value:
        if node[1] == ("id", "process") and node[2] == "env" and scope.find("process") is None:
            return Unknown("process.env", env=True)
        if node[1] == ("?", ()) and node[2] == "env":
            return Unknown("import.meta.env", env=True)
        if node[1] == ("?", ()) and node[2] in ("url", "dirname"):
            return ROOT + (scope.file if node[2] == "url" else dirname(scope.file))
        if node[1] == ("id", "super"):
            this = self._machine.look(scope, "this")
            base = self._machine.look(scope, "super")
            return self._super(this, base, node[2])
        target = self._machine.eval(node[1], scope)
        if node[1] == ("id", "this") and target is UNDEFINED:
            return Unknown(f"this.{node[2]}")
        return self._machine.get(target, node[2], self._site(scope))

    def _super(self, this: Value, base: Value, name: str) -> Value:
        while isinstance(base, Cls):
            for member in base.node[5]:
                if member[0] == "method" and member[2] == name:
                    return self._machine.function(member[5], base.scope, this=this, name=name, owner=base)
            base = base.base
        return Unknown(f"super.{name}")

    def _site(self, scope: Scope) -> Site:
        frames = self._machine.frames
        return Site(scope.file, frames[-1].site.line if frames else 1)

    def _subscript(self, node: Expr, scope: Scope) -> Value:
        target, key = self._machine.eval(node[1], scope), self._machine.eval(node[2], scope)
        if isinstance(key, bool) or not isinstance(key, str | int):
            if isinstance(target, Ext):
                return Ext(f"{target.path}[]", of=target)
            param = (isinstance(target, Unknown) and target.param) or (isinstance(key, Unknown) and key.param)
            if isinstance(target, Special):
                return target.member(self._machine, "[]")
            return Unknown(f"{hint_of(target)}[{hint_of(key)}]" if hint_of(target) else hint_of(key), param)
        return self._machine.get(target, str(key), self._site(scope))

    def arguments(self, nodes: Expr, scope: Scope) -> list[Value]:
        """The values of arguments, spreads opened."""
        from hivemind_facts.readers.javascript.builtins import items_of

        values: list[Value] = []
        for node in nodes:
            if node[0] == "spread":
                inner = self._machine.eval(node[1], scope)
                items = items_of(self._machine, inner)
                values += (
                    items if items is not None else [inner if isinstance(inner, Unknown) else Unknown(hint_of(inner))]
                )
            else:
                values.append(self._machine.eval(node, scope))
        return values

    def _call(self, node: Expr, scope: Scope) -> Value:
        callee, site = node[2], Site(scope.file, node[1])
        if callee == ("id", "super"):
            base, made = self._machine.look(scope, "super"), self._machine.look(scope, "this")
            if isinstance(made, Obj):
                self._machine.initialise(made, base, self.arguments(node[3], scope), site)
            return UNDEFINED
        this: Value = UNDEFINED
        if callee[0] == "mem" and callee[1] not in (("id", "super"), ("?", ())):
            this = self._machine.eval(callee[1], scope)
            if callee[1] == ("id", "this") and this is UNDEFINED:
                function: Value = Unknown(f"this.{callee[2]}")
            else:
                function = self._machine.get(this, callee[2], site)
            if callee[2] in ("call", "apply", "bind") and isinstance(this, Func):
                return self._applied(callee[2], this, self.arguments(node[3], scope), site)
        else:
            function = self._machine.eval(callee, scope)
        return self._machine.call(function, self.arguments(node[3], scope), site, this)

    def _applied(self, how: str, function: Func, args: list[Value], site: Site) -> Value:
        from hivemind_facts.readers.javascript.builtins import items_of

        this = args[0] if args else UNDEFINED
        if how == "bind":
            return (
                Func(function.node, function.scope, this, function.name, function.owner) if len(args) < 2 else function
            )
        rest = args[1:] if how == "call" else (items_of(self._machine, args[1]) or [] if len(args) > 1 else [])
        return self._machine.call(function, rest, site, this)

    def _new(self, node: Expr, scope: Scope) -> Value:
        callee = self._machine.eval(node[2], scope)
        return self._machine.construct(callee, self.arguments(node[3], scope), Site(scope.file, node[1]))

    def _class(self, node: Expr, scope: Scope) -> Value:
        base = self._machine.eval(node[3], scope) if node[3] is not None else None
        cls = Cls(node, scope, base)
        if all(known.node is not node for known in self._machine.classes[-50:]):
            self._machine.classes.append(cls)
        inside = Scope({"this": cls, **({node[2]: cls} if node[2] else {})}, scope, scope.file)
        for member in node[5]:
            if member[0] == "field" and member[3] and member[5] is not None and isinstance(member[2], str):
                cls.statics[member[2]] = self._machine.eval(member[5], inside)
            elif member[0] == "static":
                self._machine.enter(
                    self._machine.function(member[5], inside, this=cls), [], Site(scope.file, member[1])
                )
        return cls

    def _object(self, node: Expr, scope: Scope) -> Value:
        from hivemind_facts.readers.javascript.modules import Getter, Namespace

        made = Obj(site=Site(scope.file, node[1]))
        for _line, key, value in node[2]:
            if key is None:
                inner = self._machine.eval(value, scope)
                if isinstance(inner, Obj):
                    made.props.update(inner.props)
                    made.open = made.open or inner.open
                elif isinstance(inner, Namespace):
                    made.props.update({name: inner.member(self._machine, name) for name in inner.keys(self._machine)})
                elif inner is not UNDEFINED and inner is not None:
                    made.open = True
                    made.props.setdefault("...", inner)
                continue
            if not isinstance(key, str):
                computed = self._machine.eval(key, scope)
                if not isinstance(computed, str | int):
                    made.open = True
                    continue
                key = str(computed)
            if value[0] == "getter":
                made.props[key] = Getter(self._machine.function(value[1], scope, this=made, name=key))
                continue
            found = self._machine.eval(value, scope)
            christen(found, key)
            if isinstance(found, Func) and "=" not in found.node[5] and found.this is UNDEFINED:
                found.this = made
            made.props[key] = found
        return made

    def _array(self, node: Expr, scope: Scope) -> Value:
        from hivemind_facts.readers.javascript.builtins import items_of

        made = Arr()
        for item in node[1]:
            if item[0] == "spread":
                items = items_of(self._machine, self._machine.eval(item[1], scope))
                made.open = made.open or items is None
                made.items += items or []
            else:
                made.items.append(self._machine.eval(item, scope))
        return made

    def _sum(self, node: Expr, scope: Scope) -> Value:
        values = [self._machine.eval(part, scope) for part in node[1]]
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            return sum(values)
        return concat(values)

    def _binary(self, node: Expr, scope: Scope) -> Value:
        operator, left_node, right_node = node[1:4]
        left = self._machine.eval(left_node, scope)
        if operator in ("||", "??", "&&"):
            return self._logical(operator, left, right_node, scope)
        right = self._machine.eval(right_node, scope)
        constant = (str, int, float, bool, type(None))
        if operator in ("===", "==", "!==", "!="):
            plain = isinstance(left, constant) or left is UNDEFINED, isinstance(right, constant) or right is UNDEFINED
            if all(plain):
                same = left == right or (
                    left in (None, UNDEFINED) and right in (None, UNDEFINED) and operator in ("==", "!=")
                )
                return same if operator[0] == "=" else not same
        return Unknown(f"{hint_of(left)} {operator} {hint_of(right)}".strip())

    def _logical(self, operator: str, left: Value, right_node: Expr, scope: Scope) -> Value:
        known = truth(left)
        if operator == "&&":
            if known is False:
                return left
            right = self._machine.eval(right_node, scope)
            return right if known else (right if not isinstance(right, str | bool) else Unknown(hint_of(left)))
        if known is True or (operator == "??" and known is not None and left is not None and left is not UNDEFINED):
            return left
        right = self._machine.eval(right_node, scope)
        if known is False:
            return right
        # not known: what the code falls back to says more, unless a caller may still tell
        if isinstance(left, Unknown) and left.param and not isinstance(right, Obj | Special):
            return left if isinstance(right, Unknown) or right in ("", None) else Unknown(left.hint, True, left.env)
        return left if isinstance(right, Unknown) or right is None or right == "" else right

    def _unary(self, node: Expr, scope: Scope) -> Value:
        value = self._machine.eval(node[2], scope)
        if node[1] == "!":
            known = truth(value)
            return Unknown(f"!{hint_of(value)}") if known is None else not known
        if node[1] == "-" and isinstance(value, int | float):
            return -value
        if node[1] == "typeof":
            if isinstance(value, str | Text):
                return "string"
            if isinstance(value, Func):
                return "function"
            if value is UNDEFINED:
                return "undefined"
        return UNDEFINED if node[1] == "void" else Unknown(f"{node[1]} {hint_of(value)}")

    def _conditional(self, node: Expr, scope: Scope) -> Value:
        known = truth(self._machine.eval(node[1], scope))
        if known is not None:
            return self._machine.eval(node[2] if known else node[3], scope)
        left, right = self._machine.eval(node[2], scope), self._machine.eval(node[3], scope)
        if isinstance(left, Unknown) or left is UNDEFINED or left is None or left == "":
            return right
        if isinstance(right, Unknown) or right is UNDEFINED or right is None or right == "" or left == right:
            return left
        if isinstance(left, str) and isinstance(right, str):
            return Unknown(f"{left} | {right}")
        return left

    def _assign(self, node: Expr, scope: Scope) -> Value:
        target, value_node, operator = node[2:5]
        value = self._machine.eval(value_node, scope)
        if operator == "+=":
            old = self._machine.eval(target, scope)
            value = concat([old, value]) if isinstance(old, str | Text) else Unknown(hint_of(old))
        elif operator in ("||=", "??="):
            old = self._machine.eval(target, scope)
            value = old if truth(old) else value
        elif operator != "=":
            value = Unknown(hint_of(value))
        self.assign(target, value, scope)
        return value

    def assign(self, target: Expr, value: Value, scope: Scope) -> None:
        """Give a name or a property a value."""
        if target[0] == "id":
            owner = scope.find(target[1]) or scope
            owner.names[target[1]] = value
        elif target[0] == "mem":
            self._set(self._machine.eval(target[1], scope), target[2], value)
        elif target[0] == "sub":
            holder, key = self._machine.eval(target[1], scope), self._machine.eval(target[2], scope)
            if isinstance(key, str | int):
                self._set(holder, str(key), value)
            elif isinstance(holder, Obj):
                holder.open = True

    def _set(self, holder: Value, name: str, value: Value) -> None:
        christen(value, name)
        if isinstance(holder, Obj):
            holder.props[name] = value
        elif isinstance(holder, Func):
            self._machine.properties[id(holder.node), name] = value
        elif isinstance(holder, Cls):
            holder.statics[name] = value
        elif isinstance(holder, Arr) and name.isdigit() and int(name) <= len(holder.items) < 10_000:
            holder.items[int(name) : int(name) + 1] = [value]
        else:
            setter = getattr(holder, "assign", None)
            if setter is not None:
                setter(name, value)

    def _tag(self, node: Expr, scope: Scope) -> Value:
        tag = self._machine.eval(node[2], scope)
        text = self._machine.eval(node[3], scope)
        if isinstance(tag, Func):
            return self._machine.call(tag, [Arr([text])], Site(scope.file, node[1]))
        return text

    def _jsx(self, node: Expr, scope: Scope) -> Value:
        for _line, _name, value in node[3]:
            self._machine.eval(value, scope)
        for child in node[4]:
            self._machine.eval(child, scope)
        return Unknown(f"<{node[1]}>")

    def _other(self, node: Expr, scope: Scope) -> Value:
        value: Value = UNDEFINED
        for part in node[1]:
            value = self._machine.eval(part, scope)
        return value if len(node[1]) > 1 else Unknown()
