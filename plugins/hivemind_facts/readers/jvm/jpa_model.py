"""JPA classes as they are mapped: attributes of fields or getters, with superclasses and embedded ones flattened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hivemind_facts.readers.jvm.program import Program, Type, bare

RELATIONS = frozenset(("ManyToOne", "OneToOne", "OneToMany", "ManyToMany"))
MAX_DEPTH = 6


@dataclass(frozen=True)
class Attribute:
    """One persistent attribute of a class."""

    name: str
    type: str
    notes: dict[str, dict[str, Any]]
    """Annotations by simple name."""
    owner: Type
    line: int
    prefix: str = ""
    overrides: tuple[tuple[str, dict[str, Any]], ...] = ()
    key: bool = False
    """Whether it is part of an embedded key."""


def notes_of(annotations: list[Any]) -> dict[str, dict[str, Any]]:
    """Annotations by simple name; of several alike the first."""
    found: dict[str, dict[str, Any]] = {}
    for name, values, _ in annotations:
        found.setdefault(name.rsplit(".", 1)[-1], values)
    return found


def attributes(program: Program, owner: Type, depth: int = 0) -> Iterator[Attribute]:
    """The attributes of a class, those of its mapped superclasses first."""
    for name in owner.data["extends"]:
        above = program.resolve(name, owner)
        if above is not None and depth < MAX_DEPTH:
            kinds = notes_of(above.data["annotations"])
            if "MappedSuperclass" in kinds or "Entity" in kinds:
                bound = dict(zip((p for p, _ in above.data["parameters"]), _arguments(name), strict=False))
                for item in attributes(program, above, depth + 1):
                    yield item if item.type not in bound else _retyped(item, bound[item.type])
    yield from _own(program, owner, depth)


def _retyped(item: Attribute, kind: str) -> Attribute:
    return Attribute(item.name, kind, item.notes, item.owner, item.line, item.prefix, item.overrides, item.key)


def _arguments(name: str) -> list[str]:
    inside = name.partition("<")[2].rpartition(">")[0]
    return [part.strip() for part in inside.split(",")] if inside else []


def _own(program: Program, owner: Type, depth: int) -> Iterator[Attribute]:
    getters = [m for m in owner.data["methods"] if m["name"].startswith(("get", "is")) and not m["params"]]
    by_property = any(notes_of(m["annotations"]).keys() & {"Id", "EmbeddedId"} for m in getters)
    seen: set[str] = set()
    for field in owner.data["fields"]:
        notes = notes_of(field["annotations"])
        if by_property:
            getter = next((m for m in getters if _property(m["name"]) == field["name"]), None)
            notes = {**notes, **(notes_of(getter["annotations"]) if getter else {})}
        elif not notes:
            getter = next((m for m in getters if _property(m["name"]) == field["name"]), None)
            given = notes_of(getter["annotations"]) if getter else {}
            notes = given if given.keys() & (RELATIONS | {"Column", "JoinColumn"}) else {}
        if "static" in field["modifiers"] or "transient" in field["modifiers"] or "Transient" in notes:
            continue
        seen.add(field["name"])
        yield from _expanded(program, Attribute(field["name"], field["type"], notes, owner, field["line"]), depth)
    if by_property:
        for method in getters:
            name, notes = _property(method["name"]), notes_of(method["annotations"])
            if name not in seen and notes.keys() & (RELATIONS | {"Column", "Id", "EmbeddedId", "Basic"}):
                yield from _expanded(program, Attribute(name, method["type"], notes, owner, method["line"]), depth)


def _property(getter: str) -> str:
    name = getter.removeprefix("get") if getter.startswith("get") else getter.removeprefix("is")
    return name[:1].lower() + name[1:]


def _expanded(program: Program, item: Attribute, depth: int) -> Iterator[Attribute]:
    """An attribute, or those of the embedded class that it stands for."""
    kind = program.resolve(item.type, item.owner)
    embeddable = kind is not None and "Embeddable" in notes_of(kind.data["annotations"])
    marked = item.notes.keys() & {"Embedded", "EmbeddedId"} or (embeddable and "ElementCollection" not in item.notes)
    if kind is None or not marked or depth >= MAX_DEPTH or kind.data["kind"] == "enum":
        yield item
        return
    overrides = tuple(_overrides(program, item))
    for inner in attributes(program, kind, depth + 1):
        key = inner.key or "EmbeddedId" in item.notes or "Id" in item.notes
        yield Attribute(inner.name, inner.type, inner.notes, inner.owner, inner.line, item.name, overrides, key)


def _overrides(program: Program, item: Attribute) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("AttributeOverride", "AttributeOverrides", "AssociationOverride"):
        values = item.notes.get(name)
        if values is None:
            continue
        single = "name" in values
        for _, inner, _ in [("", values, 0)] if single else annotations_in(values.get("value")):
            attribute = program.text(inner.get("name"), item.owner)
            for _, column, _ in annotations_in(inner.get("column") or inner.get("joinColumns")):
                if attribute:
                    yield attribute, column


def annotations_in(node: Any) -> list[tuple[str, dict[str, Any], int]]:
    """The annotations that are an annotation's value: one or an array of them."""
    if not node:
        return []
    if node[0] == "arr":
        return [found for item in node[1] for found in annotations_in(item)]
    return [node] if len(node) == 3 and isinstance(node[1], dict) else []


def element(kind: str) -> str:
    """The element type of a collection type, or the type itself."""
    inside = kind.partition("<")[2].rpartition(">")[0]
    parts = [part.strip() for part in inside.split(",")] if inside else []
    if kind.endswith("[]"):
        return kind[:-2]
    return parts[-1] if parts and bare(kind).rsplit(".", 1)[-1] not in ("Optional",) else kind
