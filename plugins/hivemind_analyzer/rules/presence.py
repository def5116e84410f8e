"""Which modules have tests: by what test files import and by what they are named after."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from hivemind_analyzer.models import TestPresence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hivemind_facts.models import Module

SHOWN = 20
_TEST_FOLDER = re.compile(r"(^|/)(tests?|__tests__|specs?|e2e|cypress|integration_tests?)/", re.IGNORECASE)
_TEST_NAME = re.compile(
    r"^(test_.*|.*_tests?|tests?|conftest)\.py$|_test\.go$|[.\-_](test|spec|cy|e2e-spec)\.[cm]?[jt]sx?$"
    r"|(Tests?|IT|Spec|TestCase)\.(java|kt|groovy|scala|cs|php)$|_(spec|test)\.(rb|exs|dart)$"
)
_AFFIX = re.compile(r"^test_|_tests?$|[.\-_](test|spec|cy|e2e-spec)$|(Tests?|IT|Spec|TestCase)$|_spec$")
_NOT_TESTED_ALONE = re.compile(
    r"(^|/)(migrations?|alembic|fixtures|__mocks__)/|(^|/)__init__\.py$|\.d\.ts$|\.(config|conf)\.[cm]?[jt]s$"
    r"|(^|/)(setup|conftest|manage)\.py$|(^|/)doc\.go$"
)


def is_test(path: str) -> bool:
    """Whether a file is a test, or part of the tests, by its name and place."""
    return bool(_TEST_NAME.search(basename(path)) or _TEST_FOLDER.search(path))


def stem(path: str) -> str:
    """The name that a test and what it tests share."""
    name = basename(path)
    name = name[: name.rfind(".")] if "." in name else name
    return re.sub(r"[-_.]", "", _AFFIX.sub("", name)).lower()


@dataclass
class Tested:
    """What tests touch."""

    direct: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    scopes: list[TestPresence] = field(default_factory=list)

    def by_path(self, paths: Iterable[str]) -> dict[str, bool]:
        """Whether a test touches each of these, directly or through others."""
        return {path: path in self.direct or path in self.reached for path in paths}


def presence(modules: Sequence[Module]) -> Tested:
    """Find which modules tests touch, grouped by service."""
    known = {module.path: module for module in modules}
    tests = [module for module in modules if is_test(module.path)]
    found = Tested()
    named = {stem(test.path) for test in tests if _TEST_NAME.search(basename(test.path))} - {"", "test", "conftest"}
    # In Go the tests of a folder are part of its package.
    go_packages = {dirname(test.path) for test in tests if test.path.endswith("_test.go")}
    for module in modules:
        if is_test(module.path):
            found.direct.update(path for path in module.imports if path in known and not is_test(path))
        elif stem(module.path) in named or (module.path.endswith(".go") and dirname(module.path) in go_packages):
            found.direct.add(module.path)
    queue = deque(found.direct)
    while queue:
        for path in known[queue.popleft()].imports:
            if path in known and path not in found.direct and path not in found.reached and not is_test(path):
                found.reached.add(path)
                queue.append(path)
    for scope in sorted({module.service for module in modules}):
        found.scopes.append(_scope(scope, [one for one in modules if one.service == scope], found))
    return found


def _scope(scope: str, modules: Sequence[Module], found: Tested) -> TestPresence:
    tests = [one for one in modules if is_test(one.path)]
    own = [one for one in modules if not is_test(one.path) and not _NOT_TESTED_ALONE.search(one.path)]
    bare = [one for one in own if one.path not in found.direct and one.path not in found.reached]
    bare.sort(key=lambda one: (-one.lines, one.path))
    return TestPresence(
        scope=scope or ".",
        modules=len(own),
        tests=len(tests),
        tested=sum(one.path in found.direct for one in own),
        reached=sum(one.path in found.reached for one in own),
        untested=tuple(one.path for one in bare[:SHOWN]),
        untested_count=len(bare),
    )
