"""Notes for rules out of the tuples of Go and Java bodies: calls, SQL strings, secrets, environment, guards."""

from __future__ import annotations

import re
from typing import Any

from hivemind_facts.languages.secrets import is_secret, masked

SQL = re.compile(
    r"^\s*(select\s+.+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|(create|alter|drop)\s+table\s|with\s+\w+\s+as\s*\()",
    re.IGNORECASE | re.DOTALL,
)
SQL_START = re.compile(r"^\s*(select|insert\s+into|update|delete\s+from)\s", re.IGNORECASE)
_DENIES = re.compile(
    r"^(StatusUnauthorized|StatusForbidden|ErrUnauthorized|ErrForbidden|UNAUTHORIZED|FORBIDDEN|SC_UNAUTHORIZED|SC_FORBIDDEN)$"
)
_GUARD_NAME = re.compile(r"(auth|jwt|guard|protect|require|permission|loggedin|isadmin)", re.IGNORECASE)
EXECUTE = re.compile(
    r"\.(Query|QueryRow|QueryContext|QueryRowContext|Exec|ExecContext|Raw|Queryx|Select|Get|NamedExec|NamedQuery|Prepare|"
    r"PrepareContext|MustExec|QueryRowx|SelectContext|GetContext|createQuery|createNativeQuery|query|queryForObject|"
    r"queryForList|queryForMap|queryForRowSet|update|execute|executeQuery|executeUpdate|prepareStatement|prepareCall|"
    r"batchUpdate|sql)$"
)
_EACH = re.compile(
    r"\bforEach$|[sS]tream\(\)(?:\.\w+\(\))*\.(?:map\w*|flatMap\w*|filter|peek|forEach\w*|anyMatch|allMatch)$"
)
"""Calls that run the function they are given once for each item."""
MAX_TEXT = 2000
_VERB = re.compile(r"%[-+#0-9.]*[a-zA-Z]")


def dotted(node: Any) -> str:
    """The dotted text of a callee; calls in between are shown as '()'."""
    parts: list[str] = []
    while node:
        if node[0] == ".":
            parts.append(node[2])
            node = node[1]
        elif node[0] == "call":
            parts.append("()")
            node = node[1]
        elif node[0] == "ix":
            node = node[1]
        else:
            parts.append(node[1] if node[0] == "id" else "")
            break
    return ".".join(reversed(parts)).replace(".().", "().").removesuffix(".()")


