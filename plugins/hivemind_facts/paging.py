"""Whether a list endpoint takes pages, told by its handler and by what that calls: only where all of it can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import dirname

from hivemind_facts.bodies import Bodies, Body, family_of
from hivemind_facts.models import Endpoint
from hivemind_facts.reading import Repository

_BOUND = re.compile(
    r"limit|offset|skip|\btake\b|page|pagin|cursor|slice|max_?results|rownum|\bfirst\b|\btop\b|fetch_?size|\[:", re.I
)
"""Any sign of a bound, wherever: then nothing is said to be without one."""
_ASKED = re.compile(
    r"(?:query|args|GET|params|param|Query\w*|FormValue)\W{1,4}(?:get\w*\W{1,4})?[\"']?"
    r"(?:page|limit|offset|per_?page|page_?size|skip|take|cursor)\b|\bPageable\b|\.paginate\(|\bPaginator\(|apply_pagination",
    re.IGNORECASE,
)
"""A page that the request asks for."""
_LISTS = {
    "python": re.compile(
        r"(?:\bquery|\.objects|\bscalars\(\)|\bselect\([\w.]*\)|_by\([^()]*\))\S*\.all\(\)|fetchall\(\)"
    ),
    "javascript": re.compile(
        r"\.find\(\s*(?:\)|\{)|\.findAll\(\s*(?:\)|\{)|\.findMany\(|\.getMany\(\)|\bquery\(\s*[`'\"]\s*select\b", re.I
    ),
    "java": re.compile(r"\.findAll\w*\(\s*\)|\.getResultList\(\)"),
    "go": re.compile(
        r"\.Find\(\s*&\w+\s*\)|\.Find\((?:ctx|c|context\.\w+\(\)),|\.Query(?:Context)?\([^)]*?SELECT", re.DOTALL
    ),
}
_ONE = re.compile(r"findOne|\.first\(\)|\.one\(\)|get_or_404|\bcount\(", re.IGNORECASE)
_CALL = re.compile(r"(?:(\w+)\s*(?:\(\))?\s*\.\s*)?(\w+)\s*\(")
_PLURAL = re.compile(r"(?:[a-z]{2,}(?<!s)(?<!u)(?<!i)s|list|all)$", re.IGNORECASE)
_NO_LIST = re.compile(r"(?:^|[-_])(?:stats|settings|metrics|docs|news|details|analytics|access|status|options)$", re.I)
_DEPTH = 3
_MANY = 40


@dataclass
class _Read:
    """What was read of a handler and of what it calls."""

    lists: bool = False
    bound: bool = False
    asked: bool = False


class Paging:
    """Fills `Endpoint.paginated` where its reader could not tell."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._bodies: dict[str, Bodies] = {}

    def fill(self, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
        """The endpoints, those of lists with what their code says of pages."""
        return [
            one.model_copy(update={"paginated": said}) if (said := self._say(one)) is not None else one
            for one in endpoints
        ]

    def _say(self, endpoint: Endpoint) -> bool | None:
        if endpoint.method not in ("GET", "ANY") or endpoint.paginated is not None or not is_collection(endpoint.path):
            return None
        family = family_of(endpoint.file)
        if not family:
            return None
        bodies = self._bodies.get(family)
        if bodies is None:
            bodies = self._bodies[family] = Bodies(self._repository, family)
        start = _handler(endpoint, bodies)
        seen = _Read()
        if start is None and family in ("javascript", "go"):
            self._follow(bodies.inline(endpoint.file, endpoint.line), endpoint.file, family, seen, set(), 0)
        elif start is not None:
            self._follow(bodies.text(start), start.path, family, seen, {start}, 0)
        if seen.asked:
            return True
        return False if seen.lists and not seen.bound else None

    def _follow(self, text: str, path: str, family: str, seen: _Read, met: set[Body], depth: int) -> None:
        seen.asked = seen.asked or bool(_ASKED.search(text))
        seen.bound = seen.bound or bool(_BOUND.search(text))
        seen.lists = seen.lists or bool(_LISTS[family].search(text) and not _ONE.search(text))
        if depth >= _DEPTH or seen.bound or len(met) > _MANY:
            return
        bodies = self._bodies[family]
        for receiver, name in dict.fromkeys(match.groups() for match in _CALL.finditer(text)):
            found = [one for one in bodies.named(name) if one not in met]
            if not found:
                continue
            nearest = _nearest(found, receiver or "", path)
            if nearest is None:
                # which of them is meant can't be told: a bound in any may be the one
                seen.bound = seen.bound or any(_BOUND.search(bodies.text(one)) for one in found[:_MANY])
                continue
            met.add(nearest)
            self._follow(bodies.text(nearest), nearest.path, family, seen, met, depth + 1)


def is_collection(path: str) -> bool:
    """Whether a path names a list: its last part is a plural and no parameter."""
    last = path.rsplit("/", 1)[-1]
    return bool(_PLURAL.search(last)) and not _NO_LIST.search(last) and "{" not in last


def _handler(endpoint: Endpoint, bodies: Bodies) -> Body | None:
    owner, _, name = endpoint.handler.rpartition(".")
    found = bodies.named(name)
    here = [one for one in found if one.path == endpoint.file]
    if len(here) > 1:
        here = [one for one in here if one.start <= endpoint.line + 8 and endpoint.line <= one.end]
    if len(here) == 1:
        return here[0]
    return None if here else _nearest(found, owner.rsplit(".", 1)[-1], endpoint.file)


def _nearest(found: list[Body], receiver: str, path: str) -> Body | None:
    """The only function that a call can mean: the only one there is, the only one here, or where its receiver is."""
    if len(found) == 1:
        return found[0]
    said = re.sub(r"[^a-z]", "", receiver.lower()).removeprefix("this").removesuffix("s")
    if len(said) > 3:
        by_name = [one for one in found if said in re.sub(r"[^a-z]", "", one.path.lower())]
        if len(by_name) == 1:
            return by_name[0]
    for near in (
        [one for one in found if one.path == path],
        [one for one in found if dirname(one.path) == dirname(path)],
    ):
        if len(near) == 1 and not receiver:
            return near[0]
    return None
