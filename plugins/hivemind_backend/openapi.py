"""An OpenAPI 3.1 document of endpoints: what is known is stated, what is not is left open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from hivemind_backend.auth_style import scheme_of
from hivemind_backend.json_types import schema_of
from hivemind_backend.models import ApiEndpoint, BodySchema

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ANY = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"\{([^{}]*)\}")
_QUERY_KINDS = ("query", "header", "cookie")
_IGNORED_HEADERS = ("accept", "content-type", "authorization")


def openapi_document(endpoints: Sequence[ApiEndpoint], title: str) -> str:
    """Write the document as JSON text; '' without endpoints.

    Args:
        endpoints: Existing and drafted ones; a draft wins over an existing endpoint of the same method and path.
        title: The API's name.
    """
    if not endpoints:
        return ""
    paths: dict[str, dict[str, Any]] = {}
    spelled: dict[str, str] = {}
    used: set[str] = set()
    schemes: dict[str, Any] = {}
    for one in sorted(endpoints, key=lambda endpoint: endpoint.status == "existing"):
        own, names = _template(one.path)
        shape = _PARAMETER.sub("{}", own)
        path = spelled.setdefault(shape, own)
        renamed = dict(zip(names, _PARAMETER.findall(path), strict=True))
        for method in _ANY if one.method == "ANY" else (one.method.lower(),):
            if method in METHODS and method not in paths.setdefault(path, {}):
                paths[path][method] = _operation(one, method, path, renamed, used, schemes)
    kept = {path: dict(sorted(operations.items())) for path, operations in sorted(paths.items()) if operations}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": title or "API",
            "version": "0.0.0",
            "description": "Made from the code's endpoints; what the code does not tell is left open.",
        },
        "paths": kept,
    }
    if schemes:
        document["components"] = {"securitySchemes": schemes}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _template(path: str) -> tuple[str, list[str]]:
    """A path whose parameters have names, each once; with the names that they had."""
    seen: dict[str, int] = {}
    had: list[str] = []

    def named(match: re.Match[str]) -> str:
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", match.group(1)) or "value"
        seen[name] = seen.get(name, 0) + 1
        had.append(match.group(1) if seen[name] == 1 else f"{match.group(1)} {seen[name]}")
        return f"{{{name}}}" if seen[name] == 1 else f"{{{name}_{seen[name]}}}"

    return _PARAMETER.sub(named, path.split("?", 1)[0]), had


def _operation(
    one: ApiEndpoint, method: str, path: str, renamed: dict[str, str], used: set[str], schemes: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": _operation_id(method, path, used)}
    if one.purpose:
        operation["summary"] = " ".join(one.purpose.split())
    told = [
        one.note,
        f"handler: {one.handler}" if one.handler else "",
        f"source: {one.location}" if one.location else "",
    ]
    if any(told):
        operation["description"] = "; ".join(part for part in told if part)
    if one.service:
        operation["tags"] = [one.service]
    if parameters := _parameters(one, path, renamed):
        operation["parameters"] = parameters
    if one.request_schema is not None:
        operation["requestBody"] = {"content": _content(one.request_schema), "required": True}
    operation["responses"] = _responses(one)
    _secure(one, operation, schemes)
    return operation


def _operation_id(method: str, path: str, used: set[str]) -> str:
    base = method + "".join(f"_{part}" for part in re.findall(r"[A-Za-z0-9]+", path))
    name, number = base, 2
    while name in used:
        name, number = f"{base}_{number}", number + 1
    used.add(name)
    return name


def _parameters(one: ApiEndpoint, path: str, renamed: dict[str, str]) -> list[dict[str, Any]]:
    stated = {(renamed.get(each.name, each.name), each.location): each for each in one.parameters}
    listed: list[dict[str, Any]] = []
    for name in _PARAMETER.findall(path):
        known = stated.get((name, "path")) or stated.get((name, "unknown"))
        listed.append(
            {"name": name, "in": "path", "required": True, "schema": (schema_of(known.type) if known else {}) or {}}
        )
    for (name, location), each in stated.items():
        if location not in _QUERY_KINDS or (location == "header" and name.lower() in _IGNORED_HEADERS):
            continue
        entry: dict[str, Any] = {"name": name, "in": location, "schema": schema_of(each.type)}
        if each.required:
            entry["required"] = True
        if each.description:
            entry["description"] = each.description
        listed.append(entry)
    return listed


def _content(body: BodySchema) -> dict[str, Any]:
    item: dict[str, Any] = {"title": body.name} if body.name else {}
    if body.fields:
        item["type"] = "object"
        item["properties"] = {each.name: schema_of(each.type) for each in body.fields}
        required = [each.name for each in body.fields if each.required]
        if required:
            item["required"] = required
    schema = {"type": "array", "items": item} if body.many and not body.envelope else item
    return {body.content_type or "application/json": {"schema": schema}}


def _responses(one: ApiEndpoint) -> dict[str, Any]:
    said = "as the code answers" if one.status == "existing" else "done"
    good: dict[str, Any] = {"description": said}
    if one.response_schema is not None and one.success_status != 204:
        good["content"] = _content(one.response_schema)
    responses = {str(one.success_status) if one.success_status else "default": good}
    for error in one.errors:
        responses.setdefault(str(error.status), {"description": error.when})
    return responses


def _secure(one: ApiEndpoint, operation: dict[str, Any], schemes: dict[str, Any]) -> None:
    """State the authentication; as a security requirement only where the guard's name tells its scheme."""
    operation["x-authentication"] = one.authentication
    if one.authentication_evidence:
        operation["x-authentication-evidence"] = one.authentication_evidence
    if one.authentication not in ("required", "optional"):
        if one.authentication == "none":
            operation["security"] = []
        return
    scheme = scheme_of(one.authentication_evidence)
    if scheme is not None:
        schemes.setdefault(scheme["scheme"], scheme)
        needed: dict[str, list[str]] = {scheme["scheme"]: []}
        operation["security"] = [needed] if one.authentication == "required" else [{}, needed]


def placeholders(path: str) -> Iterable[str]:
    """The parameters that a path names."""
    return _PARAMETER.findall(path)