class Notes:
    """Collects the notes of one file."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.sql: list[dict[str, Any]] = []
        self.secrets: list[dict[str, Any]] = []
        self.env: list[dict[str, Any]] = []
        self.guards: list[dict[str, Any]] = []
        self._function = ""
        self._texts: dict[str, list[dict[str, Any]]] = {}
        self._denies = 0
        self._each = 0

    def result(self) -> dict[str, Any]:
        """The notes as keys of a digest."""
        return {
            "calls": self.calls,
            "sql_strings": self.sql,
            "secrets": self.secrets,
            "env": self.env,
            "guards": self.guards,
        }

    def values(self, specs: list[tuple[Any, ...]]) -> None:
        """Note package-level values."""
        self._function = ""
        self._block(specs, 0)

    def function(self, name: str, line: int, body: list[Any]) -> None:
        """Note one function's body."""
        self._function, self._texts, self._denies = name, {}, 0
        self._block(body, 0)
        if self._denies and ("iddleware" in name or _GUARD_NAME.search(name)):
            self.guards.append({"line": line, "name": name, "kind": "function", "status": self._denies})

    def _block(self, body: list[Any], loop: int) -> None:
        for statement in body:
            op = statement[0]
            if op in ("=", "var"):
                self._assign(statement, loop)
            elif op == "x":
                self._expression(statement[1], loop, 0)
            elif op == "ret":
                for value in statement[1]:
                    self._expression(value, loop, statement[2])
            elif op == "if":
                self._block(statement[1], loop)
                self._expression(statement[2], loop, statement[5])
                self._block(statement[3], loop)
                self._block(statement[4], loop)
            elif op == "for":
                self._expression(statement[2], loop, statement[4])
                self._block(statement[3], statement[4])
            elif op == "switch":
                self._expression(statement[1], loop, statement[3])
                for _, inner in statement[2]:
                    self._block(inner, loop)
            elif op == "do":
                self._block(statement[1], loop)
            elif op == "throw":
                self._expression(statement[1], loop, statement[2])

    def _assign(self, statement: tuple[Any, ...], loop: int) -> None:
        if statement[0] == "=":
            names = [
                left[1] if left and left[0] == "id" else left[2] if left and left[0] == "." else ""
                for left in statement[1]
            ]
            values, line = statement[2], statement[3]
        else:
            names, values, line = statement[1], statement[3], statement[4]
        for index, value in enumerate(values):
            name = names[index] if index < len(names) else ""
            made = self._expression(value, loop, line)
            if statement[0] == "=" and statement[4] == "+=" and name in self._texts:
                self._grown(self._texts[name], value)
            if made is not None:
                self._texts.setdefault(name, []).append(made)
            self._secret(name, value, line)

    @staticmethod
    def _grown(items: list[dict[str, Any]], value: Any) -> None:
        """`query += ...`: something put to SQL that a name holds."""
        text, dynamic = _joined(value)
        for item in items:
            item["text"] = (item["text"] + text)[:MAX_TEXT]
            item["how"] = "concatenation" if dynamic and item["how"] == "constant" else item["how"]

    def _secret(self, name: str, value: Any, line: int) -> None:
        if value and value[0] == "call" and value[1] and value[1][0] in ("ty", "id") and len(value[2]) == 1:
            value = value[2][0]
        if not value or value[0] != "s" or not name:
            return
        if is_secret(name, value[1]):
            self.secrets.append({"line": line, "name": name, "masked": masked(value[1]), "length": len(value[1])})

    def _expression(self, node: Any, loop: int, line: int) -> dict[str, Any] | None:
        if not node:
            return None
        op = node[0]
        if op == "s":
            return self._text(node[1], "constant", loop, line)
        if op == "bin":
            return self._binary(node, loop, line)
        if op == "call":
            return self._call(node, loop)
        self._inside(node, op, loop, line)
        return None

    def _inside(self, node: Any, op: str, loop: int, line: int) -> None:
        """Go into an expression that is no text itself."""
        if op == "fn":
            each, self._each = self._each, 0
            self._block(node[3], each)
            self._each = each
        elif op == "ref" and self._each:
            entry = {"line": self._each, "callee": node[1].replace("::", "."), "function": self._function}
            self.calls.append({**entry, "loop": self._each, "first": None, "keywords": [], "arguments": 1})
        elif op == "lit":
            for key, value in node[2]:
                self._expression(value, loop, node[3])
                self._secret(key[1] if key and key[0] in ("id", "s") else "", value, node[3])
        elif op == ".":
            if _DENIES.match(node[2]):
                self._denies = 403 if "orbidden" in node[2].lower() else 401
            self._expression(node[1], loop, line)
        elif op == "n" and node[1] in ("401", "403"):
            self._denies = int(node[1])
        elif op == "un":
            self._expression(node[2], loop, line)
        elif op in ("?", "arr", "new"):
            for value in node[1:] if op == "?" else node[1] if op == "arr" else node[2]:
                self._expression(value, loop, line)
        elif op in ("ix", "as"):
            self._expression(node[1], loop, line)

    def _binary(self, node: Any, loop: int, line: int) -> dict[str, Any] | None:
        text, dynamic = _joined(node) if node[1] == "+" else ("", False)
        if text and SQL_START.match(text):
            for part in _parts(node):
                if part and part[0] != "s":
                    self._expression(part, loop, line)
            return self._text(text, "concatenation" if dynamic else "constant", loop, line)
        self._expression(node[2], loop, line)
        self._expression(node[3], loop, line)
        return None

    def _call(self, node: Any, loop: int) -> dict[str, Any] | None:
        callee, arguments, line = dotted(node[1]), node[2], node[3]
        if node[1] and node[1][0] in (".", "call"):
            self._expression(node[1][1], loop, line)
        first = arguments[0][1] if arguments and arguments[0] and arguments[0][0] == "s" else None
        if callee in ("fmt.Sprintf", "String.format") and first is not None and SQL_START.match(first):
            for argument in arguments[1:]:
                self._expression(argument, loop, line)
            return self._text(_filled(first, arguments[1:]), "format", loop, line)
        if callee in ("os.Getenv", "os.LookupEnv", "System.getenv") and first:
            self.env.append({"line": line, "name": first, "default": False})
        each, self._each = self._each, line if _EACH.search(callee) else 0
        made = [self._expression(argument, loop, line) for argument in arguments]
        self._each = each
        if "." in callee:
            entry = {"line": line, "callee": callee, "function": self._function, "loop": loop, "first": first}
            self.calls.append({**entry, "keywords": [], "arguments": len(arguments)})
        if EXECUTE.search(callee):
            for argument, text in zip(arguments, made, strict=True):
                known = [text] if text else self._texts.get(argument[1], []) if argument and argument[0] == "id" else []
                for item in known:
                    item.update(executed=True, callee=callee, loop=item["loop"] or loop)
        return None

    def _text(self, text: str, how: str, loop: int, line: int) -> dict[str, Any] | None:
        if not (SQL.match(text) or (how != "constant" and SQL_START.match(text))):
            return None
        item = {
            "line": line,
            "text": text[:MAX_TEXT],
            "how": how,
            "executed": False,
            "callee": "",
            "function": self._function,
            "loop": loop,
        }
        self.sql.append(item)
        return item


def _filled(text: str, arguments: list[Any]) -> str:
    """A format with the names of what is put in, as {name}."""
    names = iter(arguments)
    return _VERB.sub(lambda _: "{" + (dotted(next(names, None)) or "?") + "}", text)


def _parts(node: Any) -> list[Any]:
    """What a concatenation joins, in order."""
    found: list[Any] = []
    stack = [node]
    while stack:
        item = stack.pop()
        if item and item[0] == "bin" and item[1] == "+":
            stack += [item[3], item[2]]
        else:
            found.append(item)
    return found


def _joined(node: Any) -> tuple[str, bool]:
    """The text of a concatenation, names shown as {name}, and whether anything in it is not constant."""
    parts = _parts(node)
    texts = [item[1] if item and item[0] == "s" else "{" + (dotted(item) if item else "") + "}" for item in parts]
    return "".join(texts), any(not item or item[0] != "s" for item in parts)
