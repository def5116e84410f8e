"""List endpoints that give everything at once."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.models import Facts, RuleFinding
from hivemind_facts.reading import Repository
from hivemind_facts.rules.finding import finding


class ListWithoutPagination:
    """A GET of a collection whose handler takes no limit."""

    name = "list-without-pagination"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield a finding for each list whose code shows that it has no bound."""
        for endpoint in facts.endpoints:
            if endpoint.method not in ("GET", "ANY") or endpoint.paginated is not False or endpoint.path.endswith("}"):
                continue
            yield finding(
                self.name,
                "medium",
                f"GET {endpoint.path} gives the whole list at once",
                subject=f"GET {endpoint.path}",
                evidence=f"{endpoint.handler or 'its handler'} answers a list and takes no limit, page or cursor",
                file=endpoint.file,
                line=endpoint.line,
                remedy="take a limit with a maximum and an offset or cursor, as far as the list can grow",
                service=endpoint.service,
            )
