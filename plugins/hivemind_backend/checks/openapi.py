"""The OpenAPI document holds: by its structure, by openapi-spec-validator, and beside the endpoints that are listed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hivemind_backend.checks.problem import Problem
from hivemind_backend.models import BackendOutput
from hivemind_backend.openapi import METHODS, placeholders

WHERE = "documentation.openapi"
_MAX_PROBLEMS = 20
_OPENAPI = re.compile(r"""^(?:\s*\{)?\s*["']?openapi["']?\s*:\s*["']?3\.1""", re.MULTILINE)
"""How a generated file begins that is such a document; other versions are parsed only."""
_MAX_VALIDATED = 400_000
"""Characters; the full validation of a longer document takes minutes."""


def load(text: str) -> Mapping[str, Any]:
    """Read a document from JSON or YAML text.

    Raises:
        ValueError: It is neither, or no mapping.
    """
    import yaml

    try:
        document = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise ValueError(" ".join(str(error).split())[:400]) from error
    if not isinstance(document, Mapping):
        raise ValueError(f"it is {type(document).__name__}, not a mapping")
    return document


def openapi_problems(output: BackendOutput) -> Iterator[Problem]:
    """Say what does not hold of the documents, and where their paths are not the endpoints that are listed."""
    text = output.documentation.openapi
    if text.strip():
        yield from _document_problems(output, text)
    for file in output.files:
        if (
            file.path.lower().endswith((".yaml", ".yml", ".json"))
            and file.content != text
            and _OPENAPI.search(file.content)
        ):
            for problem in _document_problems(output, file.content):
                yield replace(problem, where=file.path)


def _document_problems(output: BackendOutput, text: str) -> Iterator[Problem]:
    try:
        document = load(text)
    except ValueError as error:
        yield Problem("the OpenAPI document can't be read", str(error), WHERE)
        return
    problems = list(_structure(document))[:_MAX_PROBLEMS]
    if not problems and len(text) <= _MAX_VALIDATED:
        problems = list(_validated(document))[:_MAX_PROBLEMS]
    yield from problems
    if not problems:
        yield from _beside_endpoints(output, document)


def _structure(document: Mapping[str, Any]) -> Iterator[Problem]:
    if not re.match(r"^3\.1\.\d+$", str(document.get("openapi", ""))):
        yield Problem("the OpenAPI document is not of version 3.1", f"openapi: {document.get('openapi')!r}", WHERE)
    info = document.get("info")
    if not isinstance(info, Mapping) or not info.get("title") or not info.get("version"):
        yield Problem("the OpenAPI document lacks info.title or info.version", f"info: {info!r}"[:200], WHERE)
    paths = document.get("paths", {})
    if not isinstance(paths, Mapping):
        yield Problem("the OpenAPI document's paths are no mapping", type(paths).__name__, WHERE)
        return
    ids: set[str] = set()
    for path, item in paths.items():
        if not str(path).startswith("/") or not isinstance(item, Mapping):
            yield Problem("a path of the OpenAPI document does not hold", f"{path!r} must start with '/'", WHERE)
            continue
        for method, operation in item.items():
            if method in METHODS:
                yield from _operation(str(path), method, operation, item.get("parameters"), ids)


def _operation(path: str, method: str, operation: Any, shared: Any, ids: set[str]) -> Iterator[Problem]:
    name = f"{method.upper()} {path}"
    if not isinstance(operation, Mapping):
        yield Problem("an operation of the OpenAPI document is no mapping", name, WHERE)
        return
    own = operation.get("operationId")
    if isinstance(own, str):
        if own in ids:
            yield Problem("an operationId of the OpenAPI document is used twice", f"{own} ({name})", WHERE)
        ids.add(own)
    responses = operation.get("responses", {"default": {}})
    if not isinstance(responses, Mapping) or not responses:
        yield Problem("an operation of the OpenAPI document has no responses", name, WHERE)
    listed = [*(shared or ()), *(operation.get("parameters") or ())]
    if any(isinstance(each, Mapping) and "$ref" in each for each in listed):
        return
    stated = {each.get("name") for each in listed if isinstance(each, Mapping) and each.get("in") == "path"}
    for missing in sorted(set(placeholders(path)) - stated):
        yield Problem("a path parameter of the OpenAPI document is not declared", f"{missing} of {name}", WHERE)


def _validated(document: Mapping[str, Any]) -> Iterator[Problem]:
    """What the reference validator says."""
    from openapi_spec_validator import OpenAPIV31SpecValidator

    try:
        plain = json.loads(json.dumps(document, default=str))
        for error in OpenAPIV31SpecValidator(plain).iter_errors():
            where = "/".join(str(part) for part in getattr(error, "absolute_path", ()))
            message = str(getattr(error, "message", error))[:300]
            yield Problem("the OpenAPI document does not validate", f"{where}: {message}" if where else message, WHERE)
    except Exception as error:  # noqa: BLE001  (the validator raises whatever its libraries do, such as a reference
        # that leads nowhere; each means that the document does not hold)
        yield Problem("the OpenAPI document does not validate", f"{type(error).__name__}: {error}"[:300], WHERE)


def _beside_endpoints(output: BackendOutput, document: Mapping[str, Any]) -> Iterator[Problem]:
    """What is new or modified stands in the document, and what stands there is listed."""
    methods = {each.upper() for each in METHODS}
    stated = {
        (method.upper(), _shape(str(path))): f"{method.upper()} {path}"
        for path, item in (document.get("paths") or {}).items()
        if isinstance(item, Mapping)
        for method in item
        if method in METHODS
    }
    listed = {(one.method, _shape(one.path)) for one in output.api_endpoints}
    wanted = [one for one in output.api_endpoints if one.status in ("new", "modified") and one.method in methods]
    for one in wanted:
        if (one.method, _shape(one.path)) not in stated:
            detail = f"{one.method} {one.path} is {one.status}, but the document does not have it"
            yield Problem("the OpenAPI document lacks an endpoint", detail, WHERE)
    for (method, path), said in stated.items():
        if (method, path) not in listed and ("ANY", path) not in listed:
            detail = f"{said} stands in the document, but not in api_endpoints"
            yield Problem("the OpenAPI document has an endpoint that is not listed", detail, WHERE)


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.split("?", 1)[0].rstrip("/") or "/")
