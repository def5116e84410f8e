"""An OpenAPI 3.1 document of the endpoints that are there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hivemind_facts.models import Endpoint, Parameter

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_ANY = ("get", "post", "put", "patch", "delete")
_TYPES = {
    "integer": r"int|integer|long|bigint|int32|int64|uint|uint32|uint64|short",
    "number": r"float|double|decimal|number|bigdecimal|float32|float64|numeric",
    "boolean": r"bool|boolean",
    "array": r"(list|set|tuple|sequence|array|iterable)\b.*|.*\[\]",
    "string": r"str|string|text|uuid|date|datetime|slug|path|char|email|url|charsequence",
}


def document(endpoints: Sequence[Endpoint], title: str) -> dict[str, Any]:
    """Describe endpoints as OpenAPI; what the code does not say is left open, not made up.

    Args:
        endpoints: In their order; of two with the same method and path the first is described, others are named in it.
        title: The document's.
    """
    paths: dict[str, dict[str, Any]] = {}
    canonical: dict[str, str] = {}
    used: set[str] = set()
    secured = False
    for one in endpoints:
        path, names = _template(one.path)
        known = canonical.setdefault(re.sub(r"\{[^}]*\}", "{}", path), path)
        item = paths.setdefault(known, {})
        if known != path:
            names = re.findall(r"\{([^}]*)\}", known)
        for method in _methods(one.method):
            if method in item:
                item[method].setdefault("x-also", []).append(f"{one.handler or '?'} ({one.file}:{one.line})")
                continue
            item[method] = _operation(one, method, names, used)
            secured = secured or one.auth in ("required", "optional")
    made: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "0",
            "description": "Read from the code without a model. 'x-place' says where; types are the code's names.",
        },
        "paths": paths,
    }
    if secured:
        scheme = {"type": "http", "scheme": "bearer", "description": "a guard in the code; its scheme was not read"}
        made["components"] = {"securitySchemes": {"guard": scheme}}
    return made


def _methods(method: str) -> tuple[str, ...]:
    lowered = method.lower()
    return (lowered,) if lowered in METHODS else _ANY if lowered == "any" else ()


def _template(path: str) -> tuple[str, list[str]]:
    """The path with every parameter named once."""
    names: list[str] = []

    def name(found: re.Match[str]) -> str:
        said = re.sub(r"[^\w.\-]", "_", found.group(1)) or "parameter"
        chosen, number = said, 2
        while chosen in names:
            chosen, number = f"{said}_{number}", number + 1
        names.append(chosen)
        return f"{{{chosen}}}"

    return re.sub(r"\{([^{}]*)\}", name, path), names


def _operation(one: Endpoint, method: str, names: Sequence[str], used: set[str]) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": _identifier(one, method, used)}
    if one.summary:
        operation["summary"] = one.summary
    if one.service:
        operation["tags"] = [one.service]
    parameters = _parameters(one, names)
    if parameters:
        operation["parameters"] = parameters
    if one.request_type or any(part.location in ("body", "form") for part in one.parameters):
        operation["requestBody"] = _body(one)
    answer: dict[str, Any] = {"description": one.response_type or "not stated in the code"}
    if one.response_type and method != "head":
        answer["content"] = {"application/json": {"schema": {"title": one.response_type}}}
    operation["responses"] = {"default": answer}
    if one.auth == "required":
        operation["security"] = [{"guard": []}]
    elif one.auth == "optional":
        operation["security"] = [{"guard": []}, {}]
    elif one.auth == "none":
        operation["security"] = []
    operation["x-auth"] = {"auth": one.auth, "evidence": one.auth_evidence, "roles": list(one.roles)}
    operation["x-place"] = f"{one.file}:{one.line}"
    operation["x-framework"] = one.framework
    return operation


def _identifier(one: Endpoint, method: str, used: set[str]) -> str:
    words = re.findall(r"[A-Za-z0-9]+", one.handler.rpartition(".")[2]) or re.findall(r"[A-Za-z0-9]+", one.path)
    base = "_".join(words) or "root"
    chosen, number = base, 2
    while chosen in used:
        chosen = f"{method}_{base}" if number == 2 else f"{method}_{base}_{number}"
        number += 1
    used.add(chosen)
    return chosen


def _parameters(one: Endpoint, names: Sequence[str]) -> list[dict[str, Any]]:
    stated = {part.name: part for part in one.parameters}
    made = [
        {"name": name, "in": "path", "required": True, "schema": _schema(stated[name].type if name in stated else None)}
        for name in names
    ]
    seen = {(name, "path") for name in names}
    for part in one.parameters:
        if part.location in ("query", "header", "cookie") and (part.name, part.location) not in seen:
            seen.add((part.name, part.location))
            entry: dict[str, Any] = {"name": part.name, "in": part.location, "schema": _schema(part.type)}
            if part.required is not None:
                entry["required"] = part.required
            made.append(entry)
    return made


def _schema(said: str | None) -> dict[str, Any]:
    if not said:
        return {}
    bare = re.sub(r"optional\[(.*)\]|(.*?)\s*\|\s*(?:none|null|undefined)|\*", r"\1\2", said.lower()).strip()
    for name, pattern in _TYPES.items():
        if re.fullmatch(pattern, bare):
            return {"type": name}
    return {"title": said}


def _body(one: Endpoint) -> dict[str, Any]:
    form = [part for part in one.parameters if part.location == "form"]
    fields: list[Parameter] = form or [
        part for part in one.parameters if part.location == "body" and not one.request_type
    ]
    schema: dict[str, Any] = {"title": one.request_type} if one.request_type else {"type": "object"}
    if fields:
        schema["properties"] = {part.name: _schema(part.type) for part in fields}
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return {"content": {kind: {"schema": schema}}}
