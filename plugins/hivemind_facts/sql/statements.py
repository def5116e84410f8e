"""Splits SQL text into statements with the line that each begins on; one broken statement costs no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_STATEMENT = 200_000
_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^'\\]|''|\\.)*'?|\"(?:[^\"]|\"\")*\"?|`[^`]*`?"
    r"|\$(?P<tag>[A-Za-z_]\w*)?\$|;|^[ \t]*GO[ \t]*;?[ \t]*$|^[ \t]*/[ \t]*$|^DELIMITER[ \t]+(?P<delimiter>\S+)[ \t]*$"
    r"|^\\.*$",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_DOWN = re.compile(
    r"^[ \t]*(?:--+|#|//)[ \t]*(?:\+?(?:goose|migrate|migration|rambler|micrate|dbmate)[ \t:]+down\b"
    r"|\+?(?:down|rollback|undo)(?:[ \t]+(?:migration|script))?[ \t]*:?[ \t]*$|//@undo\b|@undo\b)",
    re.IGNORECASE | re.MULTILINE,
)
_UP = re.compile(
    r"^[ \t]*(?:--+|#)[ \t]*(?:\+?(?:goose|migrate|migration|rambler|micrate|dbmate)[ \t:]+up\b|\+?up[ \t]*:?[ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_COPY = re.compile(r"\s*COPY\b[^;]*\bFROM\s+stdin\b", re.IGNORECASE)
_LEADING = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/|#[^\n]*(?:\n|\Z))*", re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """One statement without its delimiter and leading comments."""

    text: str
    line: int


def without_down(text: str) -> str:
    """Blank out the part that takes a migration back (goose, dbmate, sql-migrate, plain `-- Down`), lines kept."""
    parts: list[str] = []
    position = 0
    while (down := _DOWN.search(text, position)) is not None:
        up = _UP.search(text, down.end())
        end = up.start() if up else len(text)
        parts.append(text[position : down.start()])
        parts.append("\n" * text.count("\n", down.start(), end))
        position = end
    return "".join(parts) + text[position:]


def split(text: str) -> Iterator[Statement]:
    """Yield the statements of a script in order."""
    text = text.replace("\r\n", "\n")
    start, position, delimiter = 0, 0, ";"
    while position < len(text):
        if delimiter != ";":
            stop = text.find(delimiter, position)
            change = re.compile(r"^DELIMITER[ \t]+(\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE).search(text, position)
            if change is not None and (stop < 0 or change.start() < stop):
                start = position = change.end()
                delimiter = change.group(1)
                continue
            stop = len(text) if stop < 0 else stop
            yield from _statement(text, start, stop)
            start = position = stop + len(delimiter)
            continue
        match = _TOKEN.search(text, position)
        if match is None:
            break
        mark = match.group()
        position = max(match.end(), match.start() + 1)
        if match.group("delimiter"):
            yield from _statement(text, start, match.start())
            start, delimiter = position, match.group("delimiter")
        elif mark.startswith("$") and mark.endswith("$"):
            close = text.find(mark, position)
            position = len(text) if close < 0 else close + len(mark)
        elif mark == ";" or mark.strip().upper().rstrip(";").strip() in ("GO", "/"):
            yield from _statement(text, start, match.start())
            if _COPY.match(text, start):
                end = text.find("\n\\.", position)
                position = len(text) if end < 0 else end + 3
            start = position
        elif mark.startswith("\\"):
            yield from _statement(text, start, match.start())
            start = position
    yield from _statement(text, start, len(text))


def _statement(text: str, start: int, stop: int) -> Iterator[Statement]:
    leading = _LEADING.match(text, start, stop)
    begin = leading.end() if leading else start
    body = text[begin:stop].strip()
    if body and len(body) <= MAX_STATEMENT:
        yield Statement(body, text.count("\n", 0, begin) + 1)
