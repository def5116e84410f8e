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
    return _Scanner(pattern).path()


class _Scanner:
    """Goes through a regular expression once."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.position = 0
        self.found: list[str] = []
        self.unnamed = 0

    def path(self) -> str | None:
        """The path, or None."""
        steps = {"(": self._group, "[": self._set, "\\": self._escape, ".": self._any}
        while self.position < len(self.text):
            character = self.text[self.position]
            if character in "^$":
                self.position += 1
            elif character == "|" or (character in steps and not steps[character]()):
                return None
            elif character not in steps:
                self._literal(character)
        return "".join(self.found)

    def _parameter(self, position: int) -> bool:
        self.position = _quantified(self.text, position)
        self.unnamed += 1
        self.found.append("{arg" + str(self.unnamed) + "}")
        return True

    def _group(self) -> bool:
        start = self.position
        end = _closing(self.text, start)
        if end < 0:
            return False
        named = _NAMED.match(self.text, start)
        inner = self.text[start + 1 : end]
        if named or not inner.startswith("?"):
            if not named:
                return self._parameter(end + 1)
            self.position = _quantified(self.text, end + 1)
            self.found.append("{" + named.group(1) + "}")
            return True
        self.position = _quantified(self.text, end + 1)
        if inner.startswith("?:"):
            optional = self.text[end + 1 : self.position] in ("?", "*", "*?")
            part = "" if optional else from_regex(inner[2:])
            if part is None:
                return False
            self.found.append(part)
        return True

    def _set(self) -> bool:
        end = self.text.find("]", self.position + 2)
        return end > 0 and self._parameter(end + 1)

    def _escape(self) -> bool:
        escaped = self.text[self.position + 1 : self.position + 2]
        if escaped and escaped in "wdsWDS":
            return self._parameter(self.position + 2)
        self.position += 2
        if escaped and escaped not in "AZzbB":
            self.found.append(escaped)
        return True

    def _any(self) -> bool:
        if self.text[self.position + 1 : self.position + 2] in ("*", "+") and self.text[self.position + 1 :]:
            return self._parameter(self.position + 1)
        self._literal(".")
        return True

    def _literal(self, character: str) -> None:
        after = self.text[self.position + 1 : self.position + 2]
        if after and after in "?*":
            self.position += 2  # the character may be left out: '/?'
            self.found.append(character if character == "/" else "")
            return
        self.found.append(character)
        self.position += 2 if after == "+" else 1


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
