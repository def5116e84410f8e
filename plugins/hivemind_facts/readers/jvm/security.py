"""Who may call a Spring endpoint: filter chains, annotations, interceptors, and what a handler takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hivemind_facts.readers.jvm.ant import matches
from hivemind_facts.readers.jvm.chains import Chain, chains
from hivemind_facts.readers.jvm.conditions import in_force
from hivemind_facts.readers.jvm.mappings import Mapped
from hivemind_facts.readers.jvm.program import Program, Type, bare, dotted
from hivemind_facts.readers.jvm.settings import Settings
from hivemind_facts.routes import Guard

SPRING_SECURITY = (
    "spring-boot-starter-security",
    "spring-security",
    "oauth2-resource-server",
    "spring-boot-starter-oauth2",
)
_PRINCIPAL = frozenset(("AuthenticationPrincipal", "CurrentSecurityContext", "RegisteredOAuth2AuthorizedClient"))
_PRINCIPAL_TYPES = frozenset(("Principal", "Authentication", "UserDetails", "JwtAuthenticationToken"))
_HAND_MADE = re.compile(r"auth|login|current_?user|principal|jwt|token", re.IGNORECASE)
_DENIES = re.compile(
    r"UNAUTHORIZED|FORBIDDEN|Unauthori[sz]ed|Forbidden|Authentication\w*Exception|AccessDenied|NotLoggedIn|NoAuth"
)


class Security:
    """Answers for the endpoints of one repository."""

    def __init__(self, program: Program, settings: Settings) -> None:
        self._program = program
        self._settings = settings
        self._methods = self._method_security()
        self._chains = list(chains(program, settings))
        self._present = settings.builds_with(*SPRING_SECURITY)
        self._interceptors = list(_interceptors(program)) if not self._chains else []
        self._filters = [] if self._chains else list(_filters(program))

    def _method_security(self) -> bool:
        """Whether `@PreAuthorize` and its like are looked at: not if each class that turns them on is out of force."""
        switches = [
            in_force(self._program, self._settings, owner, [])
            for owner in self._program.types
            for note in owner.data["annotations"]
            if re.search(r"Enable(Global|Reactive)?MethodSecurity$", note[0])
        ]
        return not switches or any(switches)

    def guards(self, mapped: Mapped, controller: Type, method: str, path: str) -> tuple[Guard, ...]:
        """The guards before one endpoint, outermost first."""
        found: list[Guard] = []
        chain = next((chain for chain in self._chains if chain.covers(method, path)), None)
        if chain is not None:
            found.append(self._by_chain(chain, mapped, method, path))
        elif self._present and not self._chains:
            found.append(
                Guard("required", "Spring Security without a filter chain of its own guards every path", default=True)
            )
        elif not self._chains:
            found += self._hand_made(mapped, path)
        if self._methods:
            found += self._annotated(mapped, controller)
        return tuple(found)

    def _by_chain(self, chain: Chain, mapped: Mapped, method: str, path: str) -> Guard:
        guard = chain.decide(method, path)
        if guard.auth == "none":
            taken = _takes_principal(mapped) or self._resolved(mapped)
            if taken:
                place = f"{mapped.owner.file}:{mapped.method['line']}"
                if _denies_null(mapped, taken):
                    return Guard("required", f"{mapped.method['name']} denies callers that it does not know ({place})")
                return Guard(
                    "optional", f"{guard.evidence}, and the handler takes the caller's identity ({place})", default=True
                )
        return guard

    def _annotated(self, mapped: Mapped, controller: Type) -> Iterator[Guard]:
        """`@PreAuthorize` and its like: those of the method, else those of the class."""
        levels: list[tuple[Type, list[Any]]] = [(mapped.owner, mapped.method["annotations"])]
        levels += [(mapped.owner, other["annotations"]) for other in mapped.inherited]
        levels += [(controller, controller.data["annotations"])]
        levels += [(other, other.data["annotations"]) for other in self._program.supers(controller)]
        for owner, notes in levels:
            found = list(self._access(owner, notes))
            if found:
                yield from found
                return

    def _access(self, owner: Type, annotations: list[Any]) -> Iterator[Guard]:
        for name, values, line, place in self._program.annotations(owner, annotations):
            evidence = f"@{name} ({owner.file}:{line})"
            texts = [text for text in self._program.texts(values.get("value"), place) if text] if values else []
            if name in ("PreAuthorize", "PostAuthorize"):
                rule = " ".join(texts)
                if re.search(r"permitAll|isAnonymous", rule):
                    yield Guard("none", evidence, default=True)
                else:
                    yield Guard("required", f"{evidence} {rule}"[:200], tuple(re.findall(r"'([^']+)'", rule)))
            elif name in ("Secured", "RolesAllowed"):
                yield Guard("required", evidence, tuple(texts))
            elif name == "DenyAll":
                yield Guard("required", evidence)

    def _hand_made(self, mapped: Mapped, path: str) -> Iterator[Guard]:
        """Interceptors by their patterns; filters and argument resolvers as far as the code tells."""
        for included, excluded, guard in self._interceptors:
            if None in included or None in excluded:
                yield Guard("unknown", f"{guard.evidence}: a pattern is not constant")
            elif (not included or any(matches(p or "", path) for p in included)) and not any(
                matches(p or "", path) for p in excluded
            ):
                yield guard
        for name, kind, notes in mapped.method["params"]:
            for annotation, values, _ in notes:
                if _HAND_MADE.search(annotation) and self._program.resolve(annotation, mapped.owner) is not None:
                    optional = values.get("required") == ("id", "false") or kind.startswith("Optional")
                    evidence = f"parameter @{annotation} {name} ({mapped.file}:{mapped.line})"
                    yield self._resolver(evidence, annotation, optional)
        for name, place in self._filters:
            yield Guard("unknown", f"the filter {name} may deny this path ({place})", default=True)

    def _resolved(self, mapped: Mapped) -> str:
        """The parameter that an argument resolver of the repository fills with the caller."""
        for name, kind, notes in mapped.method["params"]:
            words = {bare(kind).rsplit(".", 1)[-1], *(note[0].rsplit(".", 1)[-1] for note in notes)}
            for owner in self._program.types:
                if any(bare(given).endswith("ArgumentResolver") for given in owner.data["implements"]):
                    for method in owner.data["methods"]:
                        text = str(method["body"])
                        if method["name"] == "supportsParameter" and any(f"('ty', '{word}')" in text for word in words):
                            return str(name)
        return ""

    def _resolver(self, evidence: str, annotation: str, optional: bool) -> Guard:
        for owner in self._program.types:
            if any(bare(kind).endswith("ArgumentResolver") for kind in owner.data["implements"]):
                text = str([method["body"] for method in owner.data["methods"]])
                if annotation in text:
                    if not optional and (_DENIES.search(text) or "'throw'" in text):
                        return Guard("required", f"{evidence}, {owner.simple} throws for unknown callers")
                    return Guard("optional", evidence)
        return Guard("unknown", evidence)


def _takes_principal(mapped: Mapped) -> str:
    params = list(mapped.method["params"])
    for other in mapped.inherited:
        params += other["params"]
    for name, kind, notes in params:
        if any(annotation[0].rsplit(".", 1)[-1] in _PRINCIPAL for annotation in notes):
            return str(name)
        if bare(kind).rsplit(".", 1)[-1] in _PRINCIPAL_TYPES:
            return str(name)
        if any(
            re.search(r"current_?user|auth_?user|login_?user", annotation[0], re.IGNORECASE) for annotation in notes
        ):
            return str(name)
    return ""


def _denies_null(mapped: Mapped, name: str) -> bool:
    for statement in mapped.method["body"] or []:
        if statement[0] == "if" and statement[2] in (
            ("bin", "==", ("id", name), ("id", "null")),
            ("bin", "==", ("id", "null"), ("id", name)),
        ):
            return any(inner[0] == "throw" for inner in statement[3]) or bool(_DENIES.search(str(statement[3])))
    return False


def _denying(program: Program, owner: Type, name: str) -> bool:
    """Whether a type's method denies: throws, answers 401 or gives false."""
    for declared in (owner, *program.supers(owner)):
        for method in declared.data["methods"]:
            if method["name"] == name:
                text = str([other["body"] for other in declared.data["methods"]])
                refuses = name == "preHandle" and "('ret', [('id', 'false')]" in text
                return bool(_DENIES.search(text)) or "('n', '401')" in text or refuses
    return False


