"""State, where a declaration shows it: stores, contexts, component state and what is kept in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from hivemind_frontend.markup.jsx import descend, line_of, string_of, text_of
from hivemind_frontend.models import StateSlice
from hivemind_frontend.rules.reading import place

if TYPE_CHECKING:
    from tree_sitter import Node

    from hivemind_frontend.rules.sources import SourceFile

_IMPORTS = {
    "createSlice": re.compile(r"[\"']@reduxjs/toolkit"),
    "defineStore": re.compile(r"[\"']pinia[\"']|\bdefineStore\b"),
    "create": re.compile(r"[\"']zustand"),
    "createContext": re.compile(r"[\"'](react|preact|solid-js)"),
    "useState": re.compile(r"[\"'](react|preact)"),
}
_CREATORS = frozenset(("createSlice", "defineStore", "create", "createContext"))
_KEPT = re.compile(r"^(?:window\.)?(localStorage|sessionStorage)\.(?:getItem|setItem)$")


def state(file: SourceFile) -> Iterator[StateSlice]:
    """Find the state that one file declares."""
    tree = file.tree
    if tree is None:
        return
    kept: dict[str, StateSlice] = {}
    local: list[str] = []
    first_local = 0
    for node in descend(tree):
        if node.type != "call_expression":
            continue
        name = text_of(node.child_by_field_name("function"))
        match = _KEPT.match(name)
        if match:
            key = string_of(_argument(node, 0))
            if key:
                kept.setdefault(key, _slice(key, "storage", file, node, purpose=f"kept in {match.group(1)}"))
        elif name.split(".")[-1] == "useState" and _IMPORTS["useState"].search(file.text):
            local += _destructured(node)
            first_local = first_local or line_of(node)
        elif name.split(".")[-1] in _CREATORS and _IMPORTS[name.split(".")[-1]].search(file.text):
            made = _created(name.split(".")[-1], node, file)
            if made is not None:
                yield made
    if local:
        yield StateSlice(
            name=file.name,
            kind="local",
            holds=tuple(dict.fromkeys(local)),
            purpose="state of the components in this file",
            location=place(file.path, first_local),
        )
    yield from kept.values()


def _slice(
    name: str,
    kind: Literal["local", "store", "context", "storage"],
    file: SourceFile,
    node: Node,
    holds: tuple[str, ...] = (),
    purpose: str = "",
) -> StateSlice:
    return StateSlice(name=name, kind=kind, holds=holds, purpose=purpose, location=place(file.path, line_of(node)))


def _argument(node: Node, number: int) -> Node | None:
    arguments = node.child_by_field_name("arguments")
    given = [one for one in arguments.named_children if one.type != "comment"] if arguments is not None else []
    return given[number] if number < len(given) else None


def _variable(node: Node) -> str:
    """The name that a call's result is given to."""
    one = node.parent
    while one is not None and one.type in ("call_expression", "arguments", "as_expression", "parenthesized_expression"):
        one = one.parent
    return text_of(one.child_by_field_name("name")) if one is not None and one.type == "variable_declarator" else ""


def _destructured(node: Node) -> list[str]:
    match = re.match(r"\[\s*(\w+)", _variable(node))
    return [match.group(1)] if match else []


def _created(creator: str, node: Node, file: SourceFile) -> StateSlice | None:
    if creator == "createContext":
        name = _variable(node)
        return _slice(name, "context", file, node, purpose="React context") if name else None
    if creator == "createSlice":
        options = _argument(node, 0)
        name = string_of(_value(options, "name")) or _variable(node)
        return (
            _slice(name, "store", file, node, _keys(_value(options, "initialState")), "Redux slice") if name else None
        )
    if creator == "defineStore":
        name = string_of(_argument(node, 0)) or _variable(node)
        initial = _value(_argument(node, 1), "state")
        body = next((one for one in descend(initial) if one.type == "object"), None) if initial is not None else None
        return _slice(name, "store", file, node, _keys(body), "Pinia store") if name else None
    name = _variable(node)
    return _slice(name, "store", file, node, purpose="Zustand store") if name else None


def _value(node: Node | None, key: str) -> Node | None:
    if node is None or node.type != "object":
        return None
    for pair in node.named_children:
        if pair.type == "pair" and text_of(pair.child_by_field_name("key")).strip("\"'") == key:
            return pair.child_by_field_name("value")
        if pair.type == "method_definition" and text_of(pair.child_by_field_name("name")) == key:
            return pair
    return None


def _keys(node: Node | None) -> tuple[str, ...]:
    if node is None or node.type != "object":
        return ()
    return tuple(
        text_of(pair.child_by_field_name("key")).strip("\"'") for pair in node.named_children if pair.type == "pair"
    )
