"""Makes values that a JSON schema allows: the least, or all that it names. Always the same for the same schema."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

_DEEP = 5
_FORMATS = {
    "date-time": "2026-01-05T10:00:00Z",
    "date": "2026-01-05",
    "time": "10:00:00Z",
    "duration": "P1D",
    "email": "somebody@example.org",
    "uri": "https://example.org/a",
    "uuid": "6f1d7c1e-3a52-4c2b-9d50-0b6f6c9e1a10",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "path": "docs/example.md",
    "file-path": "docs/example.md",
    "directory-path": "docs",
    "regex": "a+",
    "hostname": "example.org",
    "byte": base64.b64encode(b"example").decode(),
    "base64url": "ZXhhbXBsZQ==",
}
_WORDS = (
    *("example", "a", "A", "1", "example-1", "EX-001", "A-1", "AB-001", "example_1", "Example", "EXAMPLE", "/example"),
    *(
        "GET",
        "GET /example",
        "example.md",
        "docs/example.md:1",
        "1.0.0",
        "v1.0.0",
        "2026-01-05",
        "#336699",
        "example:1",
    ),
    *("https://example.org", "somebody@example.org", "0" * 64, "0" * 40, "example.module:name", "+12025550100", "en"),
    *("package.module", "123456", "00:00", "10%", "$1.00", "{example}", "Example text.", "en-GB", "1.5"),
)


class CannotFillError(ValueError):
    """No value is known that a schema allows."""


def fill(schema: Mapping[str, Any], *, full: bool = False) -> Any:
    """Make a value.

    Args:
        schema: A JSON schema as pydantic makes it.
        full: Fill what may be left out too, and lists with more than one item.

    Raises:
        CannotFillError: It asks for something that this can't make, such as a string of an unusual pattern.
    """
    return _Filler(schema, full).value(schema, "", 0, 0)


class _Filler:
    def __init__(self, root: Mapping[str, Any], full: bool) -> None:
        self.root = root
        self.full = full

    def value(self, schema: Any, where: str, depth: int, number: int) -> Any:
        """Make one value; `number` tells those of a list apart."""
        if schema is True or not schema:
            return "example"
        if schema is False:
            raise CannotFillError(f"nothing is allowed at {where or 'the top'}")
        if "$ref" in schema:
            return self.value(self._named(str(schema["$ref"])) | _beside(schema), where, depth + 1, number)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return _nth(schema["enum"], number)
        if schema.get("examples"):
            return _nth(schema["examples"], number)
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                return self._one_of(schema[key], where, depth, number)
        if schema.get("allOf"):
            merged: dict[str, Any] = {}
            for part in schema["allOf"]:
                merged |= self._named(str(part["$ref"])) if "$ref" in part else part
            return self.value(merged | _beside(schema, "allOf"), where, depth + 1, number)
        return self._of_type(schema, where, depth, number)

    def _named(self, reference: str) -> dict[str, Any]:
        found: Any = self.root
        for part in reference.removeprefix("#/").split("/"):
            found = found.get(part, {}) if isinstance(found, Mapping) else {}
        return dict(found)

    def _one_of(self, options: list[Any], where: str, depth: int, number: int) -> Any:
        nulls = [one for one in options if isinstance(one, Mapping) and one.get("type") == "null"]
        if nulls and (not self.full or depth > _DEEP):
            return None
        others = [one for one in options if one not in nulls]
        reasons: list[str] = []
        for one in others:
            try:
                return self.value(one, where, depth + 1, number)
            except CannotFillError as error:
                reasons.append(str(error))
        raise CannotFillError("; ".join(reasons) or f"nothing is allowed at {where}")

    def _of_type(self, schema: Mapping[str, Any], where: str, depth: int, number: int) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        match kind:
            case "null":
                return None
            case "boolean":
                return self.full
            case "integer" | "number":
                return _number(schema, where, number, whole=kind == "integer")
            case "array":
                return self._array(schema, where, depth)
            case "object":
                return self._object(schema, where, depth, number)
            case _:
                return _string(schema, where, number)

    def _array(self, schema: Mapping[str, Any], where: str, depth: int) -> list[Any]:
        first = schema.get("prefixItems", [])
        made = [self.value(one, f"{where}[{at}]", depth + 1, at) for at, one in enumerate(first)]
        least, most = schema.get("minItems", 0), schema.get("maxItems", 1_000)
        several = 8 if schema.get("uniqueItems") else 3  # of a set so many that its order shows
        wanted = max(least, several if self.full and depth < _DEEP and schema.get("items") is not None else 0)
        while len(made) < min(wanted, most) and schema.get("items") is not False:
            item = self.value(schema.get("items", True), f"{where}[{len(made)}]", depth + 1, len(made))
            if schema.get("uniqueItems") and item in made:
                if len(made) >= least:
                    break
                raise CannotFillError(f"not enough different items are known for {where}")
            made.append(item)
        return made

    def _object(self, schema: Mapping[str, Any], where: str, depth: int, number: int) -> dict[str, Any]:
        required = schema.get("required", [])
        made: dict[str, Any] = {}
        for name, part in schema.get("properties", {}).items():
            if name in required or (self.full and depth < _DEEP):
                made[name] = self.value(part, f"{where}.{name}".lstrip("."), depth + 1, number)
        more = schema.get("additionalProperties")
        if isinstance(more, Mapping) and self.full and depth < _DEEP:
            made["example"] = self.value(more, f"{where}.example", depth + 1, number)
        return made


def _beside(schema: Mapping[str, Any], *but: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in ("$ref", "$defs", "default", *but)}


def _nth(options: Any, number: int) -> Any:
    return options[number % len(options)]


def _number(schema: Mapping[str, Any], where: str, number: int, *, whole: bool) -> Any:
    step = schema.get("multipleOf", 1 if whole else 0.5)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    start = low if low is not None else (high - 10 * step if high is not None and high < 1 else 1)
    for turn in range(12):
        value = (start // step + (0 if start % step == 0 else 1) + turn + number) * step
        above = low is None or (value > low if "exclusiveMinimum" in schema else value >= low)
        below = high is None or (value < high if "exclusiveMaximum" in schema else value <= high)
        if above and below:
            return int(value) if whole else float(value)
        if not below and number:
            return _number(schema, where, 0, whole=whole)
    middle = (low + high) / 2 if low is not None and high is not None else start
    if whole:
        raise CannotFillError(f"no whole number is known for {where}")
    return middle


def _string(schema: Mapping[str, Any], where: str, number: int) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    kind = schema.get("format")
    if kind in _FORMATS and "pattern" not in schema:
        return _FORMATS[kind]
    pattern = schema.get("pattern")
    told = where.rpartition(".")[2].partition("[")[0].replace("_", " ") or "example"
    words = _WORDS if pattern else (f"{told} {number + 1}", *_WORDS)
    found = 0
    for word in words:
        text = word if pattern or len(word) >= least else word + "." * (least - len(word))
        text = text[:most] if not pattern else text
        if least <= len(text) <= most and (pattern is None or _matches(str(pattern), text)):
            if found == number or not pattern:
                return text
            found += 1
    if found:
        return _string(schema, where, number % found)
    raise CannotFillError(f"no text is known that fits the pattern {pattern!r} of {where}")


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error as error:
        raise CannotFillError(f"the pattern {pattern!r} is none that Python can read: {error}") from error
