"""JSON Schema types of what code and databases call their types."""

from __future__ import annotations

import re

_KINDS = (
    (r"bool", "boolean"),
    (r"uuid", "string:uuid"),
    (r"datetime|timestamp|instant|time\.time|zoneddatetime|offsetdatetime", "string:date-time"),
    (r"^date$|localdate$", "string:date"),
    (
        r"^(?:.*\b)?(?:big|small|tiny|medium)?(?:int|integer|serial|bigserial)(?:\d+)?\b|^u?int\d*|^long$|^short$",
        "integer",
    ),
    (r"bigint|bigautofield|autofield|integerfield|biginteger", "integer"),
    (r"numeric|decimal|float|double|real|number|money", "number"),
    (r"^jsonb?$|dict|mapping|^object$|^map\b", "object"),
    (r"char|text|str|string|slug|email|url|enum|inet|citext", "string"),
    (r"bytea|blob|binary|bytes", "string"),
)


def json_type(type_: str) -> str:
    """The JSON Schema type, with a format behind a colon; '' where it can't be told."""
    lower = type_.strip().lower()
    if not lower or lower.startswith(("list", "array", "tuple", "set", "optional[list")) or lower.endswith("[]"):
        return "array" if lower else ""
    for pattern, kind in _KINDS:
        if re.search(pattern, lower):
            return kind
    return ""


def schema_of(type_: str) -> dict[str, object]:
    """A JSON Schema of a type as outputs write it: 'string:date-time', 'integer', or a type of the code."""
    name, _, form = type_.partition(":")
    if name not in ("string", "integer", "number", "boolean", "array", "object", "null"):
        known = json_type(type_)
        if not known:
            return {"description": f"type in the code: {type_}"} if type_ else {}
        name, _, form = known.partition(":")
    schema: dict[str, object] = {"type": name}
    if form:
        schema["format"] = form
    if name == "array":
        schema["items"] = {}
    return schema
