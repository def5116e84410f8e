"""Frameworks and notable libraries, with the manifest that names them and the version that is in use."""

from __future__ import annotations

import re

from hivemind_facts.models import Framework
from hivemind_facts.repository import TreeRepository
from hivemind_facts.stack.catalog import FRAMEWORKS
from hivemind_facts.stack.dependency import Dependency, ParsedManifest, normal


def known(dependency: Dependency) -> tuple[str, str] | None:
    """The title and kind of a package in the catalogue, None if it is not in it."""
    entries = FRAMEWORKS.get(dependency.ecosystem, {})
    names = [dependency.name]
    if dependency.ecosystem == "python":
        names.append(normal(dependency.name))
    elif dependency.ecosystem == "go":
        names.append(re.sub(r"/v\d+$", "", dependency.name))
    return next((entries[name] for name in names if name in entries), None)


def frameworks(repository: TreeRepository) -> tuple[Framework, ...]:
    """Every framework of every service, once a service."""
    manifests = repository.manifests()
    found: dict[tuple[str, str], Framework] = {}
    for manifest in sorted(manifests.all, key=_rank):
        if manifest.lock or manifest.kind == "version catalogue":
            continue
        service = repository.service_of(manifest.file)
        for dependency in manifest.dependencies:
            entry = known(dependency)
            if entry is None or (dependency.ecosystem == "go" and dependency.dev):
                continue
            old = found.get((service, entry[0]))
            version = manifests.resolved(manifest.file, dependency)
            if old is not None and (old.version or not version):
                continue
            found[service, entry[0]] = Framework(
                name=entry[0],
                version=version,
                kind=entry[1],
                file=manifest.file,
                line=dependency.line,
                service=service,
            )
    if not manifests.all:
        return ()
    return tuple(sorted(found.values(), key=lambda one: (one.service, _weight(one.kind), one.name, one.file)))


def _rank(manifest: ParsedManifest) -> tuple[int, str]:
    """The manifests that people write first."""
    first = ("pyproject", "package.json", "go.mod", "pom.xml", "gradle", "requirements")
    return first.index(manifest.kind) if manifest.kind in first else len(first), manifest.file


def _weight(kind: str) -> int:
    order = ("web", "frontend", "graphql", "orm", "migration", "queue", "auth", "validation", "http", "server", "test")
    return order.index(kind) if kind in order else len(order)
