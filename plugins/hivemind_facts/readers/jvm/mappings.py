"""Spring's request mappings: of a class, of its methods, and of what they inherit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hivemind_facts.readers.jvm.program import Program, Type, bare

_PLAIN = ("GET", "POST", "PUT", "PATCH", "DELETE")
VERBS = {f"{verb.title()}{kind}": verb for verb in _PLAIN for kind in ("Mapping", "Exchange")}


@dataclass(frozen=True)
class Mapping:
    """What a mapping annotation says."""

    paths: tuple[str | None, ...]
    methods: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Mapped:
    """A method that answers requests."""

    method: dict[str, Any]
    owner: Type
    mapping: Mapping
    line: int
    file: str
    inherited: tuple[Any, ...] = ()
    """Annotations and parameters of the methods that it overrides."""


def mapping(program: Program, owner: Type, annotations: list[Any]) -> Mapping | None:
    """The mapping that annotations make, the repository's own annotations looked through."""
    for name, values, line, place in program.annotations(owner, annotations):
        verb = VERBS.get(name)
        if verb is None and name not in ("RequestMapping", "HttpExchange"):
            continue
        given = next((values[key] for key in ("path", "value", "url") if values.get(key) is not None), None)
        paths = tuple(program.texts(given, place)) if given is not None else ("",)
        methods = (verb,) if verb else tuple(verb for verb in _verbs(values.get("method")) if verb)
        return Mapping(paths or ("",), methods, line)
    return None


def _verbs(node: Any) -> list[str]:
    if node is None:
        return []
    if node[0] == "arr":
        return [verb for item in node[1] for verb in _verbs(item)]
    if node[0] == "s":
        return [str(node[1])]
    return [node[-1]] if node[0] in (".", "id") and isinstance(node[-1], str) else []


def class_mapping(program: Program, owner: Type) -> Mapping | None:
    """The mapping of a class, or of the nearest supertype that has one."""
    for declared in (owner, *program.supers(owner)):
        found = mapping(program, declared, declared.data["annotations"])
        if found is not None:
            return found
    return None


def overrides(method: dict[str, Any], other: dict[str, Any], owner: Type) -> bool:
    """Whether a method overrides one of a supertype: same name and as many parameters, types alike or generic."""
    if method["name"] != other["name"] or len(method["params"]) != len(other["params"]):
        return False
    variables = {name for name, _ in owner.data["parameters"]}
    return all(
        bare(here[1]).rsplit(".", 1)[-1] == bare(there[1]).rsplit(".", 1)[-1] or bare(there[1]) in variables
        for here, there in zip(method["params"], other["params"], strict=True)
    )


def mapped(program: Program, owner: Type, find: Any = mapping) -> Iterator[Mapped]:
    """The methods of a class that answer requests, inherited ones included."""
    supers = program.supers(owner)
    seen: list[dict[str, Any]] = []
    for declared in (owner, *supers):
        for method in declared.data["methods"]:
            if any(overrides(known, method, declared) for known in seen):
                continue
            seen.append(method)
            above = [
                (other, place)
                for place in supers
                if place is not declared
                for other in place.data["methods"]
                if overrides(method, other, place)
            ]
            for candidate, place in [(method, declared), *above]:
                found = find(program, place, candidate["annotations"])
                if found is not None:
                    at = (
                        (candidate["line"], place.file)
                        if method.get("body") is None
                        else (method["line"], declared.file)
                    )
                    yield Mapped(method, declared, found, *at, tuple(other for other, _ in above))
                    break
