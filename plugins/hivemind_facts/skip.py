"""Which files are not read, and why: judged by name, by the folder they are in, and by their first bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from posixpath import basename, dirname

MAX_BYTES = 6 * 1024 * 1024
"""Files over this size are listed as skipped."""

SECRET_NAMES = (
    ".env",
    ".env.*",
    "*.env",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.ppk",
    "*.kdbx",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".pgpass",
    ".htpasswd",
    ".git-credentials",
    ".dockercfg",
    "credentials.json",
    "service-account*.json",
    "service_account*.json",
    "*.tfstate",
    "*.tfstate.backup",
)
SAMPLE_WORDS = frozenset({"example", "sample", "template", "dist", "tmpl", "default", "defaults", "schema", "tpl"})

ALWAYS_FOLDERS = {
    "node_modules": "vendored packages",
    "bower_components": "vendored packages",
    "jspm_packages": "vendored packages",
    "site-packages": "vendored packages",
    "Pods": "vendored packages",
    "__pycache__": "build output",
    "__pypackages__": "vendored packages",
    ".git": "version control",
    ".hg": "version control",
    ".svn": "version control",
    ".tox": "build output",
    ".nox": "build output",
    ".eggs": "build output",
    ".mypy_cache": "cache",
    ".pytest_cache": "cache",
    ".ruff_cache": "cache",
    ".hypothesis": "cache",
    ".ipynb_checkpoints": "cache",
    ".gradle": "build output",
    ".terraform": "build output",
    ".serverless": "build output",
    ".next": "build output",
    ".nuxt": "build output",
    ".output": "build output",
    ".svelte-kit": "build output",
    ".angular": "build output",
    ".turbo": "cache",
    ".parcel-cache": "cache",
    ".nyc_output": "build output",
    ".yarn": "vendored packages",
    ".pnpm-store": "vendored packages",
    "htmlcov": "build output",
    ".venv": "virtual environment",
}
GENERATED_NAMES = (
    ("*.min.js", "minified"),
    ("*.min.mjs", "minified"),
    ("*.min.css", "minified"),
    ("*.bundle.js", "bundled"),
    ("*.chunk.js", "bundled"),
    ("*.js.map", "source map"),
    ("*.css.map", "source map"),
    ("*.pb.go", "generated"),
    ("*.pb.gw.go", "generated"),
    ("*_pb2.py", "generated"),
    ("*_pb2_grpc.py", "generated"),
    ("*_pb.js", "generated"),
    ("*_grpc_pb.js", "generated"),
)
MINIFIED_SUFFIXES = (".js", ".mjs", ".cjs", ".css", ".jsx")
_GENERATED = re.compile(rb"^(//|#|/\*|--)[^\n]{0,80}Code generated [^\n]{0,200}DO NOT EDIT", re.MULTILINE)
_ROUTES_IN_GENERATED = re.compile(rb"oapi-codegen|goctl|hertz generator", re.IGNORECASE)


def secret(path: str) -> bool:
    """Whether a file is, by its name, a key file or a real environment file (samples are not)."""
    name = basename(path)
    if not any(fnmatchcase(name, pattern) for pattern in SECRET_NAMES):
        return False
    words = set(re.split(r"[.\-_]", name.lower()))
    return not words & SAMPLE_WORDS


def by_name(path: str) -> str | None:
    """Why a file is not read, judged by its name alone; None to read it."""
    name = basename(path)
    if secret(path):
        return "secret file: never read"
    return next((why for pattern, why in GENERATED_NAMES if fnmatchcase(name, pattern)), None)


def by_content(path: str, data: bytes) -> str | None:
    """Why a file is not read, judged by its bytes; None to read it."""
    head = data[:8192]
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "binary"
    if path.endswith(MINIFIED_SUFFIXES) and len(data) > 4096:
        if len(data) / (data.count(b"\n") + 1) > 400:
            return "minified"
    if _GENERATED.search(data[:2048]) and not _ROUTES_IN_GENERATED.search(data[:2048]):
        return "generated"
    return None


class Folders:
    """Decides which folders of a tree are vendored or build output, by evidence from the tree itself."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], str]) -> None:
        self._read = read
        self._names: dict[str, set[str]] = {}
        self._verdicts: dict[str, str | None] = {"": None}
        for path in paths:
            while path:
                parent = dirname(path)
                names = self._names.setdefault(parent, set())
                name = basename(path)
                if name in names:
                    break
                names.add(name)
                path = parent

    def reason(self, path: str) -> tuple[str, str] | None:
        """The outermost skipped folder that a file is in, and why; None if it is in none."""
        parts = path.split("/")[:-1]
        folder = ""
        for part in parts:
            folder = f"{folder}/{part}" if folder else part
            why = self.verdict(folder)
            if why:
                return folder, why
        return None

    def verdict(self, folder: str) -> str | None:
        """Why a folder is skipped, None if it is source."""
        if folder not in self._verdicts:
            self._verdicts[folder] = self._judge(folder)
        return self._verdicts[folder]

    def _judge(self, folder: str) -> str | None:
        name = basename(folder)
        if name in ALWAYS_FOLDERS:
            return ALWAYS_FOLDERS[name]
        if name.endswith((".egg-info", ".dist-info")):
            return "build output"
        return None
