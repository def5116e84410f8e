"""What is noted in passing while a Python file is digested: calls, SQL strings, guards, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hivemind_facts.languages.secrets import is_secret, masked

EXECUTES = frozenset(
    (
        *("execute", "executemany", "executescript", "exec_driver_sql", "raw", "text", "scalar", "scalars", "query"),
        *("fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "fetch_val", "read_sql", "read_sql_query"),
        *("from_statement", "RawSQL", "extra", "run_sql"),
    )
)
_SQL = re.compile(
    r"\s*(select\s.+\sfrom|insert\s+(into|or)|update\s+\S+\s+set|delete\s+from|create\s+(table|index|unique|view)"
    r"|alter\s+table|drop\s+(table|index)|with\s+\w+\s+as\s*\(|merge\s+into|truncate\s)",
    re.IGNORECASE | re.DOTALL,
)
_GUARD = re.compile(
    r"(login|auth|token|jwt|permission|role|admin|user|api_?key|scope)\w*_(required|guard|check)$"
    r"|^(require|requires|ensure|check|verify)_\w*(auth|login|token|jwt|permission|role|admin|api_?key|scope)"
    r"|^(get_)?current_(active_)?(super_?)?user(_optional)?$|^(Is|Has)[A-Z]\w+$|\w+Permission$"
)
_DENIALS = {401: 401, 403: 403}
_STATUS = re.compile(r"(?:HTTP_)?(401|403)(?:_|$)")
_DENYING = {"Unauthorized": 401, "NotAuthenticated": 401, "AuthenticationFailed": 401, "Forbidden": 403}
_DENYING |= {"PermissionDenied": 403, "HTTPUnauthorized": 401, "HTTPForbidden": 403}


@dataclass
class _Scope:
    name: str
    line: int = 0
    kind: str = "module"
    loops: list[int] = field(default_factory=list)
    strings: dict[str, dict[str, Any]] = field(default_factory=dict)
    generator: bool = False
    status: int = 0


class Notes:
    """Collects in passing; the lists are parts of the digest."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.imports: list[tuple[int, str, int, str | None, str | None]] = []
        self.calls: list[dict[str, Any]] = []
        self.guards: list[dict[str, Any]] = []
        self.secrets: list[dict[str, Any]] = []
        self.env: list[dict[str, Any]] = []
        self._scopes = [_Scope("")]
        self._in_string = 0
        self._sql: list[dict[str, Any]] = []
        self._sql_by_node: dict[int, dict[str, Any]] = {}
        self._kept: list[Any] = []

    @contextmanager
    def inside_function(self, name: str, line: int) -> Iterator[_Scope]:
        """While the body of a function is converted."""
        outer = self._scopes[-1]
        scope = _Scope(f"{outer.name}.{name}" if outer.name else name, line, "function")
        self._scopes.append(scope)
        yield scope
        self._scopes.pop()
        if scope.status and outer.kind in ("function", "class"):
            outer.status = outer.status or scope.status
        if scope.status or _GUARD.search(name):
            self.guards.append({"line": line, "name": scope.name, "kind": "function", "status": scope.status})

    @contextmanager
    def inside_class(self, name: str, line: int) -> Iterator[None]:
        """While the body of a class is converted."""
        outer = self._scopes[-1]
        scope = _Scope(f"{outer.name}.{name}" if outer.name else name, line, "class")
        self._scopes.append(scope)
        yield
        self._scopes.pop()
        if _GUARD.search(name):
            self.guards.append({"line": line, "name": scope.name, "kind": "class", "status": scope.status})

    @contextmanager
    def inside_loop(self, line: int) -> Iterator[None]:
        """While the body of a loop or comprehension is converted."""
        loops = self._scopes[-1].loops
        loops.append(line)
        yield
        loops.pop()

    @contextmanager
    def inside_string(self) -> Iterator[None]:
        """While the parts of a built string are converted: they are no strings of their own."""
        self._in_string += 1
        yield
        self._in_string -= 1

    def string(self, node: tuple[Any, ...], line: int) -> None:
        """A string, constant or built."""
        if self._in_string:
            return
        how, text = _built(node)
        if len(text) > 8 and _SQL.match(text):
            self._note_sql(node, line, how, text)

    def _note_sql(self, node: tuple[Any, ...], line: int, how: str, text: str) -> None:
        scope = self._scopes[-1]
        note = {"line": line, "text": text[:2000], "how": how, "executed": False, "callee": ""}
        note |= {"function": scope.name, "loop": scope.loops[-1] if scope.loops else 0}
        self._sql.append(note)
        self._sql_by_node[id(node)] = note
        self._kept.append(node)  # an id is only good while its object lives

    def call(self, node: tuple[Any, ...]) -> None:
        """A call, after its parts."""
        _, line, func, args, kwargs = node
        callee = dotted(func)
        scope = self._scopes[-1]
        leaf = callee.rpartition(".")[2]
        first = args[0][1] if args and args[0][0] == "c" and isinstance(args[0][1], str) else None
        self.calls.append(
            {
                "line": line,
                "callee": callee,
                "function": scope.name,
                "loop": scope.loops[-1] if scope.loops else 0,
                "first": None if first is None else first[:300],
                "keywords": [name or "**" for name, _ in kwargs],
                "arguments": len(args),
            }
        )
        if leaf == "format" and func[0] == "a" and (args or kwargs):
            self._formatted(node, func[1], line)
        elif leaf in EXECUTES:
            for value in [*args, *(value for _, value in kwargs)]:
                self._execute(value, leaf, scope)
        elif leaf in ("abort", "HttpResponseForbidden", "HttpResponse", "JSONResponse", "Response", "make_response"):
            scope.status = scope.status or _denial(node)
        if leaf in ("getenv", "get", "pop") and first and callee in ("os.getenv", "getenv", *_ENVIRON):
            default = len(args) > 1 or bool(kwargs)
            self.env.append({"line": line, "name": first, "default": default})
        for name, value in kwargs:
            if name:
                self.named(name, value, line)

    def subscript(self, node: tuple[Any, ...], line: int) -> None:
        """An item read: `os.environ["NAME"]`."""
        _, base, key = node
        if base[0] in "an" and dotted(base) in ("os.environ", "environ") and key[0] == "c" and isinstance(key[1], str):
            self.env.append({"line": line, "name": key[1], "default": False})

    def _formatted(self, node: tuple[Any, ...], base: tuple[Any, ...], line: int) -> None:
        note = self._sql_by_node.get(id(base))
        if note is not None:
            note["how"] = "format"
            self._sql_by_node[id(node)] = note
            self._kept.append(node)
        elif base[0] in ("c", "op", "f") and not self._in_string:
            self.string(node, line)

    def _execute(self, value: tuple[Any, ...], callee: str, scope: _Scope) -> None:
        note = self._sql_by_node.get(id(value))
        if note is None and value[0] == "n":
            note = scope.strings.get(value[1]) or self._scopes[0].strings.get(value[1])
        if note is None and value[0] == "call" and value[3]:
            return  # execute(text(...)): the inner call has taken note
        if note is not None:
            note["executed"], note["callee"] = True, note["callee"] or callee

    def assigned(self, targets: Sequence[tuple[Any, ...]], value: tuple[Any, ...], line: int) -> None:
        """An assignment: names that hold an SQL string, secrets, environment variables."""
        note = self._sql_by_node.get(id(value))
        for target in targets:
            if target[0] == "n" and note is not None:
                self._scopes[-1].strings[target[1]] = note
            if target[0] in ("n", "a"):
                self.named(target[1] if target[0] == "n" else target[2], value, line)
            elif target[0] == "[" and target[2][0] == "c" and isinstance(target[2][1], str):
                self.named(target[2][1], value, line)

    def augmented(self, target: tuple[Any, ...], value: tuple[Any, ...]) -> None:
        """`sql += ...`: something put to an SQL string that a name holds."""
        note = self._scopes[-1].strings.get(target[1]) if target[0] == "n" else None
        if note is not None:
            how, text = _built(value)
            note["text"] = (note["text"] + text)[:2000]
            if how != "constant" or value[0] not in ("c", "f", "op"):
                note["how"] = "concatenation"

    def named(self, name: str, value: tuple[Any, ...], line: int) -> None:
        """A value under a name: a secret if it is a literal string under a secret's name."""
        if value[0] != "c" or not isinstance(value[1], str) or not 4 <= len(value[1]) <= 400:
            return
        if is_secret(name, value[1]):
            self.secrets.append({"line": line, "name": name, "masked": masked(value[1]), "length": len(value[1])})

    def returned(self, value: tuple[Any, ...] | None) -> None:
        """A return: `return ..., 401` is a denial."""
        if value is not None and value[0] == "t":
            for item in value[1]:
                status = _DENIALS.get(item[1]) if item[0] == "c" and isinstance(item[1], int) else None
                self._scopes[-1].status = self._scopes[-1].status or status or 0

    def raised(self, value: tuple[Any, ...] | None) -> None:
        """A raise: of 401, 403 or an error that means so."""
        if value is not None:
            self._scopes[-1].status = self._scopes[-1].status or _denial(value)

    def sql_strings(self) -> list[dict[str, Any]]:
        """The SQL strings, in the order of the file."""
        return sorted(self._sql, key=lambda note: note["line"])


