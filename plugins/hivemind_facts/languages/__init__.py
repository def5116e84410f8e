"""The languages that have a digest, by the name that `SourceFile.language` carries."""

from __future__ import annotations

LANGUAGES: dict[str, str] = {
    "python": "hivemind_facts.languages.python:PythonLanguage",
    "sql": "hivemind_facts.languages.sql:Sql",
    "go": "hivemind_facts.languages.go:GoLanguage",
    "java": "hivemind_facts.languages.java:JavaLanguage",
    "javascript": "hivemind_facts.languages.javascript:JavaScript",
    "jsx": "hivemind_facts.languages.javascript:Jsx",
    "typescript": "hivemind_facts.languages.javascript:TypeScript",
    "tsx": "hivemind_facts.languages.javascript:Tsx",
    "vue": "hivemind_facts.languages.javascript:Vue",
    "svelte": "hivemind_facts.languages.javascript:Svelte",
    "html": "hivemind_facts.languages.javascript:Html",
}
