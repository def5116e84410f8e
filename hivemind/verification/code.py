"""Code files parse in their language."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
import warnings
from pathlib import PurePosixPath
from typing import Any

from hivemind.verification.sql_text import DIALECTS, USUAL_DIALECTS, sql_problem

BY_SUFFIX = {
    ".py": "python",
    ".pyi": "python",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".sql": "sql",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".java": "java",
    ".go": "go",
}
_BY_NAME = {"py": "python", "js": "javascript", "ts": "typescript", "yml": "yaml", "golang": "go", "jsx": "javascript"}
_LANGUAGES = frozenset(BY_SUFFIX.values())
_GRAMMARS = {
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "java": ("tree_sitter_java", "language"),
    "go": ("tree_sitter_go", "language"),
}
_WITH_COMMENTS = re.compile(r"(^|/)((ts|js)config[^/]*\.json|devcontainer\.json|\.vscode/[^/]+\.json)$")
_TEMPLATED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_COMMENTS = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', re.DOTALL)
NEWER_PYTHON = re.compile(
    r"^\s*(type\s+\w+|(async\s+)?def\s+\w+\s*\[|class\s+\w+\s*\[)|\b[rR]?[fFtT][rR]?[\"']", re.MULTILINE
)


def language_of(path: str, stated: str = "") -> str:
    """The language that a file is checked in, by its suffix, else by what its author states; '' where in none."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in BY_SUFFIX:
        return BY_SUFFIX[suffix]
    if suffix and suffix not in (".txt",):
        return ""
    name = stated.strip().lower()
    if name in DIALECTS:
        return "sql"
    name = _BY_NAME.get(name, name)
    return name if name in _LANGUAGES and not suffix else ""


def code_problem(path: str, content: str, language: str, dialects: tuple[str, ...] = USUAL_DIALECTS) -> str:
    """Why a file does not parse in its language; '' where it does, or where no checker knows the language.

    Args:
        path: Its name, which tells files that may hold comments or templates.
        content: Its text.
        language: A name that `language_of` gives.
        dialects: Of SQL; a file that parses in one of them is right.
    """
    if language in _GRAMMARS:
        return _grammar(content, language)
    if language == "sql":
        return sql_problem(content, dialects)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            _parse(path, content, language)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        return " ".join(str(error).split())[:300] or type(error).__name__
    return ""


def may_be_newer(language: str, content: str) -> bool:
    """Whether what does not parse may be Python of a later version than the one that runs here."""
    return language == "python" and sys.version_info < (3, 14) and NEWER_PYTHON.search(content) is not None


def _parse(path: str, content: str, language: str) -> None:
    if language == "python":
        ast.parse(content)
    elif language == "json":
        json.loads(_without_comments(content) if _WITH_COMMENTS.search(path) else content)
    elif language == "toml":
        tomllib.loads(content)
    elif language == "yaml":
        import yaml

        if _TEMPLATED.search(content):
            return  # a template of YAML is no YAML before it is filled in
        try:
            for _ in yaml.parse(content, Loader=yaml.SafeLoader):
                pass
        except yaml.YAMLError as error:
            raise ValueError(str(error)) from error


def _without_comments(content: str) -> str:
    bare = _COMMENTS.sub(lambda match: match.group() if match.group().startswith('"') else " ", content)
    return _TRAILING_COMMA.sub(lambda match: match.group(1) or "", bare)


def _grammar(content: str, language: str) -> str:
    import importlib

    from tree_sitter import Language, Parser

    module, function = _GRAMMARS[language]
    parser = Parser(Language(getattr(importlib.import_module(module), function)()))
    source = content.encode("utf-8", "replace")
    root = parser.parse(source).root_node
    if not root.has_error:
        return ""
    line = _first_error(root)
    shown = source.split(b"\n")[line - 1].decode("utf-8", "replace").strip()[:120]
    return f"line {line}: not understood: {shown}"


def _first_error(root: Any) -> int:
    """The line of the first part that does not parse."""
    node = root
    while True:
        child = next((one for one in node.children if one.has_error or one.is_missing), None)
        if child is None or node.is_error:
            return int(node.start_point[0]) + 1
        node = child
