"""One front-end file, read once: its markup, and its syntax tree where it is a script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from posixpath import basename, splitext
from typing import TYPE_CHECKING

from hivemind_frontend.markup.elements import Markup
from hivemind_frontend.markup.html import read_html, read_svelte, read_vue
from hivemind_frontend.markup.jsx import parse, read_jsx

if TYPE_CHECKING:
    from tree_sitter import Node

_SCRIPTS = frozenset((".js", ".mjs", ".jsx", ".ts", ".tsx"))
_JSX_IN_JS = re.compile(r"from\s+[\"'](react|preact|solid-js)|require\([\"']react|/>|</[A-Za-z]")
_TELLING = re.compile(
    r"path\s*:|<Route|createSlice|defineStore|createContext|localStorage|sessionStorage|useState|create\(|"
    r"React|Component|from\s+[\"'](react|preact)|location\.(hash|pathname)"
)
_SCRIPT_BLOCK = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)


@dataclass
class SourceFile:
    """One file of a front end."""

    path: str
    text: str

    @property
    def suffix(self) -> str:
        """The ending of its name."""
        return splitext(self.path)[1].lower()

    @property
    def name(self) -> str:
        """Its name without the ending."""
        return splitext(basename(self.path))[0]

    @cached_property
    def tree(self) -> Node | None:
        """The syntax tree of a script, or of the script in a Vue or Svelte file, at its own lines; None without one."""
        if self.suffix in _SCRIPTS:
            return parse(self.path, self.text) if _TELLING.search(self.text) or self.suffix != ".js" else None
        if self.suffix not in (".vue", ".svelte"):
            return None
        match = _SCRIPT_BLOCK.search(self.text)
        if match is None:
            return None
        kind = ".ts" if re.search(r"lang\s*=\s*[\"']tsx?", match.group(1)) else ".js"
        return parse(f"x{kind}", "\n" * self.text.count("\n", 0, match.start(2)) + match.group(2))

    @cached_property
    def markup(self) -> Markup | None:
        """The markup; None where it has none."""
        if self.suffix in (".html", ".htm"):
            return read_html(self.path, self.text)
        if self.suffix == ".vue":
            return read_vue(self.path, self.text)
        if self.suffix == ".svelte":
            return read_svelte(self.path, self.text)
        if self.suffix in (".jsx", ".tsx") or (self.suffix in (".js", ".mjs") and _JSX_IN_JS.search(self.text)):
            tree = self.tree
            return read_jsx(self.path, tree) if tree is not None else None
        return None