def _interceptors(program: Program) -> Iterator[tuple[list[str | None], list[str | None], Guard]]:
    for owner in program.types:
        for method in owner.data["methods"]:
            if method["name"] == "addInterceptors" and method["body"]:
                for statement in method["body"]:
                    found = _registration(program, owner, statement[1]) if statement[0] == "x" else None
                    if found is not None:
                        yield found


def _registration(program: Program, owner: Type, node: Any) -> tuple[list[str | None], list[str | None], Guard] | None:
    included: list[str | None] = []
    excluded: list[str | None] = []
    while node and node[0] == "call" and node[1] and node[1][0] == ".":
        name, arguments, line = node[1][2], node[2], node[3]
        texts = [text for argument in arguments for text in program.texts(argument, owner)]
        if name == "addPathPatterns":
            included += texts
        elif name == "excludePathPatterns":
            excluded += texts
        elif name == "addInterceptor" and arguments:
            kind = _type_of(program, owner, arguments[0])
            if kind is None or not _denying(program, kind, "preHandle"):
                return None
            return (
                included,
                excluded,
                Guard("required", f"interceptor {kind.simple} ({owner.file}:{line})", default=True),
            )
        node = node[1][1]
    return None


def _type_of(program: Program, owner: Type, node: Any) -> Type | None:
    """The type of an object that an expression makes, names or gets from a bean method."""
    if not node:
        return None
    if node[0] == "new":
        return program.resolve(node[1], owner)
    name = (
        dotted(node).removeprefix("this.")
        if node[0] in ("id", ".")
        else node[1][-1]
        if node[0] == "call" and node[1]
        else ""
    )
    for field in owner.data["fields"]:
        if field["name"] == name:
            return program.resolve(field["type"], owner)
    for method in owner.data["methods"]:
        for param, kind, _ in method["params"]:
            if param == name:
                return program.resolve(kind, owner)
        if method["name"] == name:
            return program.resolve(method["type"], owner)
    return None


def _filters(program: Program) -> Iterator[tuple[str, str]]:
    for owner in program.types:
        kinds = [bare(kind).rsplit(".", 1)[-1] for kind in (*owner.data["extends"], *owner.data["implements"])]
        filtering = any(kind in ("OncePerRequestFilter", "GenericFilterBean", "Filter", "WebFilter") for kind in kinds)
        if filtering and any(_denying(program, owner, name) for name in ("doFilterInternal", "doFilter", "filter")):
            yield owner.simple, f"{owner.file}:{owner.data['line']}"
