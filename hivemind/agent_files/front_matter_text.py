"""Front matter as text: what is written reads back as the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import yaml

from hivemind.agent_files.front_matter import Field, read

_WIDTH = 1_000_000
_LONG = 100


def text_line(key: str, text: str) -> str:
    """Write a text: plain where that reads back the same, else in quotes."""
    return f"{_scalar(key)}: {_scalar(text)}\n"


def flow_line(key: str, items: Sequence[str]) -> str:
    """Write a list of texts in one line, or an item a line where that is long."""
    written = [_scalar(item, flow=True) for item in items]
    line = f"{_scalar(key)}: [{', '.join(written)}]\n"
    if len(line) <= _LONG:
        return line
    rows = "".join(f"    {item},\n" for item in written)
    return f"{_scalar(key)}:\n  [\n{rows}  ]\n"


def field_line(field: Field) -> str:
    """Write a field as it was read: its own words where it is a text or a plain value, else as YAML."""
    value = field.value
    if isinstance(value, str):
        return text_line(field.key, value)
    if value is None:
        return f"{_scalar(field.key)}: null\n"
    if isinstance(value, bool | int | float | date) and _reads_as(field.key, field.text, value):
        return f"{_scalar(field.key)}: {field.text}\n"
    return _structure(field)


def list_line(field: Field) -> str:
    """Write a list field in the words of its items, or as it stands where it is no list."""
    if field.items is not None:
        return flow_line(field.key, field.items)
    return text_line(field.key, field.text) if isinstance(field.value, dict) else field_line(field)


def _structure(field: Field) -> str:
    key = _scalar(field.key)
    for unicode in (True, False):
        dumped = _dump(field.value, allow_unicode=unicode)
        if dumped is None:
            break
        block = isinstance(field.value, dict | list) and bool(field.value)
        line = f"{key}:\n{_indented(dumped)}" if block else f"{key}: {dumped.strip()}\n"
        if _reads_as(field.key, None, field.value, line):
            return line
    return text_line(field.key, field.text)


def _dump(value: Any, *, allow_unicode: bool) -> str | None:
    try:
        dumped: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=allow_unicode, width=_WIDTH)
    except (yaml.YAMLError, RecursionError, TypeError):
        return None
    return dumped.removesuffix("...\n")


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in text.removesuffix("\n").split("\n"))


def _reads_as(key: str, text: str | None, value: Any, line: str | None = None) -> bool:
    written = line if line is not None else f"{_scalar(key)}: {text}\n"
    found = _fields(written)
    if len(found) != 1:
        return False
    again = found[0]
    same = again.value == value or (again.value != again.value and value != value)  # a NaN equals nothing
    return again.key == key and type(again.value) is type(value) and same


def _scalar(text: str, *, flow: bool = False) -> str:
    if text and text == text.strip() and "\n" not in text and text.isprintable() and _plain(text, flow=flow):
        return text
    for unicode in (True, False):
        quoted: str = yaml.dump(
            text, Dumper=yaml.SafeDumper, default_style='"', allow_unicode=unicode, width=_WIDTH
        ).removesuffix("\n")
        found = _fields(f"k: {quoted}\n")
        if len(found) == 1 and found[0].value == text:
            return quoted
    return quoted


def _plain(text: str, *, flow: bool) -> bool:
    found = _fields(f"k: [{text}]\n" if flow else f"k: {text}\n")
    read_back: object = found[0].value if len(found) == 1 else None
    return read_back == ([text] if flow else text)


def _fields(text: str) -> list[Field]:
    from hivemind.errors import DefinitionError

    try:
        front = read(text, "", 1)
    except DefinitionError:
        return []
    return [] if front.loose_line is not None else list(front.fields.values())


def header(lines: Iterable[str]) -> str:
    """Put lines between the two fences."""
    return f"---\n{''.join(lines)}---\n"
