"""Tests: in which folders they are, how many files, and what runs them."""

from __future__ import annotations

import re
from posixpath import dirname

from hivemind_facts.models import Framework, Place
from hivemind_facts.repository import TreeRepository

_TEST_FILE = re.compile(
    r"(^|/)(test_[^/]+\.py|[^/]+_test\.py|tests\.py|[^/]+[._-](test|spec|cy|e2e-spec)\.[cm]?[jt]sx?"
    r"|[^/]+_test\.go|[^/]+(Test|Tests|IT|Spec)\.(java|kt|groovy|scala)|Test[A-Z][^/]*\.java|[^/]+_(test|spec)\.rb|[^/]+Test\.php)$"
    r"|(^|/)__tests__/[^/]+\.[cm]?[jt]sx?$"
)
_RUNNERS = {
    ".py": ("pytest", "behave"),
    "js": ("Jest", "Vitest", "Mocha", "Playwright", "Cypress", "AVA", "tap", "Jasmine", "Karma"),
    "jvm": ("JUnit 5", "Spring Boot Test", "JUnit 4"),
}
_DEFAULTS = {
    ".py": "unittest",
    "js": "node test",
    "jvm": "JUnit",
    ".go": "go test",
    ".rb": "ruby test",
    ".php": "PHPUnit",
}


def is_test(path: str) -> bool:
    """Whether a file is a test by the conventions of its language."""
    return _TEST_FILE.search(path) is not None


def suites(repository: TreeRepository, frameworks: tuple[Framework, ...]) -> tuple[Place, ...]:
    """One place for each folder that holds test files."""
    folders: dict[tuple[str, str], list[str]] = {}
    for file in repository.files():
        if is_test(file.path):
            folders.setdefault((dirname(file.path), _family(file.path)), []).append(file.path)
    found = []
    for (folder, family), paths in folders.items():
        service = repository.service_of(paths[0])
        named = {one.name for one in frameworks if one.service in (service, "") and one.kind == "test"}
        runner = next((one for one in _RUNNERS.get(family, ()) if one in named), _DEFAULTS.get(family, "tests"))
        many = "1 file" if len(paths) == 1 else f"{len(paths)} files"
        found.append(Place(name=folder or ".", kind=runner, file=paths[0], line=1, detail=many))
    return tuple(sorted(found, key=lambda one: (one.file, one.kind)))


def _family(path: str) -> str:
    suffix = path[path.rindex(".") :]
    if suffix in (".java", ".kt", ".groovy", ".scala"):
        return "jvm"
    return "js" if re.fullmatch(r"\.[cm]?[jt]sx?", suffix) else suffix
