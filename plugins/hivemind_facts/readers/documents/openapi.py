"""OpenAPI documents that are checked in: which operations they promise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hivemind_facts.models import Unresolved
from hivemind_facts.reading import Repository

METHODS = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))
_HEAD = re.compile(r"^[ \t]*\{?[ \t]*[\"']?(?:openapi|swagger)[\"']?\s*:\s*[\"']?[123]\.", re.MULTILINE)
_NOT = re.compile(r"(?:^|/)(?:package(?:-lock)?|tsconfig[^/]*|composer|angular|nx)\.json$|\.lock$", re.IGNORECASE)
_MAX = 5_000_000


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    method: str
    path: str
    secured: bool | None
    """None: the document says nothing of security anywhere."""
    line: int


@dataclass(frozen=True)
class Document:
    """One document."""

    file: str
    bases: tuple[str, ...]
    """The path prefixes that its servers name; '' where none does."""
    operations: tuple[Operation, ...]


def documents(repository: Repository) -> Iterator[Document | Unresolved]:
    """Read every OpenAPI document of a repository."""
    for file in repository.files(".yaml", ".yml", ".json"):
        if file.size > _MAX or _NOT.search(file.path):
            continue
        text = repository.text(file.path)
        if not _HEAD.search(text[:4000]):
            continue
        loaded = _load(file.path, text)
        if isinstance(loaded, str):
            yield Unresolved(what="parse", reason=f"not a readable OpenAPI document: {loaded}", file=file.path)
        elif isinstance(loaded.get("paths"), dict):
            yield _document(file.path, text, loaded)


def _load(path: str, text: str) -> dict[str, Any] | str:
    try:
        if path.endswith(".json"):
            loaded = json.loads(text)
        else:
            import yaml

            loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  (a safe loader)
    except (ValueError, RecursionError) as error:
        return str(error).split("\n")[0]
    except Exception as error:  # noqa: BLE001  (PyYAML's errors share no base with ValueError)
        return f"{type(error).__name__}: {error}".split("\n")[0]
    return loaded if isinstance(loaded, dict) else "its top is no mapping"


def _document(path: str, text: str, loaded: dict[str, Any]) -> Document:
    default = loaded.get("security")
    said = (
        default is not None
        or '"security"' in text
        or re.search(r"^[ \t]+security[ \t]*:", text, re.MULTILINE) is not None
    )
    found: list[Operation] = []
    for route, item in loaded["paths"].items():
        if not isinstance(route, str) or not isinstance(item, dict):
            continue
        line = _line(text, route)
        for method, operation in item.items():
            if str(method).lower() not in METHODS or not isinstance(operation, dict):
                continue
            security = operation.get("security", default)
            secured = any(bool(one) for one in security) if isinstance(security, list) else False
            optional = isinstance(security, list) and any(one == {} for one in security)
            found.append(Operation(str(method).upper(), route, (secured and not optional) if said else None, line))
    return Document(path, tuple(_bases(loaded)), tuple(found))


def _bases(loaded: dict[str, Any]) -> list[str]:
    bases: list[str] = []
    if isinstance(loaded.get("basePath"), str):
        bases.append(loaded["basePath"])
    for server in loaded.get("servers") or ():
        if isinstance(server, dict) and isinstance(server.get("url"), str):
            url = re.sub(r"\{[^}]*\}", "x", server["url"])
            try:
                bases.append(urlsplit(url).path)
            except ValueError:
                continue
    return list(dict.fromkeys(base.rstrip("/") for base in bases)) or [""]


def _line(text: str, route: str) -> int:
    position = text.find(route)
    return text.count("\n", 0, position) + 1 if position >= 0 else 1
