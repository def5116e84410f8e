"""Spring MVC and WebFlux controllers: mappings on classes, methods, interfaces and own annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.models import Endpoint, Parameter, Unresolved
from hivemind_facts.readers.jvm.generated import Documents, generated, missing
from hivemind_facts.readers.jvm.mappings import Mapped, Mapping, class_mapping, mapped
from hivemind_facts.readers.jvm.prefixes import context, path_prefixes
from hivemind_facts.readers.jvm.program import Program, Type, bare, program
from hivemind_facts.readers.jvm.security import Security
from hivemind_facts.readers.jvm.settings import Settings
from hivemind_facts.reading import Repository, Yielded
from hivemind_facts.routes import decide, join

_STEREOTYPES = frozenset(("RestController", "Controller", "RepositoryRestController", "BasePathAwareController"))
_LOCATIONS = {
    "PathVariable": "path",
    "RequestParam": "query",
    "RequestHeader": "header",
    "CookieValue": "cookie",
    "RequestBody": "body",
    "RequestPart": "form",
    "ModelAttribute": "form",
}
_PAGE_NAMES = frozenset(("page", "limit", "offset", "size", "pagesize", "pagenumber", "perpage", "cursor", "pageno"))
_PAGE_TYPES = re.compile(r"Pageable|PageRequest|Pagination|OffsetBased|CursorPage|PageParam")
_WRAPPERS = re.compile(
    r"^(?:ResponseEntity|Mono|CompletableFuture|Callable|DeferredResult|HttpEntity|Optional)<(.*)>$", re.DOTALL
)
_VARIABLE = re.compile(r"\{\*?(\w[\w.-]*)(?::(?:[^{}]|\{[^{}]*\})*)?\}")


class SpringReader:
    """Endpoints of Spring controllers."""

    name = "spring"
    version = 1

    def read(self, repository: Repository) -> Iterator[Yielded]:
        """Yield the endpoints and what could not be resolved."""
        yield from _unread(repository)
        code = program(repository)
        if not any(
            name.startswith("org.springframework") for names in code.imports.values() for _, name, _, _ in names
        ):
            return
        yield from _Reading(code, repository).facts()


def _unread(repository: Repository) -> Iterator[Unresolved]:
    """Kotlin has no digest: what its files offer is not known."""
    files = [file.path for file in repository.files(".kt") if "/test/" not in f"/{file.path}"]
    if files and not repository.digests("kotlin"):
        reason = f"Kotlin is not read: {len(files)} files, this is the first; endpoints and tables in them are missing"
        yield Unresolved(what="parse", reason=reason, file=files[0])


class _Reading:
    def __init__(self, code: Program, repository: Repository) -> None:
        self._program = code
        self._settings = Settings(repository)
        self._security = Security(code, self._settings)
        self._documents = Documents(repository, self._settings)
        self._prefixes = list(path_prefixes(code))
        self._applications = {
            self._settings.module(owner.file)
            for owner in code.types
            if any(note[0].endswith("SpringBootApplication") for note in owner.data["annotations"])
        }

    def facts(self) -> Iterator[Yielded]:
        for owner in self._program.types:
            names = {name for name, _, _, _ in self._program.annotations(owner, owner.data["annotations"])}
            if "RepositoryRestResource" in names or "RepositoryRestController" in names:
                yield self._made_at_run_time(owner)
            if not names & _STEREOTYPES or owner.data["kind"] in ("interface", "annotation"):
                continue
            if "abstract" not in owner.data["modifiers"]:
                yield from self._controller(owner, names)

    def _made_at_run_time(self, owner: Type) -> Unresolved:
        reason = f"routes made by a library at run time: Spring Data REST for {owner.simple}"
        return Unresolved(what="route", reason=reason, file=owner.file, line=owner.data["line"])

    def _module(self, file: str) -> str:
        """The module whose settings hold: that of the file, or the only application's."""
        module = self._settings.module(file)
        if module in self._applications or self._settings.has(module) or len(self._applications) != 1:
            return module
        return next(iter(self._applications))

    def _controller(self, owner: Type, names: set[str]) -> Iterator[Yielded]:
        module = self._module(owner.file)
        around: str | None = context(self._settings, module)
        prefix: str | None = ""
        for candidate in self._prefixes:
            fits = candidate.fits(owner, names)
            if fits is None or (fits and candidate.text is None):
                prefix = None
            elif fits and candidate.text is not None:
                prefix = self._settings.fill(candidate.text, module)
        above = class_mapping(self._program, owner)
        own = list(mapped(self._program, owner))
        if not own:
            own = list(generated(self._program, owner, self._documents))
            yield from missing(self._program, owner, own)
        for item in own:
            yield from self._endpoints(owner, item, above, around, prefix, module)

    def _endpoints(
        self, owner: Type, item: Mapped, above: Mapping | None, around: str | None, prefix: str | None, module: str
    ) -> Iterator[Yielded]:
        methods = tuple(dict.fromkeys((*(above.methods if above else ()), *item.mapping.methods))) or ("ANY",)
        for base in above.paths if above else ("",):
            for path in item.mapping.paths:
                parts = [prefix, base, path]
                filled = [None if part is None else self._settings.fill(part, module) for part in parts]
                if around is None or any(part is None for part in filled):
                    reason = (
                        f"{'/'.join(methods)} {owner.simple}.{item.method['name']}: a part of the path is not constant"
                    )
                    yield Unresolved(what="route", reason=reason, file=item.file, line=item.line)
                    continue
                inner = clean(join(*[part for part in filled if part is not None]))
                for method in methods:
                    yield self._endpoint(owner, item, method, inner, join(around, inner))

    def _endpoint(self, owner: Type, item: Mapped, method: str, inner: str, full: str) -> Endpoint:
        guards = self._security.guards(item, owner, method, inner)
        auth, evidence, roles = decide(guards)
        parameters = list(_parameters(item))
        body = next((parameter.type for parameter in parameters if parameter.location == "body"), None)
        paged = any(_PAGE_TYPES.search(kind) or name.lower() in _PAGE_NAMES for name, kind, _ in item.method["params"])
        response = item.method["type"]
        match = _WRAPPERS.match(response)
        return Endpoint(
            method=method,
            path=full,
            handler=f"{owner.simple}.{item.method['name']}",
            file=item.file,
            line=item.line,
            auth=auth,
            auth_evidence=evidence,
            roles=roles,
            framework="spring",
            parameters=tuple(parameters),
            request_type=body,
            response_type=(match.group(1) if match else response) or None,
            paginated=True if paged and method == "GET" else None,
        )


def clean(path: str) -> str:
    """A path template in our form: patterns of variables dropped, wildcards named."""
    return _VARIABLE.sub(r"{\1}", path).replace("**", "{path}").replace("*", "{path}")


def _parameters(item: Mapped) -> Iterator[Parameter]:
    for position, (name, kind, notes) in enumerate(item.method["params"]):
        notes = list(notes)
        for other in item.inherited:
            notes += other["params"][position][2]
        for annotation, values, _ in notes:
            location = _LOCATIONS.get(annotation.rsplit(".", 1)[-1])
            if location is None:
                continue
            given = values.get("value") or values.get("name")
            text = str(given[1]) if given and given[0] == "s" else name
            required = values.get("required") != ("id", "false") and "defaultValue" not in values
            yield Parameter(name=text, location=location, type=bare_kind(kind), required=required)
            break


def bare_kind(kind: str) -> str:
    """A type as facts show it."""
    return re.sub(r"\s+", " ", kind).strip() if len(kind) < 200 else bare(kind)
