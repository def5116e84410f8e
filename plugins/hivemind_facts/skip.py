"""Which files are not read, and why: judged by name and by their first bytes."""

from __future__ import annotations

import re
from fnmatch import translate
from posixpath import basename

MAX_BYTES = 6 * 1024 * 1024
"""Files over this size are listed as skipped."""

_SECRET_NAMES = (
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
_SAMPLE_WORDS = frozenset({"example", "sample", "template", "dist", "tmpl", "default", "defaults", "schema", "tpl"})
_GENERATED_NAMES = {
    "minified": ("*.min.js", "*.min.mjs", "*.min.cjs", "*.min.css"),
    "bundled": ("*.bundle.js", "*.chunk.js"),
    "source map": ("*.js.map", "*.mjs.map", "*.css.map"),
    "generated": ("*.pb.go", "*.pb.gw.go", "*_pb2.py", "*_pb2_grpc.py", "*_pb.js", "*_pb.d.ts", "*_grpc_pb.js"),
}
_MINIFIED_SUFFIXES = (".js", ".mjs", ".cjs", ".css", ".jsx")


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns))


_SECRET = _any(_SECRET_NAMES)
_GENERATED_BY_NAME = {why: _any(patterns) for why, patterns in _GENERATED_NAMES.items()}
_GENERATED = re.compile(rb"^(//|#|/\*|--)[^\n]{0,80}Code generated [^\n]{0,200}DO NOT EDIT", re.MULTILINE)
_ROUTES_IN_GENERATED = re.compile(rb"oapi-codegen|goctl|hertz generator", re.IGNORECASE)
_LIBRARY = re.compile(
    rb"\A\s*/\*![^\x00]{0,400}?\bv?\d+\.\d+[^\x00]{0,600}?(license|copyright|\(c\)|released under)", re.IGNORECASE
)
_LFS = b"version https://git-lfs.github.com/spec/"


def secret(path: str) -> bool:
    """Whether a file is, by its name, a key file or a real environment file (samples are not)."""
    name = basename(path)
    if not _SECRET.match(name):
        return False
    return not _SAMPLE_WORDS.intersection(re.split(r"[.\-_]", name.lower()))


def by_name(path: str) -> str | None:
    """Why a file is not read, judged by its name alone; None to read it."""
    name = basename(path)
    if secret(path):
        return "secret file: never read"
    return next((why for why, pattern in _GENERATED_BY_NAME.items() if pattern.match(name)), None)


def by_content(path: str, data: bytes) -> str | None:
    """Why a file is not read, judged by its bytes; None to read it."""
    head = data[:8192]
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "binary"
    if head.startswith(_LFS):
        return "pointer to a large file"
    if path.endswith(_MINIFIED_SUFFIXES) and len(data) > 4096:
        if len(data) / (data.count(b"\n") + 1) > 400:
            return "minified"
        if _LIBRARY.match(head):
            return "copy of a published library"
    if _GENERATED.search(head[:2048]) and not _ROUTES_IN_GENERATED.search(head[:2048]):
        return "generated"
    return None
