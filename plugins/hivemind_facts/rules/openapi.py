"""What a checked-in OpenAPI document promises, held against what the code offers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.models import Endpoint, Facts, RuleFinding, Unresolved
from hivemind_facts.readers.documents.openapi import Document, Operation, documents
from hivemind_facts.reading import Repository
from hivemind_facts.rules.finding import finding, is_test

_PARAMETER = re.compile(r"\{[^}]*\}")


def shape(path: str) -> str:
    """A path without the names of its parameters and without a slash at its end."""
    return _PARAMETER.sub("{}", path).rstrip("/") or "/"


class OpenapiDrift:
    """Document and code that say different things."""

    name = "openapi-drift"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding | Unresolved]:
        """Yield a finding for each operation that is on one side only, or whose login differs."""
        if not facts.endpoints:
            return
        for document in documents(repository):
            if isinstance(document, Unresolved):
                yield document
            elif document.operations and not is_test(document.file):
                yield from self._compare(document, facts.endpoints, repository.service_of(document.file))

    def _compare(
        self, document: Document, endpoints: tuple[Endpoint, ...], service: str
    ) -> Iterator[RuleFinding | Unresolved]:
        own = [one for one in endpoints if one.service == service] or list(endpoints)
        offered = {(one.method, shape(one.path)): one for one in own}
        base = max((*document.bases, ""), key=lambda one: sum(_key(op, one) in offered for op in document.operations))
        promised = {_key(operation, base): operation for operation in document.operations}
        both = promised.keys() & offered.keys()
        if not both:
            reason = "none of the document's operations is among the code's endpoints: it may describe something else"
            yield Unresolved(what="openapi", reason=reason, file=document.file)
            return
        anything = {path for method, path in offered if method == "ANY"}
        for key in sorted(promised.keys() - both):
            if key[1] not in anything:
                yield self._missing(promised[key], key, document)
        for key in sorted(offered.keys() - both):
            if key[0] not in ("ANY", "HEAD", "OPTIONS"):
                yield self._undocumented(offered[key], document)
        for key in sorted(both):
            if promised[key].secured is True and offered[key].auth == "none":
                yield self._open(offered[key], promised[key], document)

    def _missing(self, operation: Operation, key: tuple[str, str], document: Document) -> RuleFinding:
        return finding(
            self.name,
            "medium",
            f"{document.file} promises {key[0]} {operation.path}, which the code does not offer",
            subject=f"missing {key[0]} {key[1]}",
            evidence=f"no endpoint of the code has this method and path ({document.file}:{operation.line})",
            file=document.file,
            line=operation.line,
            remedy="offer it, or take it out of the document",
        )

    def _undocumented(self, endpoint: Endpoint, document: Document) -> RuleFinding:
        return finding(
            self.name,
            "low",
            f"{endpoint.method} {endpoint.path} is not in {document.file}",
            subject=f"undocumented {endpoint.method} {shape(endpoint.path)}",
            evidence=f"the code offers it at {endpoint.file}:{endpoint.line}, the document does not name it",
            file=endpoint.file,
            line=endpoint.line,
            remedy="describe it in the document",
            service=endpoint.service,
        )

    def _open(self, endpoint: Endpoint, operation: Operation, document: Document) -> RuleFinding:
        return finding(
            self.name,
            "high",
            f"{endpoint.method} {endpoint.path} asks for no login, {document.file} says that it does",
            subject=f"auth {endpoint.method} {shape(endpoint.path)}",
            evidence=f"document: {document.file}:{operation.line}; code: {endpoint.auth_evidence or 'no guard found'}",
            file=endpoint.file,
            line=endpoint.line,
            remedy="put the guard on the endpoint, or mend the document",
            service=endpoint.service,
        )


def _key(operation: Operation, base: str) -> tuple[str, str]:
    return operation.method, shape(f"{base}{operation.path}")
