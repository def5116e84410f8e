"""How a repository's paths look: prefix, number, case, trailing slash, the item's parameter, the update's method."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hivemind_backend.naming import Case, case_of, cased, is_plural, plural_of, singular_of, words

if TYPE_CHECKING:
    from hivemind_facts.models import Endpoint, Facts, Module

_PREFIX_WORDS = re.compile(
    r"^(?:api|apis|rest|v\d+(?:\.\d+)*|version\d+|services?|backend|public|internal)$", re.IGNORECASE
)
_VERSION = re.compile(r"^v\d+", re.IGNORECASE)
_PARAMETER = re.compile(r"^\{(.+)\}$")
_SHARE = 0.6
_URL_LINE = re.compile(r"""\bpath\(\s*r?["']([^"']*)["']""")
_SLASHLESS_ROUTER = re.compile(r"Router\([^)]*trailing_slash\s*=\s*False")
_MAX_URL_FILES = 50


@dataclass(frozen=True)
class PathStyle:
    """The style of paths."""

    prefix: str = ""
    plural: bool = True
    case: Case = "kebab"
    trailing_slash: bool = False
    parameter_style: str = "id"
    """id, pk, snake (order_id) or camel (orderId)"""
    update_method: str = "PATCH"
    nested: bool = False
    """Whether collections stand below items: /products/{id}/reviews."""

    def segment(self, name: Sequence[str]) -> str:
        """The path segment of a collection."""
        return cased(plural_of(name) if self.plural else singular_of(name), self.case)

    def parameter(self, *name: str) -> str:
        """The name of an item's parameter."""
        if self.parameter_style in ("id", "pk"):
            return self.parameter_style
        return cased([*singular_of(name), "id"], "camel" if self.parameter_style == "camel" else "snake")

    def finish(self, path: str) -> str:
        """A path with or without its trailing slash."""
        return f"{path}/" if self.trailing_slash else path


def split(path: str) -> list[str]:
    """The segments of a path."""
    return [part for part in path.split("/") if part]


def path_style_of(endpoints: Sequence[Endpoint], facts: Facts, repo: str = "") -> PathStyle:
    """Count the style of paths; what no path shows is the default."""
    paths = [split(one.path) for one in endpoints]
    prefix = _prefix(paths)
    rest = [path[len(prefix) :] for path in paths if path[: len(prefix)] == prefix]
    collections = [path[number] for path in rest for number in range(len(path) - 1) if _collection(path, number)]
    numbers = Counter(many for name in collections if (many := is_plural((words(name) or [""])[-1])) is not None)
    static = {part for path in paths for part in path if not _PARAMETER.match(part)}
    cases = Counter(case for part in static if (case := case_of(part)) is not None)
    return PathStyle(
        prefix="".join(f"/{part}" for part in prefix),
        plural=numbers[True] >= numbers[False],
        case=_most(cases, "kebab"),
        trailing_slash=_trailing(endpoints, facts, repo),
        parameter_style=_parameter_style(rest),
        update_method=_update_method(endpoints),
        nested=any(
            _PARAMETER.match(path[number])
            and number + 1 < len(path)
            and is_plural((words(path[number + 1]) or [""])[-1])
            for path in rest
            for number in range(len(path))
        ),
    )


def _collection(path: list[str], number: int) -> bool:
    return not _PARAMETER.match(path[number]) and bool(_PARAMETER.match(path[number + 1]))


def _most(counts: Counter[Case], default: Case) -> Case:
    return min(counts, key=lambda one: (-counts[one], one)) if counts else default


def _prefix(paths: list[list[str]]) -> list[str]:
    """The segments that most paths begin with and that name no resource themselves."""
    prefix: list[str] = []
    under = [path for path in paths if path]
    while under:
        counts = Counter(path[len(prefix)] for path in under if len(path) > len(prefix))
        if not counts:
            break
        versions = [name for name in counts if _VERSION.match(name)]
        best = max(versions, key=_natural) if len(versions) > 1 else min(counts, key=lambda one: (-counts[one], one))
        if len(versions) <= 1 and counts[best] < _SHARE * len(under):
            break
        below = [path[len(prefix) + 1 :] for path in under if path[len(prefix) : len(prefix) + 1] == [best]]
        if _PARAMETER.match(best) or not _groups(best, below):
            break
        prefix.append(best)
        under = [path for path in under if path[: len(prefix)] == prefix]
    return prefix


def _natural(name: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", name)]


def _groups(name: str, below: Sequence[Sequence[str]]) -> bool:
    """Whether a segment only groups others: a known word, or nothing ends there and several names follow."""
    if any(path and _PARAMETER.match(path[0]) for path in below):
        return False
    if _PREFIX_WORDS.match(name):
        return any(bool(path) for path in below)
    return all(len(path) > 0 for path in below) and len({path[0] for path in below}) > 1


def _trailing(endpoints: Sequence[Endpoint], facts: Facts, repo: str) -> bool:
    paths = [one.path for one in endpoints if one.path != "/"]
    if sum(path.endswith("/") for path in paths) * 2 > len(paths):
        return True
    # Facts drop the slash where paths are joined; Django's own URL files keep it.
    if not any(one.framework.startswith(("django", "drf")) for one in endpoints):
        return False
    texts = [_text(Path(repo) / module.path) for module in _url_files(facts)] if repo else []
    if any(_SLASHLESS_ROUTER.search(text) for text in texts):
        return False
    routes: list[str] = [route for text in texts for route in _URL_LINE.findall(text) if route]
    if routes:
        return sum(route.endswith("/") for route in routes) * 2 > len(routes)
    return any("Router(" in text for text in texts)


def _url_files(facts: Facts) -> list[Module]:
    return [one for one in facts.modules if one.path.endswith("urls.py")][:_MAX_URL_FILES]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:200_000]
    except OSError:
        return ""


def _parameter_style(rest: list[list[str]]) -> str:
    seen: Counter[str] = Counter()
    for path in rest:
        for number in range(len(path) - 1):
            if not _collection(path, number):
                continue
            name = path[number + 1][1:-1]
            if name in ("id", "pk"):
                seen[name] += 1
            elif name.endswith("_id"):
                seen["snake"] += 1
            elif name.endswith("Id"):
                seen["camel"] += 1
    return min(seen, key=lambda one: (-seen[one], one)) if seen else "id"


def _update_method(endpoints: Sequence[Endpoint]) -> str:
    seen = Counter(
        one.method for one in endpoints if one.method in ("PUT", "PATCH") and one.path.rstrip("/").endswith("}")
    )
    return "PUT" if seen["PUT"] > seen["PATCH"] else "PATCH"
