"""Micronaut controllers: URI templates, `@Secured`, and the intercept map of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hivemind_facts.models import Endpoint, Parameter, Unresolved
from hivemind_facts.readers.jvm.ant import matches
from hivemind_facts.readers.jvm.mappings import Mapped, Mapping, mapped
from hivemind_facts.readers.jvm.program import Program, Type, program
from hivemind_facts.readers.jvm.settings import Settings
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import Guard, decide, join

_VERBS = {name.title(): name for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")}
_QUERY = re.compile(r"\{[?&]([^}]*)\}")
_VARIABLE = re.compile(r"\{[+#./]?(\w+)(?::[^}]*)?\*?\}")
_LOCATIONS = {
    "PathVariable": "path",
    "QueryValue": "query",
    "Header": "header",
    "CookieValue": "cookie",
    "Body": "body",
}
_OPEN = ("IS_ANONYMOUS", "isAnonymous()", "ANONYMOUS")
_IN = ("IS_AUTHENTICATED", "isAuthenticated()", "AUTHENTICATED")


class MicronautReader:
    """Endpoints of Micronaut controllers."""

    name = "micronaut"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        code = program(repository)
        if not any(name.startswith("io.micronaut.http") for names in code.imports.values() for _, name, _, _ in names):
            return
        yield from _Reading(code, repository).facts()


def _find(code: Program, owner: Type, annotations: list[Any]) -> Mapping | None:
    for name, values, line, place in code.annotations(owner, annotations):
        verb = _VERBS.get(name)
        if verb is None and name != "CustomHttpMethod":
            continue
        given = values.get("uris") or values.get("uri") or values.get("value")
        paths = tuple(code.texts(given, place)) if given is not None else ("/",)
        custom = code.text(values.get("method"), place) if verb is None else None
        return Mapping(paths, (verb or custom or "ANY",), line)
    return None


class _Reading:
    def __init__(self, code: Program, repository: Repository) -> None:
        self._program = code
        self._settings = Settings(repository)
        self._secured = self._settings.builds_with("micronaut-security", "micronaut.security")

    def facts(self) -> Iterator[Yielded]:
        for owner in self._program.types:
            notes = {
                name: (values, place)
                for name, values, _, place in self._program.annotations(owner, owner.data["annotations"])
            }
            if "Controller" not in notes or "abstract" in owner.data["modifiers"]:
                continue
            values, place = notes["Controller"]
            given = values.get("value") or values.get("uri")
            bases = self._program.texts(given, place) if given is not None else ["/"]
            module = self._settings.module(owner.file)
            around = self._settings.get(module, "micronaut.server.context-path") or ""
            for item in mapped(self._program, owner, _find):
                for base in bases:
                    for path in item.mapping.paths:
                        yield self._one(owner, item, module, around, base, path)

    def _one(
        self, owner: Type, item: Mapped, module: str, around: str, base: str | None, path: str | None
    ) -> Endpoint | Unresolved:
        parts = [None if part is None else self._settings.fill(part, module) for part in (base, path)]
        known = [part for part in parts if part is not None]
        if len(known) < 2:
            reason = (
                f"{item.mapping.methods[0]} {owner.simple}.{item.method['name']}: a part of the path is not constant"
            )
            return Unresolved(what="route", reason=reason, file=item.file, line=item.line)
        template = "/".join(known)
        query = [name.rstrip("*") for names in _QUERY.findall(template) for name in names.split(",")]
        inner = join(
            _VARIABLE.sub(r"/{\1}", _QUERY.sub("", template))
            if "{/" in template
            else _VARIABLE.sub(r"{\1}", _QUERY.sub("", template))
        )
        method = item.mapping.methods[0]
        auth, evidence, roles = decide(self._guards(owner, item, method, join(around, inner), module))
        return Endpoint(
            method=method,
            path=join(around, inner),
            handler=f"{owner.simple}.{item.method['name']}",
            file=item.file,
            line=item.line,
            auth=auth,
            auth_evidence=evidence,
            roles=roles,
            framework="micronaut",
            parameters=tuple(_parameters(item, query)),
            request_type=next(
                (kind for _, kind, notes in item.method["params"] if any(n[0] == "Body" for n in notes)), None
            ),
            response_type=item.method["type"] or None,
            paginated=(
                method == "GET"
                and bool(
                    any("Pageable" in kind for _, kind, _ in item.method["params"])
                    or {"page", "size", "offset", "max"} & set(query)
                )
            )
            or None,
        )

    def _guards(self, owner: Type, item: Mapped, method: str, path: str, module: str) -> tuple[Guard, ...]:
        levels = [(item.owner, item.method["annotations"]), (owner, owner.data["annotations"])]
        for place, notes in levels:
            for name, values, line, where in self._program.annotations(place, notes):
                evidence = f"@{name} ({place.file}:{line})"
                if name == "Secured":
                    return (
                        _secured(str(values.get("value")), evidence, self._texts(values.get("value"), where), item),
                    )
                if name == "PermitAll":
                    return (Guard("none", evidence),)
                if name in ("RolesAllowed", "DenyAll"):
                    return (Guard("required", evidence, tuple(self._texts(values.get("value"), where))),)
        if not self._secured or self._settings.get(module, "micronaut.security.enabled") == "false":
            return ()
        for index in range(200):
            key = f"micronaut.security.intercept-url-map[{index}]"
            pattern = self._settings.get(module, f"{key}.pattern")
            if pattern is None:
                break
            verb = self._settings.get(module, f"{key}.http-method")
            if matches(pattern, path) and (not verb or verb.upper() == method):
                access = self._settings.get(module, f"{key}.access[0]", f"{key}.access") or ""
                return (_secured(access, f"intercept-url-map {pattern}", [access], item),)
        return (Guard("required", "Micronaut Security refuses what no rule opens", default=True),)

    def _texts(self, node: Any, owner: Type) -> list[str]:
        return [text for text in self._program.texts(node, owner) if text] if node else []


def _secured(value: str, evidence: str, texts: list[str], item: Mapped) -> Guard:
    if any(word in value for word in _OPEN) or any(text in _OPEN for text in texts):
        takes = any(re.search(r"(Principal|Authentication)\b", kind) for _, kind, _ in item.method["params"])
        return Guard("optional" if takes else "none", evidence)
    roles = tuple(text for text in texts if text not in _IN)
    return Guard("required", evidence, roles)


def _parameters(item: Mapped, query: list[str]) -> Iterator[Parameter]:
    template = "".join(path or "" for path in item.mapping.paths)
    for name, kind, notes in item.method["params"]:
        location = next((_LOCATIONS[note[0]] for note in notes if note[0] in _LOCATIONS), None)
        if location is None and name in query:
            location = "query"
        if location is None and f"{{{name}" in template:
            location = "path"
        if location is not None:
            yield Parameter(name=name, location=location, type=kind)
