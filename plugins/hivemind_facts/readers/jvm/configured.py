"""Lists of strings that code takes from configuration properties: `properties.getUrls()`, `@Value` fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hivemind_facts.readers.jvm.program import Program, Type, dotted
from hivemind_facts.readers.jvm.settings import Settings

MAX_ITEMS = 500


def configured(program: Program, settings: Settings, owner: Type, node: Any) -> list[str | None]:
    """The texts that the settings give to an expression; empty where it is none of that kind."""
    while node and node[0] == "call" and node[1] and node[1][0] == "." and node[1][2] in ("toArray", "stream", "split"):
        node = node[1][1]
    if not node:
        return []
    if node[0] in ("id", "."):
        return list(_injected(program, settings, owner, dotted(node).removeprefix("this.")))
    if node[0] != "call" or not node[1] or node[1][0] != "." or node[2]:
        return []
    kind = _type_of(program, owner, node[1][1])
    prefix = _prefix(program, kind) if kind is not None else None
    if kind is None or prefix is None:
        return []
    getter = node[1][2]
    name = getter[3:4].lower() + getter[4:] if getter.startswith("get") else getter
    return list(_listed(settings, settings.module(owner.file), f"{prefix}.{name}"))


def _prefix(program: Program, kind: Type) -> str | None:
    for name, values, _ in kind.data["annotations"]:
        if name.rsplit(".", 1)[-1] == "ConfigurationProperties":
            return program.text(values.get("prefix") or values.get("value"), kind)
    return None


def _type_of(program: Program, owner: Type, node: Any) -> Type | None:
    name = dotted(node).removeprefix("this.") if node and node[0] in ("id", ".") else ""
    if node and node[0] == "call" and node[1] and node[1][0] == "id":
        called = next((m for m in owner.data["methods"] if m["name"] == node[1][1]), None)
        return program.resolve(called["type"], owner) if called else None
    for field in owner.data["fields"]:
        if field["name"] == name:
            return program.resolve(field["type"], owner)
    for method in owner.data["methods"]:
        for param, kind, _ in method["params"]:
            if param == name:
                return program.resolve(kind, owner)
    return None


def _injected(program: Program, settings: Settings, owner: Type, name: str) -> Iterator[str]:
    """The value of a field with `@Value("${key}")`."""
    for field in owner.data["fields"]:
        for annotation, values, _ in field["annotations"] if field["name"] == name else ():
            text = program.text(values.get("value"), owner) if annotation.rsplit(".", 1)[-1] == "Value" else None
            filled = settings.fill(text, settings.module(owner.file)) if text else None
            yield from (part.strip() for part in (filled or "").split(",") if part.strip())


def _listed(settings: Settings, module: str, key: str) -> Iterator[str]:
    whole = settings.get(module, key)
    if whole is not None:
        yield from (part.strip() for part in whole.split(",") if part.strip())
    for index in range(MAX_ITEMS):
        value = settings.get(module, f"{key}[{index}]")
        if value is None:
            return
        yield value
