"""Java programs over their digests: types by name, imports, supertypes, constants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from hivemind_facts.reading import Repository

MAX_DEPTH = 12
MAX_TEXT = 4096
_GENERIC = re.compile(r"<.*", re.DOTALL)
_programs: WeakKeyDictionary[Any, Program] = WeakKeyDictionary()


@dataclass(eq=False)
class Type:
    """One type of the repository."""

    name: str
    """'Outer.Inner' for a nested one."""
    package: str
    file: str
    data: dict[str, Any]

    @property
    def simple(self) -> str:
        """The last part of the name."""
        return self.name.rsplit(".", 1)[-1]

    @property
    def full(self) -> str:
        """The name with its package."""
        return f"{self.package}.{self.name}" if self.package else self.name


class Program:
    """Every type of the repository's code that is not a test's."""

    def __init__(self, repository: Repository) -> None:
        self.types: list[Type] = []
        self.full: dict[str, Type] = {}
        self.simple: dict[str, list[Type]] = {}
        self.imports: dict[str, list[tuple[int, str, bool, bool]]] = {}
        for path, digest in repository.digests("java", "kotlin").items():
            if digest["test"]:
                continue
            self.imports[path] = digest["imports"]
            for data in digest["types"]:
                made = Type(data["name"], digest["package"], path, data)
                self.types.append(made)
                self.full.setdefault(made.full, made)
                self.simple.setdefault(made.simple, []).append(made)

    def resolve(self, name: str, near: Type) -> Type | None:
        """The type of the repository that a name means inside a type; None for a foreign one."""
        name = bare(name)
        first, _, rest = name.partition(".")
        outer = near.full
        while outer:
            found = self.full.get(f"{outer}.{name}")
            if found is not None:
                return found
            outer = outer.rpartition(".")[0] if outer != near.package else ""
        for _, imported, static, star in self.imports.get(near.file, ()):
            if star:
                found = self.full.get(f"{imported}.{name}")
            elif imported.rsplit(".", 1)[-1] == first and not static:
                return self.full.get(f"{imported}.{rest}" if rest else imported)
            else:
                continue
            if found is not None:
                return found
        return self.full.get(name)

    def supers(self, start: Type) -> list[Type]:
        """The supertypes of the repository, superclass first, each once, nearest first."""
        found: list[Type] = []
        queue = [start]
        while queue and len(found) < 64:
            here = queue.pop(0)
            for name in (*here.data["extends"], *here.data["implements"]):
                other = self.resolve(name, here)
                if other is not None and other is not start and other not in found:
                    found.append(other)
                    queue.append(other)
        return found

    def texts(self, node: Any, near: Type, depth: int = 0) -> list[str | None]:
        """The constant strings of an annotation's value or an argument: one, several, or None for an unknown one."""
        if node is None:
            return [None]
        if node[0] == "arr":
            return [text for item in node[1] for text in self.texts(item, near, depth + 1)]
        if node[0] == "call" and node[1] and node[1][-1] in ("of", "asList", "toArray") and depth < MAX_DEPTH:
            inside = [*node[2]] or [node[1][1]]
            return [text for item in inside for text in self.texts(item, near, depth + 1)]
        value = self._named_value(node, near) if node[0] in ("id", ".") else None
        if value is not None and depth < MAX_DEPTH and value[1] and value[1][0] in ("arr", "call"):
            return self.texts(value[1], value[0], depth + 1)
        return [self.text(node, near, depth)]

    def text(self, node: Any, near: Type, depth: int = 0) -> str | None:
        """The constant string that an expression is, None if it is not constant."""
        if not node or depth > MAX_DEPTH:
            return None
        if node[0] == "s":
            return str(node[1])
        if node[0] == "n":
            return str(node[1])
        if node[0] == "bin" and node[1] == "+":
            left, right = self.text(node[2], near, depth + 1), self.text(node[3], near, depth + 1)
            return None if left is None or right is None or len(left) + len(right) > MAX_TEXT else left + right
        if node[0] in ("id", "."):
            value = self._named_value(node, near)
            return None if value is None else self.text(value[1], value[0], depth + 1)
        if node[0] == "call":
            return self._called(node, near, depth)
        return None

    def _called(self, node: Any, near: Type, depth: int) -> str | None:
        callee, arguments = node[1], node[2]
        if callee == (".", ("id", "String"), "format") and arguments:
            parts = [self.text(argument, near, depth + 1) for argument in arguments]
            if any(part is None for part in parts) or parts[0] is None:
                return None
            rest = [part for part in parts[1:] if part is not None]
            return re.sub(r"%s|%d", lambda _: rest.pop(0) if rest else "", parts[0])
        if callee and callee[0] == "." and not arguments and callee[1] and callee[1][0] in ("id", "."):
            return self._enum(callee[1], callee[2], near, depth)
        return None

    def _enum(self, node: Any, method: str, near: Type, depth: int) -> str | None:
        """`Paths.USERS.getPath()`: the constructor's argument of the field that the getter gives."""
        owner = self.resolve(dotted(node[1]), near) if node[0] == "." else near
        name = node[-1]
        if owner is None or owner.data["kind"] != "enum":
            return None
        given = next((arguments for constant, arguments in owner.data["constants"] if constant == name), None)
        if given is None:
            return None
        if method in ("name", "toString"):
            return str(name)
        wanted = method.removeprefix("get").lower()
        fields = [field["name"].lower() for field in owner.data["fields"] if "static" not in field["modifiers"]]
        for position, field in enumerate(fields):
            if field == wanted and position < len(given):
                return self.text(given[position], owner, depth + 1)
        return None

    def _named_value(self, node: Any, near: Type) -> tuple[Type, Any] | None:
        """Where a constant is declared, and the expression that it is given."""
        name = dotted(node)
        if "." in name.removeprefix("this."):
            owner_name, _, field = name.removeprefix("this.").rpartition(".")
            owner = self.resolve(owner_name, near)
            return self._field(owner, field) if owner is not None else None
        field = name.removeprefix("this.")
        found = self._field(near, field)
        outer: Type | None = near
        while found is None and outer is not None and "." in outer.name:
            outer = self.full.get(outer.full.rpartition(".")[0])
            found = self._field(outer, field) if outer is not None else None
        if found is not None:
            return found
        for _, imported, static, star in self.imports.get(near.file, ()):
            if static and (star or imported.rsplit(".", 1)[-1] == field):
                owner = self.full.get(imported if star else imported.rpartition(".")[0])
                found = self._field(owner, field) if owner is not None else None
                if found is not None:
                    return found
        return None

    def _field(self, owner: Type, name: str) -> tuple[Type, Any] | None:
        for declared in (owner, *self.supers(owner)):
            for field in declared.data["fields"]:
                if field["name"] == name and field["value"] is not None:
                    return declared, field["value"]
        return None

    def annotations(
        self, owner: Type, given: list[Any], depth: int = 0
    ) -> Iterator[tuple[str, dict[str, Any], int, Type]]:
        """Annotations, and those that the repository's own ones stand for: (simple name, values, line, where)."""
        for name, values, line in given:
            yield name.rsplit(".", 1)[-1], values, line, owner
            meta = self.resolve(name, owner) if depth < 4 else None
            if meta is not None and meta.data["kind"] == "annotation":
                for inner, inner_values, _, place in self.annotations(meta, meta.data["annotations"], depth + 1):
                    shared = {k: v for k, v in values.items() if k in ("value", "path", "method")} if values else {}
                    yield (
                        inner,
                        {**inner_values, **shared} if _aliased(inner) else inner_values,
                        line,
                        place if not shared else owner,
                    )


def _aliased(name: str) -> bool:
    return name.endswith("Mapping")


def bare(name: str) -> str:
    """A type's name without type arguments and array marks."""
    return _GENERIC.sub("", name).rstrip(".").removesuffix("[]").strip()


def dotted(node: Any) -> str:
    """The dotted text of a name, '' if the expression is none."""
    parts: list[str] = []
    while node and node[0] == ".":
        parts.append(node[2])
        node = node[1]
    if not node or node[0] not in ("id", "ty"):
        return ""
    return ".".join([node[1], *reversed(parts)])


def program(repository: Repository) -> Program:
    """The program of a repository, made once."""
    if repository not in _programs:
        _programs[repository] = Program(repository)
    return _programs[repository]
