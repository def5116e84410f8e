"""URL patterns of Django as paths: converters and regular expressions to `{name}`."""

from __future__ import annotations

import re

from hivemind_facts.readers.python.web import braces

_NAMED = re.compile(r"\(\?P<(\w+)>")


def from_route(route: str) -> str:
    """A `path()` route as a path."""
    return braces(route)


def from_regex(pattern: str) -> str | None:
    """A `re_path()` pattern as a path; None where it stands for more than one shape."""
    found: list[str] = []
    position = 0
    unnamed = 0
    text = pattern
    while position < len(text):
        character = text[position]
        if character in "^$":
            position += 1
        elif character == "(":
            end = _closing(text, position)
            if end < 0:
                return None
            named = _NAMED.match(text, position)
            inner = text[position + 1 : end]
            position = _quantified(text, end + 1)
            if named:
                found.append("{" + named.group(1) + "}")
            elif inner.startswith("?:"):
                optional = text[end + 1 : position] in ("?", "*", "*?")
                part = "" if optional else from_regex(inner[2:])
                if part is None or "|" in inner:
                    return None
                found.append(part)
            elif not inner.startswith("?"):
                unnamed += 1
                found.append("{arg%d}" % unnamed)  # noqa: UP031
        elif character == "[":
            end = text.find("]", position + 2)
            if end < 0:
                return None
            position = _quantified(text, end + 1)
            unnamed += 1
            found.append("{arg%d}" % unnamed)  # noqa: UP031
        elif character == "\\" and position + 1 < len(text):
            escaped = text[position + 1]
            position += 2
            if escaped in "wdsWDS":
                position = _quantified(text, position)
                unnamed += 1
                found.append("{arg%d}" % unnamed)  # noqa: UP031
            elif escaped not in "AZzbB":
                found.append(escaped)
        elif character == "." and text[position + 1 : position + 2] in ("*", "+"):
            position = _quantified(text, position + 1)
            unnamed += 1
            found.append("{arg%d}" % unnamed)  # noqa: UP031
        elif character == "|":
            return None
        else:
            after = text[position + 1 : position + 2]
            if after in ("?", "*"):
                position += 2  # the character may be left out: '/?'
                found.append(character if character == "/" else "")
                continue
            found.append(character)
            position += 2 if after == "+" else 1
    return "".join(found)


def _closing(text: str, start: int) -> int:
    depth = 0
    position = start
    inside = False
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif inside:
            inside = character != "]"
        elif character == "[":
            inside = True
            position += 1 if text[position + 1 : position + 2] in ("]", "^") else 0
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    return -1


def _quantified(text: str, position: int) -> int:
    """The position after a quantifier."""
    if text[position : position + 1] == "{":
        end = text.find("}", position)
        position = end + 1 if end > 0 else position
    while text[position : position + 1] in ("+", "*", "?") and text[position : position + 1]:
        position += 1
    return position
