"""JAX-RS resources (Quarkus, Jersey, RESTEasy): `@Path` on classes and methods, `@ApplicationPath`, roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hivemind_facts.models import Endpoint, Parameter, Unresolved
from hivemind_facts.readers.jvm.mappings import Mapped, Mapping, mapped
from hivemind_facts.readers.jvm.program import Program, Type, program
from hivemind_facts.readers.jvm.settings import Settings
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import Guard, decide, join

_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))
_VARIABLE = re.compile(r"\{\s*(\w[\w.-]*)\s*(?::(?:[^{}]|\{[^{}]*\})*)?\}")
_LOCATIONS = {
    "PathParam": "path",
    "QueryParam": "query",
    "HeaderParam": "header",
    "CookieParam": "cookie",
    "FormParam": "form",
}
_LOCATIONS |= {"RestPath": "path", "RestQuery": "query", "RestHeader": "header"}
_ROOTS = ("quarkus.http.root-path", "quarkus.rest.path", "quarkus.resteasy.path", "quarkus.resteasy-reactive.path")


class JaxRsReader:
    """Endpoints of JAX-RS resources."""

    name = "jaxrs"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        code = program(repository)
        if any(
            re.match(r"(jakarta|javax)\.ws\.rs", name) for names in code.imports.values() for _, name, _, _ in names
        ):
            yield from _Reading(code, repository).facts()


def _find(code: Program, owner: Type, annotations: list[Any]) -> Mapping | None:
    verb, path, line = "", "", 0
    for name, values, at, place in code.annotations(owner, annotations):
        if name in _VERBS:
            verb, line = name, line or at
        elif name == "Path":
            text = code.text(values.get("value"), place)
            path, line = text if text is not None else "\0", line or at
    return Mapping((None if path == "\0" else path,), (verb,), line) if verb else None


class _Reading:
    def __init__(self, code: Program, repository: Repository) -> None:
        self._program = code
        self._settings = Settings(repository)
        self._applications: dict[str, str | None] = {}
        for owner in code.types:
            for name, values, _ in owner.data["annotations"]:
                if name.rsplit(".", 1)[-1] == "ApplicationPath":
                    self._applications[self._settings.module(owner.file)] = code.text(values.get("value"), owner)

    def facts(self) -> Iterator[Yielded]:
        for owner in self._program.types:
            if owner.data["kind"] == "interface" or "abstract" in owner.data["modifiers"]:
                continue
            base = self._class_path(owner)
            if base is not None:
                for item in mapped(self._program, owner, _find):
                    yield self._one(owner, item, base[0])

    def _class_path(self, owner: Type) -> tuple[str | None] | None:
        for declared in (owner, *self._program.supers(owner)):
            if any(note[0].rsplit(".", 1)[-1] == "RegisterRestClient" for note in declared.data["annotations"]):
                return None
            for name, values, _ in declared.data["annotations"]:
                if name.rsplit(".", 1)[-1] == "Path":
                    return (self._program.text(values.get("value"), declared),)
        return None

    def _one(self, owner: Type, item: Mapped, base: str | None) -> Endpoint | Unresolved:
        module = self._settings.module(owner.file)
        parts = [*(self._settings.get(module, key) or "" for key in _ROOTS), self._applications.get(module, ""), base]
        parts += list(item.mapping.paths)
        known = [part for part in parts if part is not None]
        method = item.mapping.methods[0]
        if len(known) < len(parts):
            reason = f"{method} {owner.simple}.{item.method['name']}: a part of the path is not constant"
            return Unresolved(what="route", reason=reason, file=item.file, line=item.line)
        auth, evidence, roles = decide(self._guards(owner, item))
        return Endpoint(
            method=method,
            path=_VARIABLE.sub(r"{\1}", join(*(_VARIABLE.sub(r"{\1}", part) for part in known))),
            handler=f"{owner.simple}.{item.method['name']}",
            file=item.file,
            line=item.line,
            auth=auth,
            auth_evidence=evidence,
            roles=roles,
            framework="jaxrs",
            parameters=tuple(self._parameters(item)),
            request_type=next((kind for _, kind, notes in item.method["params"] if not notes), None),
            response_type=item.method["type"] or None,
            paginated=(
                bool({"page", "limit", "offset", "size"} & {p.name for p in self._parameters(item)}) and method == "GET"
            )
            or None,
        )

    def _parameters(self, item: Mapped) -> Iterator[Parameter]:
        for name, kind, notes in item.method["params"]:
            for annotation, values, _ in notes:
                location = _LOCATIONS.get(annotation.rsplit(".", 1)[-1])
                if location is not None:
                    given = values.get("value")
                    text = str(given[1]) if given and given[0] == "s" else name
                    yield Parameter(name=text, location=location, type=kind)

    def _guards(self, owner: Type, item: Mapped) -> tuple[Guard, ...]:
        levels = [(item.owner, item.method["annotations"]), (owner, owner.data["annotations"])]
        levels += [(other, other.data["annotations"]) for other in self._program.supers(owner)]
        for place, notes in levels:
            for name, values, line, where in self._program.annotations(place, notes):
                evidence = f"@{name} ({place.file}:{line})"
                if name == "PermitAll":
                    return (Guard("none", evidence),)
                if name in ("RolesAllowed", "DenyAll", "Authenticated"):
                    roles = self._program.texts(values["value"], where) if "value" in values else []
                    return (Guard("required", evidence, tuple(role for role in roles if role)),)
        return ()
