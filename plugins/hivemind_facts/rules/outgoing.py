"""Outgoing calls that may wait for ever."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind_facts.models import Facts, RuleFinding
from hivemind_facts.reading import Repository
from hivemind_facts.rules.finding import finding, is_test


class MissingTimeout:
    """An HTTP call without a timeout."""

    name = "missing-timeout"
    version = 1

    def check(self, facts: Facts, repository: Repository) -> Iterator[RuleFinding]:  # noqa: ARG002
        """Yield a finding for each call that the code shows to have none."""
        for one in facts.external:
            if one.kind != "http" or one.timeout is not False or is_test(one.file):
                continue
            to = f" to {one.target}" if one.target else ""
            yield finding(
                self.name,
                "medium",
                f"a call{to} by {one.name} has no timeout",
                subject=f"{one.name} {one.target}",
                evidence=f"{one.name} is called without a timeout and has none by default",
                file=one.file,
                line=one.line,
                remedy="give it a timeout, and say what happens when it passes",
                service=one.service,
            )
