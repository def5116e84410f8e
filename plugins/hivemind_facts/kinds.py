"""The kind of a file by its name: the language that `SourceFile.language` carries."""

from __future__ import annotations

from posixpath import basename

BY_SUFFIX = {
    ".py": "python",
    ".pyi": "python-stub",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "jsx",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".vue": "vue",
    ".svelte": "svelte",
    ".html": "html",
    ".htm": "html",
    ".java": "java",
    ".kt": "kotlin",
    ".kts": "kotlin-script",
    ".groovy": "groovy",
    ".gradle": "gradle",
    ".scala": "scala",
    ".go": "go",
    ".sql": "sql",
    ".prisma": "prisma",
    ".graphql": "graphql",
    ".graphqls": "graphql",
    ".gql": "graphql",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".toml": "toml",
    ".properties": "properties",
    ".xml": "xml",
    ".ini": "ini",
    ".cfg": "ini",
    ".rb": "ruby",
    ".php": "php",
    ".rs": "rust",
    ".cs": "csharp",
    ".c": "c",
    ".h": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".hpp": "cpp",
    ".swift": "swift",
    ".dart": "dart",
    ".ex": "elixir",
    ".exs": "elixir",
    ".erl": "erlang",
    ".clj": "clojure",
    ".lua": "lua",
    ".sh": "shell",
    ".bash": "shell",
    ".ps1": "powershell",
    ".css": "css",
    ".scss": "scss",
    ".less": "less",
    ".md": "markdown",
    ".rst": "restructuredtext",
    ".tf": "terraform",
    ".proto": "protobuf",
    ".lock": "lock",
    ".mod": "gomod",
    ".txt": "text",
    ".http": "http",
    ".env": "env",
}
BY_NAME = {
    "Dockerfile": "dockerfile",
    "Containerfile": "dockerfile",
    "Makefile": "makefile",
    "Procfile": "procfile",
    "Jenkinsfile": "groovy",
    "Pipfile": "toml",
    "Pipfile.lock": "json",
    "composer.lock": "json",
    "poetry.lock": "toml",
    "uv.lock": "toml",
    "pdm.lock": "toml",
    "Cargo.lock": "toml",
    "Gemfile": "ruby",
    "Rakefile": "ruby",
    "manage.py": "python",
    "go.mod": "gomod",
    "go.sum": "lock",
    "CMakeLists.txt": "cmake",
}
PROGRAMMING = frozenset(
    (
        *("python", "javascript", "jsx", "typescript", "tsx", "vue", "svelte", "html", "css", "scss", "less"),
        *("java", "kotlin", "groovy", "scala", "clojure", "go", "rust", "c", "cpp", "csharp", "swift", "dart"),
        *("ruby", "php", "elixir", "erlang", "lua", "shell", "powershell"),
        *("sql", "prisma", "graphql", "protobuf", "terraform"),
    )
)
"""Kinds that count as source in the share of languages."""


def language(path: str) -> str:
    """The language of a file by its name; '' where it is not known."""
    name = basename(path)
    if name in BY_NAME:
        return BY_NAME[name]
    if name.startswith((".env", "env.")):
        return "env"
    if name.lower().startswith("dockerfile.") or name.lower().endswith(".dockerfile"):
        return "dockerfile"
    dot = name.rfind(".")
    return BY_SUFFIX.get(name[dot:].lower(), "") if dot >= 0 else ""
