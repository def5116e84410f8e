"""Generated files parse in their language."""

from __future__ import annotations

import ast
import json
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hivemind_backend.checks.problem import Problem
from hivemind_backend.checks.sql import parse as parse_sql
from hivemind_backend.models import BackendOutput

if TYPE_CHECKING:
    from hivemind import GeneratedFile

MAX_CHARACTERS = 1_000_000
_BY_SUFFIX = {
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
_GRAMMARS = {
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "java": ("tree_sitter_java", "language"),
    "go": ("tree_sitter_go", "language"),
}


def code_problems(output: BackendOutput) -> Iterator[Problem]:
    """Say which generated files do not parse."""
    dialects = {one.dialect for one in output.database_changes if one.dialect}
    dialect = dialects.pop() if len(dialects) == 1 else ""
    paths: set[str] = set()
    for file in output.files:
        if file.path.lower() in paths:
            yield Problem("two generated files have the same path", file.path, file.path)
        paths.add(file.path.lower())
        language = _BY_SUFFIX.get(PurePosixPath(file.path).suffix.lower(), "")
        if not language:
            continue
        if len(file.content) > MAX_CHARACTERS:
            yield Problem(
                "a generated file is too long to check", f"{len(file.content):,} characters", file.path, "warning"
            )
            continue
        reason = _reason(file, language, dialect)
        if reason:
            yield Problem(f"a generated file does not parse as {language}", reason, file.path)


def _reason(file: GeneratedFile, language: str, dialect: str) -> str:
    """Why a file does not parse; '' where it does."""
    if language in _GRAMMARS:
        return _grammar(file.content, language)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            _parse(file.content, language, dialect)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        return " ".join(str(error).split())[:300] or type(error).__name__
    return ""


def _parse(content: str, language: str, dialect: str) -> None:
    if language == "python":
        ast.parse(content)
    elif language == "json":
        json.loads(content)
    elif language == "toml":
        tomllib.loads(content)
    elif language == "sql":
        parse_sql(content, dialect)
    elif language == "yaml":
        import yaml

        try:
            for _ in yaml.parse(content, Loader=yaml.SafeLoader):
                pass
        except yaml.YAMLError as error:
            raise ValueError(str(error)) from error


def _grammar(content: str, language: str) -> str:
    import importlib

    from tree_sitter import Language, Parser

    module, function = _GRAMMARS[language]
    parser = Parser(Language(getattr(importlib.import_module(module), function)()))
    root = parser.parse(content.encode("utf-8", "replace")).root_node
    return f"line {_first_error(root)}: not understood" if root.has_error else ""


def _first_error(root: Any) -> int:
    """The line of the first part that does not parse."""
    node = root
    while True:
        child = next((one for one in node.children if one.has_error or one.is_missing), None)
        if child is None or node.is_error:
            return int(node.start_point[0]) + 1
        node = child
