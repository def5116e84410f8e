"""Mermaid diagrams that no name can break: identifiers are made, labels are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_RESERVED = frozenset(
    {"accdescr", "acctitle", "class", "classdef", "direction", "end", "erdiagram", "fk", "many", "one", "only"}
    | {"optionally", "or", "pk", "style", "subgraph", "title", "to", "u", "uk", "zero"}
)
"""Words that the grammar of ER diagrams takes for its own, in any case."""
_ESCAPES = {
    "#": "#35;",
    '"': "#quot;",
    "<": "#lt;",
    ">": "#gt;",
    "`": "#96;",
    "\\": "#92;",
    "%": "#37;",
    "{": "#123;",
    "}": "#125;",
}
_MAX_LABEL = 80


def label(text: str) -> str:
    """Make any text a quoted label: one line, with the characters that Mermaid reads as its own escaped."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if not flat:
        return '"unnamed"'  # Mermaid takes no empty label
    if len(flat) > _MAX_LABEL:
        flat = flat[: _MAX_LABEL - 1] + "…"
    return '"' + "".join(_ESCAPES.get(char, char) for char in flat) + '"'


class Names:
    """Gives each name an identifier of its own, as near to the name as the grammar allows."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """The identifier of a name; the same name always gives the same one."""
        if name not in self._known:
            plain = _word(name)
            chosen, number = plain, 2
            while chosen.lower() in self._taken:
                chosen, number = f"{plain}_{number}", number + 1
            self._taken.add(chosen.lower())
            self._known[name] = chosen
        return self._known[name]


def _word(name: str) -> str:
    """A name with everything but ASCII letters, digits and underscores replaced."""
    word = re.sub(r"[^A-Za-z0-9_]+", "_", name)
    if not word or not (word[0].isalpha() or word[0] == "_"):
        word = f"x_{word}"
    return f"{word}_" if word.lower() in _RESERVED else word


class Flowchart:
    """A flowchart, put together node by node.

    Args:
        direction: LR, TD, RL or BT.
    """

    def __init__(self, direction: str = "LR") -> None:
        self._direction = direction
        self._nodes: dict[str, tuple[str, str, str]] = {}
        self._edges: dict[tuple[str, str, str], None] = {}
        self._ids: dict[str, str] = {}

    def _id(self, name: str) -> str:
        return self._ids.setdefault(name, f"n{len(self._ids) + 1}")

    def node(self, name: str, text: str = "", *, shape: str = "box", group: str = "") -> Flowchart:
        """Add a node; shapes are box, round, database and queue."""
        self._nodes.setdefault(name, (text or name, shape, group))
        self._id(name)
        return self

    def edge(self, before: str, after: str, text: str = "") -> Flowchart:
        """Add an arrow; ends that are no nodes yet become some. The same arrow is drawn once."""
        self.node(before).node(after)
        self._edges.setdefault((before, after, text))
        return self

    def render(self) -> str:
        """The diagram's text; '' if it has no node."""
        if not self._nodes:
            return ""
        lines = [f"flowchart {self._direction}"]
        groups = dict.fromkeys(group for _, _, group in self._nodes.values())
        for number, group in enumerate(groups, 1):
            indent = "    "
            if group:
                lines.append(f"    subgraph g{number}[{label(group)}]")
                indent = "        "
            for name, (text, shape, own) in self._nodes.items():
                if own == group:
                    before, after = _SHAPES.get(shape, _SHAPES["box"])
                    lines.append(f"{indent}{self._id(name)}{before}{label(text)}{after}")
            if group:
                lines.append("    end")
        for before, after, text in self._edges:
            arrow = f"-->|{label(text)}|" if text else "-->"
            lines.append(f"    {self._id(before)} {arrow} {self._id(after)}")
        return "\n".join(lines) + "\n"


_SHAPES = {"box": ("[", "]"), "round": ("(", ")"), "database": ("[(", ")]"), "queue": ("[[", "]]")}


class ErDiagram:
    """An entity-relationship diagram, put together table by table."""

    def __init__(self) -> None:
        self._names = Names()
        self._entities: dict[str, list[tuple[str, str, str]]] = {}
        self._relations: dict[str, None] = {}

    def entity(self, name: str, columns: Iterable[tuple[str, str, str]] = ()) -> ErDiagram:
        """Add a table with its columns as (name, type, keys), keys such as 'PK' or 'PK,FK'."""
        self._names.of(name)
        self._entities.setdefault(name, []).extend(columns)
        return self

    def relation(
        self, child: str, parent: str, text: str = "", *, optional: bool = False, unique: bool = False
    ) -> ErDiagram:
        """Add a foreign key from child to parent; optional where it may be null, unique for one to one."""
        for name in (child, parent):
            self._entities.setdefault(name, [])
        left, right = "|o" if optional else "||", "o|" if unique else "o{"
        line = f"{self._names.of(parent)} {left}--{right} {self._names.of(child)} : {label(text or 'has')}"
        self._relations.setdefault(line)
        return self

    def render(self) -> str:
        """The diagram's text; '' if it has no table."""
        if not self._entities:
            return ""
        lines = ["erDiagram"]
        for name, columns in self._entities.items():
            own = self._names.of(name)
            shown = own if own == name and _PLAIN.match(name) else f"{own}[{label(name)}]"
            if not columns:
                lines.append(f"    {shown}")
                continue
            lines.append(f"    {shown} {{")
            lines += [
                f"        {_word(kind or 'unknown')} {_word(column)}{f' {keys}' if keys else ''}"
                for column, kind, keys in columns
            ]
            lines.append("    }")
        lines += [f"    {line}" for line in self._relations]
        return "\n".join(lines) + "\n"
