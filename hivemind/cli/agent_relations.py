"""How the workers of agent files stand to each other: names given twice, dependencies, circles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hivemind.cli.agent_documents import AgentFinding

if TYPE_CHECKING:
    from hivemind.agent_files.reading import AgentFile
    from hivemind.registry import Registry


def of_relations(registry: Registry, files: Sequence[AgentFile]) -> Iterator[AgentFinding]:
    """Check how agent files stand to all workers."""
    yield from _collisions(registry, files)
    yield from _near_collisions(registry, files)
    yield from _dependencies(registry, files)
    yield from _circles(registry, files)


def _at(file: AgentFile, key: str, message: str, remedy: str = "", level: str = "error") -> AgentFinding:
    return AgentFinding.model_validate(
        {"level": level, "file": file.where, "line": file.front.line(key), "message": message, "remedy": remedy}
    )


def _collisions(registry: Registry, files: Sequence[AgentFile]) -> Iterator[AgentFinding]:
    from hivemind.registry import said_of_duplicate

    for file in files:
        given = registry.duplicates.get(file.spec.name)
        if given:
            yield _at(file, "name", *said_of_duplicate(file.spec.name, given))


def _near_collisions(registry: Registry, files: Sequence[AgentFile]) -> Iterator[AgentFinding]:
    """Names that are one to a file system that knows no case, or on disk: two workers would write the same files."""
    by_slug: dict[str, list[tuple[str, str]]] = {}
    for name, entry in registry.workers.items():
        by_slug.setdefault(entry.spec.slug.lower(), []).append((name, entry.spec.slug))
    for file in files:
        own = registry.workers.get(file.spec.name)
        if own is None or own.source != file.where:
            continue
        for name, slug in by_slug[file.spec.slug.lower()]:
            if name == file.spec.name:
                continue
            said = f"worker {file.spec.name!r} writes the same files in a session as {name!r}"
            if slug == file.spec.slug:
                yield _at(file, "name", said, "rename one of them")
            else:
                said += ", on a system that tells no upper from lower case"
                yield _at(file, "name", said, "rename one of them", "warning")


def _dependencies(registry: Registry, files: Sequence[AgentFile]) -> Iterator[AgentFinding]:
    from hivemind.graph import Index
    from hivemind.holding import dependencies, unresolved

    index = Index.of(registry.workers)
    for file in files:
        for kind, target in dependencies(file.spec):
            reason, hinders = unresolved(file.spec, kind, target, registry, index)
            if reason:
                remedy = "" if "did you mean" in reason else "mend the name, or install what provides it"
                yield _at(file, kind, reason, remedy, "error" if hinders else "warning")


def _circles(registry: Registry, files: Sequence[AgentFile]) -> Iterator[AgentFinding]:
    from hivemind.holding import circle_of

    named = {file.spec.name: file for file in files}
    for path in circle_of(registry, set(named)):
        for name in dict.fromkeys(path):
            if name in named:
                kind = "requires" if "requires" in named[name].front.fields else "after"
                said = f"workers wait for each other in a circle: {' -> '.join(path)}"
                yield _at(named[name], kind, said, "take one of these dependencies out")