_ENVIRON = ("os.environ.get", "environ.get", "os.environ.pop", "environ.pop")


def dotted(node: tuple[Any, ...]) -> str:
    """The dotted text of a callee: 'a.b.c', with '()' and '[]' where a call or an index stands between."""
    kind = node[0]
    if kind == "n":
        return str(node[1])
    if kind == "a":
        return f"{dotted(node[1])}.{node[2]}"
    if kind == "call":
        return f"{dotted(node[2])}()"
    return f"{dotted(node[1])}[]" if kind == "[" else "?"


def _hole(node: tuple[Any, ...]) -> str:
    return "{" + dotted(node) + "}"


def _built(node: tuple[Any, ...]) -> tuple[str, str]:
    """How a string is built ('constant' if nothing variable is in it), and its text with holes as {name}."""
    kind = node[0]
    if kind == "c":
        return "constant", node[1] if isinstance(node[1], str) else ""
    if kind == "f":
        text = "".join(part[1] if part[0] == "c" else _hole(part[-1]) for part in node[1])
        return ("f-string" if any(part[0] != "c" for part in node[1]) else "constant"), text
    if kind == "op" and node[1] == "+":
        parts = [_built(node[2]), _built(node[3])]
        text = "".join(part for _, part in parts)
        return next((how for how, _ in parts if how != "constant"), "constant"), text
    if kind == "op" and node[1] == "%":
        return "percent", _built(node[2])[1]
    if kind == "call" and node[2][0] == "a" and node[2][2] == "format":
        return "format", _built(node[2][1])[1]
    return "concatenation", _hole(node)


def _denial(node: tuple[Any, ...]) -> int:
    """The status that a raised or returned error denies access with; 0 if it does not."""
    name = dotted(node[2] if node[0] == "call" else node).rpartition(".")[2]
    if name in _DENYING:
        return _DENYING[name]
    if node[0] != "call":
        return 0
    for value in [*node[3], *(value for _, value in node[4])]:
        if value[0] == "c" and isinstance(value[1], int) and value[1] in _DENIALS:
            return int(value[1])
        match = _STATUS.search(dotted(value)) if value[0] == "a" else None
        if match:
            return int(match.group(1))
    return 0
