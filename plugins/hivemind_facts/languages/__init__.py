"""The languages that have a digest, by the name that `SourceFile.language` carries."""

from __future__ import annotations

LANGUAGES: dict[str, str] = {
    "python": "hivemind_facts.languages.python:PythonLanguage",
    "sql": "hivemind_facts.languages.sql:Sql",
}
