"""Routes that an earlier one answers first, in frameworks that take the first match."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hivemind_facts.models import Endpoint, Facts, RuleFinding
from hivemind_facts.reading import Repository
from hivemind_facts.rules.finding import finding

_FIRST_MATCH = frozenset(("fastapi", "starlette", "express", "koa", "nestjs", "django", "drf", "fiber", "gorilla/mux"))
_CONVERTER = re.compile(r"\{\w+:\w+\}|:\w+\(|<\w+:\w+>|re_path|\\d|ParseIntPipe|\[0-9\]")


class ShadowedRoute:
    """A route that can't be reached, since one before it takes its requests."""

    name = "shadowed-route"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:
        """Yield a finding for each route behind one of the same file that matches first."""
        groups: dict[tuple[str, str, str], list[Endpoint]] = {}
        for endpoint in facts.endpoints:
            if endpoint.framework.lower() in _FIRST_MATCH and not _elsewhere(endpoint, repository):
                groups.setdefault((endpoint.service, endpoint.file, endpoint.framework), []).append(endpoint)
        for (_, file, _), endpoints in sorted(groups.items()):
            ordered = sorted(endpoints, key=lambda one: one.line)
            lines: list[str] | None = None
            for number, later in enumerate(ordered):
                for earlier in ordered[:number]:
                    if earlier.line == later.line or not _shadows(earlier, later):
                        continue
                    lines = repository.text(file).split("\n") if lines is None else lines
                    written = lines[earlier.line - 1 : earlier.line + 3] if earlier.line <= len(lines) else []
                    if earlier.path != later.path and _CONVERTER.search("\n".join(written[:2])):
                        continue
                    yield self._finding(earlier, later)
                    break

    def _finding(self, earlier: Endpoint, later: Endpoint) -> RuleFinding:
        by_class = later.framework == "fastapi" and "." in later.handler
        return finding(
            self.name,
            "high" if earlier.path != later.path else "medium",
            f"{later.method} {later.path} is never reached",
            subject=f"{later.method} {later.path}",
            evidence=f"{earlier.method} {earlier.path} ({earlier.file}:{earlier.line}) comes first and answers"
            + ("; what makes routes of the class may order them otherwise" if by_class else ""),
            file=later.file,
            line=later.line,
            remedy="put the more particular route first, or take the second one out",
            possible=by_class,
            service=later.service,
        )


def _elsewhere(endpoint: Endpoint, repository: Repository) -> bool:
    """Whether the order of routes is decided in another file than the one that the endpoint is in."""
    return endpoint.framework in ("django", "drf") and "urlpatterns" not in repository.text(endpoint.file)


def _shadows(earlier: Endpoint, later: Endpoint) -> bool:
    if earlier.method not in (later.method, "ANY"):
        return False
    ours, theirs = earlier.path.strip("/").split("/"), later.path.strip("/").split("/")
    if len(ours) != len(theirs):
        return False
    for one, other in zip(ours, theirs, strict=True):
        if not one.startswith("{") and (one != other or other.startswith("{")):
            return False
    return True
