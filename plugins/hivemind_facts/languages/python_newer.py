"""Files that this interpreter's parser refuses: newer syntax said in older words, else the parts that do parse."""

from __future__ import annotations

import ast
import re

_GENERIC = re.compile(r"^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)\[", re.MULTILINE)
_ALIAS = re.compile(r"^([ \t]*)type[ \t]+(\w+)[ \t]*(\[)?(?=.*=)", re.MULTILINE)
_EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:", re.MULTILINE)
_CONTINUES = (")", "]", "}", " ", "\t", "#", "else", "elif", "except", "finally", "\n", "\r", "'", '"')
MAX_PARTS = 2_000


def older(text: str) -> str:
    """The same program without type parameters, `type` statements and bare `except A, B`; lines stay where they are."""
    text = _EXCEPT.sub(r"\1(\2):", text)
    text = _without(_GENERIC, text)
    found = _ALIAS.search(text)
    while found:
        after = _closed(text, found.end()) if found.group(3) else found.end()
        text = (
            f"{text[: found.start()]}{found.group(1)}{found.group(2)} {_kept(text[found.end() : after])}{text[after:]}"
        )
        found = _ALIAS.search(text, found.start() + 1)
    return text


def _without(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    while found:
        after = _closed(text, found.end())
        text = found.string[: found.start()] + found.group(1) + _kept(text[found.end() : after]) + text[after:]
        found = pattern.search(text, found.start() + 1)
    return text


def _kept(removed: str) -> str:
    """What must stay of a removed part: its line breaks, inside the brackets that follow."""
    return "\\\n" * removed.count("\n")


def _closed(text: str, start: int) -> int:
    depth = 1
    for position in range(start, min(len(text), start + 5_000)):
        depth += text[position] == "["
        depth -= text[position] == "]"
        if depth == 0:
            return position + 1
    return start


def parts(text: str) -> tuple[ast.Module, list[tuple[int, str]]]:
    """The top-level parts of a file that parse, and a line and reason for each that does not."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    decorated = False
    for number, line in enumerate(lines):
        if not line.startswith(_CONTINUES):
            if not decorated and number:
                starts.append(number)
            decorated = line.startswith("@")
    body: list[ast.stmt] = []
    errors: list[tuple[int, str]] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if len(errors) > MAX_PARTS:
            break
        try:
            tree = ast.parse("".join(lines[start:end]))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            number = int(getattr(error, "lineno", None) or 1) + start
            errors.append((number, f"not valid Python: {getattr(error, 'msg', error)}"))
            continue
        body += [ast.increment_lineno(node, start) for node in tree.body]
    return ast.Module(body=body, type_ignores=[]), errors
