"""Controllers whose mappings are in an interface that the build makes from an OpenAPI document.

The generator names the interface's methods after the operations, so a method of the controller and an operation of the
same id are one endpoint. Where there is no such document, the controller is listed as unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hivemind_facts.models import Unresolved
from hivemind_facts.readers.jvm.mappings import Mapped, Mapping
from hivemind_facts.readers.jvm.program import Program, Type, bare
from hivemind_facts.readers.jvm.settings import Settings
from hivemind_facts.reading import Repository

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_GENERATED = re.compile(r"(Api|ApiDelegate|Resource|Controller|Operations)$")
_ID = re.compile(r"[^A-Za-z0-9]+(\w?)")


class Documents:
    """The operations of the repository's OpenAPI documents, read when first asked for."""

    def __init__(self, repository: Repository, settings: Settings) -> None:
        self._repository = repository
        self._settings = settings
        self._operations: dict[str, tuple[str, str]] | None = None

    def operation(self, name: str) -> tuple[str, str] | None:
        """(method, path) of the operation that a method's name stands for."""
        if self._operations is None:
            self._operations = dict(self._read())
        return self._operations.get(name.lower())

    def _read(self) -> Iterator[tuple[str, tuple[str, str]]]:
        if not self._settings.builds_with("openapi-generator", "swagger-codegen", "org.openapi.generator"):
            return
        for file in self._repository.files(".yml", ".yaml", ".json"):
            text = self._repository.text(file.path) if file.size < 3_000_000 else ""
            if re.search(r"^\s*[\"']?(openapi|swagger)[\"']?\s*:", text[:4000], re.MULTILINE):
                yield from _operations(text)


def _operations(text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    import yaml

    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    paths = document.get("paths") if isinstance(document, dict) else None
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for verb, operation in item.items() if isinstance(item, dict) else ():
            if verb in _VERBS and isinstance(operation, dict) and isinstance(operation.get("operationId"), str):
                name = _ID.sub(lambda match: match.group(1).upper(), operation["operationId"])
                yield name.lower(), (verb.upper(), str(path))


def _foreign(program: Program, owner: Type) -> str:
    """The interface without code in the repository that a controller implements."""
    for name in owner.data["implements"]:
        if program.resolve(name, owner) is None and _GENERATED.search(bare(name)):
            return bare(name)
    return ""


def _overridden(owner: Type) -> list[dict[str, Any]]:
    return [m for m in owner.data["methods"] if any(note[0] == "Override" for note in m["annotations"])]


def generated(program: Program, owner: Type, documents: Documents) -> Iterator[Mapped]:
    """The methods of a controller that are operations of a document."""
    if _foreign(program, owner):
        for method in _overridden(owner) or owner.data["methods"]:
            found = documents.operation(method["name"])
            if found is not None:
                mapping = Mapping((found[1],), (found[0],), method["line"])
                yield Mapped(method, owner, mapping, method["line"], owner.file)


def missing(program: Program, owner: Type, found: list[Mapped]) -> Iterator[Unresolved]:
    """What is not known of a controller behind a generated interface."""
    name = _foreign(program, owner)
    known = {id(item.method) for item in found}
    for method in _overridden(owner) if name else ():
        if id(method) not in known:
            reason = f"{owner.simple}.{method['name']}: its mapping is in {name}, which is not in the repository"
            yield Unresolved(what="route", reason=reason, file=owner.file, line=method["line"])
