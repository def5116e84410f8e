"""One program per repository, followed once and shared by the readers of this family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from hivemind_facts.models import Unresolved
from hivemind_facts.readers.javascript import builtins, node, settings
from hivemind_facts.readers.javascript.interpreter import Interpreter, Model
from hivemind_facts.reading import Digest, Repository

LANGUAGES = ("javascript", "jsx", "typescript", "tsx", "vue", "svelte", "html")
_TEST = re.compile(
    r"(^|/)(__tests__|__mocks__|tests?|spec|specs|e2e|cypress|playwright|fixtures)/|(^|/)(mock)?[sS]erviceWorker\.[jt]s$|\.(test|spec|e2e|cy|stories|d)\.[cm]?[jt]sx?$"
)

_digests: WeakKeyDictionary[Repository, dict[str, Digest]] = WeakKeyDictionary()


def is_test(path: str) -> bool:
    """Whether a file is a test or a declaration file: what it routes or calls is not what the repository offers."""
    return _TEST.search(path) is not None


def digests(repository: Repository) -> dict[str, Digest]:
    """The digests of this family's files, tests left out."""
    try:
        known = _digests.get(repository)
    except TypeError:  # a repository that cannot be referred to weakly
        known = None
    if known is None:
        known = {path: digest for path, digest in repository.digests(*LANGUAGES).items() if not is_test(path)}
        try:
            _digests[repository] = known
        except TypeError:
            return known
    return known


def follow(repository: Repository, models: dict[str, Model], files: dict[str, Digest], *wanted: str) -> Interpreter:
    """Follow the modules that mention one of these words, and what they import."""
    machine = Interpreter(repository, files, {**builtins.models(), **node.models(), **settings.models(), **models})
    machine.ambient.update(settings.ambient(repository))
    found = [path for path, digest in files.items() if mentions(digest, *wanted)]
    for path in with_importers(machine, files, found):
        machine.module(path)
    return machine


def with_importers(machine: Interpreter, files: dict[str, Digest], found: list[str]) -> list[str]:
    """Modules, and those that import them, however far: the one that starts the program may mention nothing."""
    importers: dict[str, list[str]] = {}
    for path, digest in files.items():
        for _line, source, kind in digest["imports"]:
            target = machine.resolve(source, path) if kind != "type" else None
            if target is not None:
                importers.setdefault(target, []).append(path)
    seen = dict.fromkeys(found)
    stack = list(found)
    while stack:
        for path in importers.get(stack.pop(), ()):
            if path not in seen:
                seen[path] = None
                stack.append(path)
    return sorted(seen)


def limits(machine: Interpreter) -> Iterator[Unresolved]:
    """Say so where a program was too large to be followed whole."""
    if machine.steps >= machine.limit:
        file = machine.exhausted[0].file if machine.exhausted else ""
        yield Unresolved(
            what="route", reason="the program is too large to follow whole: routes may be missing", file=file
        )


def mentions(digest: Digest, *words: str) -> bool:
    """Whether a module has one of these words as an identifier, a property, a string or an import."""
    known = digest["uses"]
    if any(word in known for word in words):
        return True
    sources = {source for _line, source, _kind in digest["imports"]}
    return any(word in sources for word in words)
