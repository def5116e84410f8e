"""The stack and the services of one repository, put together."""

from __future__ import annotations

from collections import Counter

from hivemind_facts import kinds
from hivemind_facts.models import Language, Manifest, Service, Stack
from hivemind_facts.repository import TreeRepository
from hivemind_facts.stack.containers import containers
from hivemind_facts.stack.entries import entry_points
from hivemind_facts.stack.frameworks import frameworks
from hivemind_facts.stack.pipelines import pipelines
from hivemind_facts.stack.resources import resources
from hivemind_facts.stack.suites import suites

_SAME = {"jsx": "javascript", "tsx": "typescript"}


def stack(repository: TreeRepository) -> Stack:
    """Say what a repository is made of."""
    named = frameworks(repository)
    return Stack(
        languages=languages(repository),
        frameworks=named,
        manifests=manifests(repository),
        entry_points=entry_points(repository),
        tests=suites(repository, named),
        containers=containers(repository),
        ci=pipelines(repository),
        resources=resources(repository),
    )


def languages(repository: TreeRepository) -> tuple[Language, ...]:
    """The programming languages by their share of the source bytes, the largest first."""
    sizes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for file in repository.files():
        if file.language in kinds.PROGRAMMING:
            name = _SAME.get(file.language, file.language)
            sizes[name] += file.size
            counts[name] += 1
    total = sum(sizes.values())
    found = [
        Language(name=name, files=counts[name], bytes=size, share=round(size / total, 4) if total else 0.0)
        for name, size in sizes.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.bytes, one.name)))


def manifests(repository: TreeRepository) -> tuple[Manifest, ...]:
    """The package manifests and lock files."""
    return tuple(
        Manifest(file=one.file, kind=one.kind, name=one.name, lock=one.lock, dependencies=len(one.dependencies))
        for one in repository.manifests().all
    )


def services(repository: TreeRepository, made: Stack) -> tuple[Service, ...]:
    """The services, with the languages and frameworks of each."""
    parts = repository.services()
    spoken: dict[str, Counter[str]] = {}
    modules: Counter[str] = Counter()
    for file in repository.files():
        if file.language in kinds.PROGRAMMING:
            name = parts.of(file.path)
            spoken.setdefault(name, Counter())[_SAME.get(file.language, file.language)] += file.size
            modules[name] += 1
    return tuple(
        Service(
            name=name,
            path=path,
            languages=tuple(one for one, _ in sorted(spoken.get(name, Counter()).items(), key=lambda o: (-o[1], o[0]))),
            frameworks=tuple(dict.fromkeys(one.name for one in made.frameworks if one.service == name)),
            modules=modules[name],
        )
        for name, path in sorted(parts.paths.items(), key=lambda one: one[1])
        if modules[name] or len(parts.paths) > 1
    )
