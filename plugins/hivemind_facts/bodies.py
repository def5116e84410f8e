"""The source text of functions, found by name across the files of one language family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hivemind_facts.reading import Digest, Repository

FAMILIES: dict[str, tuple[str, ...]] = {
    "python": ("python",),
    "javascript": ("javascript", "jsx", "typescript", "tsx"),
    "java": ("java",),
    "go": ("go",),
}
_SUFFIXES = {".py": "python", ".java": "java", ".go": "go"}
_SCRIPTS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_DEF = re.compile(r"^([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_MAX_LINES = 400
_MAX_INLINE = 20_000


@dataclass(frozen=True)
class Body:
    """Where a function stands."""

    path: str
    start: int
    end: int


def family_of(path: str) -> str:
    """The family of a file; '' if functions of its language are not found here."""
    if path.endswith(_SCRIPTS):
        return "javascript"
    return next((family for suffix, family in _SUFFIXES.items() if path.endswith(suffix)), "")


class Bodies:
    """Functions by their simple name."""

    def __init__(self, repository: Repository, family: str) -> None:
        self._repository = repository
        self._found: dict[str, list[Body]] = {}
        self._lines: dict[str, list[str]] = {}
        for path, digest in repository.digests(*FAMILIES[family]).items():
            if not digest.get("test"):
                for name, body in _functions(repository, family, path, digest):
                    self._found.setdefault(name, []).append(body)

    def named(self, name: str) -> list[Body]:
        """Every function of a simple name."""
        return self._found.get(name, [])

    def text(self, body: Body) -> str:
        """The source of a function."""
        lines = self._of(body.path)
        return "\n".join(lines[body.start - 1 : min(body.end, body.start + _MAX_LINES)])

    def inline(self, path: str, line: int) -> str:
        """The source of a call that begins on a line, to the end of its arguments."""
        text = "\n".join(self._of(path)[line - 1 : line + _MAX_LINES])[:_MAX_INLINE]
        depth = 0
        for match in re.finditer(r"[()]", text):
            depth += 1 if match.group() == "(" else -1
            if depth <= 0:
                return text[: match.end()]
        return text

    def _of(self, path: str) -> list[str]:
        if path not in self._lines:
            self._lines[path] = self._repository.text(path).split("\n")
        return self._lines[path]


def _functions(repository: Repository, family: str, path: str, digest: Digest) -> Iterator[tuple[str, Body]]:
    if family == "javascript":
        for line, name, end, _ in digest.get("functions", ()):
            yield name, Body(path, line, end)
    elif family == "go":
        for one in digest.get("functions", ()):
            yield one["name"], Body(path, one["line"], one["end"])
    elif family == "java":
        for kind in digest.get("types", ()):
            for one in kind["methods"]:
                yield one["name"], Body(path, one["line"], one["end"])
    else:
        yield from _indented(repository.text(path), path)


def _indented(text: str, path: str) -> Iterator[tuple[str, Body]]:
    """Python's functions: to the last line that is indented deeper, past a signature of several lines."""
    if "def " not in text:
        return
    lines = text.split("\n")
    for match in _DEF.finditer(text):
        start = text.count("\n", 0, match.start()) + 1
        depth = len(match.group(1).expandtabs())
        end = start
        while end < len(lines) and end - start < _MAX_LINES:
            line = lines[end]
            bare = line.strip()
            if bare and len(line.expandtabs()) - len(line.expandtabs().lstrip()) <= depth and bare[0] not in ")]":
                break
            end += 1
        yield match.group(2), Body(path, start, end)
