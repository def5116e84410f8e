"""Everything together: languages and readers over one repository make its facts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hivemind_facts import registry
from hivemind_facts.models import (
    Call,
    Endpoint,
    EnvironmentVariable,
    External,
    Fact,
    Facts,
    GraphqlOperation,
    Module,
    RuleFinding,
    Skipped,
    Table,
    Unresolved,
)
from hivemind_facts.reading import Reader, Rule
from hivemind_facts.repository import TreeRepository

FIELDS: dict[type[Fact], str] = {
    Endpoint: "endpoints",
    Table: "tables",
    GraphqlOperation: "graphql",
    Call: "calls",
    External: "external",
    EnvironmentVariable: "environment",
    Module: "modules",
    RuleFinding: "findings",
    Unresolved: "unresolved",
    Skipped: "skipped",
}


def extract(root: Path, readers: Iterable[Reader] | None = None, rules: Iterable[Rule] | None = None) -> Facts:
    """Read the facts of a repository.

    Args:
        root: The repository's folder.
        readers: Those to run; all that are known if None.
        rules: Those to run; all that are known if None.
    """
    repository = TreeRepository(root)
    found: dict[str, list[Any]] = {name: [] for name in FIELDS.values()}
    for reader in registry.readers() if readers is None else readers:
        try:
            for fact in reader.read(repository):
                found[FIELDS[type(fact)]].append(fact)
        except Exception as error:  # one reader's fault must not cost the facts of all others
            found["unresolved"].append(_failed(reader.name, error))
    found["unresolved"] += repository.unresolved
    found["skipped"] += repository.skipped
    facts = Facts(**{name: tuple(values) for name, values in found.items()})
    more: list[Any] = []
    for rule in registry.rules() if rules is None else rules:
        try:
            more += list(rule.check(facts, repository))
        except Exception as error:  # likewise
            more.append(_failed(rule.name, error))
    for fact in more:
        found[FIELDS[type(fact)]].append(fact)
    return Facts(**{name: tuple(values) for name, values in found.items()})


def _failed(name: str, error: Exception) -> Unresolved:
    return Unresolved(what="reader", reason=f"{name} failed: {type(error).__name__}: {error}", file="")
