"""Which files of a repository a model may never see."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

_ALLOWED = frozenset(f".env.{kind}" for kind in ("example", "sample", "template", "dist", "defaults"))
_DENIED = (
    # version control: the history may hold what the tree no longer does, and its configuration remote addresses' keys
    ".git",
    ".hg",
    ".svn",
    ".git-credentials",
    # environments
    ".env",
    ".env.*",
    "*.env",
    ".envrc",
    # keys and key stores
    "*.pem",
    "*.key",
    "*.p8",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "*.gpg",
    "*.asc",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    # tools' own logins
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    ".dockercfg",
    ".dockerconfigjson",
    ".vault-token",
    ".terraformrc",
    "*.tfstate",
    "*.tfstate.*",
    "*.tfvars",
    ".ssh",
    ".aws",
    ".azure",
    ".gnupg",
    ".kube",
    ".docker",
    "kubeconfig*",
    # by what their names say
    "credentials*",
    "*.credentials",
    "*credentials.json",
    "service-account*.json",
    "service_account*.json",
    "secret.*",
    "secrets*",
    ".secrets*",
    "*.secret",
    "*.secrets",
)
UNWALKED = frozenset(
    (
        "node_modules",
        "__pycache__",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".next",
        ".gradle",
        ".terraform",
        ".idea",
    )
)
"""Folders that others' code and caches fill: not listed, but a path into them may be read."""


def denied_name(name: str) -> bool:
    """Whether a file or folder of this name may not be seen; case does not matter."""
    folded = name.casefold()
    return folded not in _ALLOWED and any(fnmatchcase(folded, pattern) for pattern in _DENIED)


def denied(parts: Iterable[str]) -> bool:
    """Whether a path, as its parts below the repository, may not be seen."""
    return any(denied_name(part) for part in parts)
