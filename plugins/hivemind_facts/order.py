"""The order of facts in a document: the same for the same repository, whatever order readers found them in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hivemind_facts.models import (
    Call,
    Endpoint,
    EnvironmentVariable,
    External,
    Fact,
    GraphqlOperation,
    Module,
    RuleFinding,
    Skipped,
    Table,
    Unresolved,
)

SEVERITIES = ("critical", "high", "medium", "low", "info")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ANY")


def _place(fact: Any) -> tuple[str, int]:
    return fact.file, fact.line or 0


def sort_key(fact: Fact) -> tuple[Any, ...]:
    """Where a fact stands among those of its kind."""
    if isinstance(fact, Endpoint):
        method = METHODS.index(fact.method) if fact.method in METHODS else len(METHODS)
        return fact.service, fact.path, method, fact.method, *_place(fact), fact.handler
    if isinstance(fact, Table):
        return fact.service, fact.name, *_place(fact), fact.source
    if isinstance(fact, GraphqlOperation):
        return fact.service, ("query", "mutation", "subscription").index(fact.kind), fact.name, *_place(fact)
    if isinstance(fact, RuleFinding):
        return SEVERITIES.index(fact.severity), fact.possible, *_place(fact), fact.rule, fact.id
    if isinstance(fact, Call):
        return *_place(fact), fact.method, fact.path
    if isinstance(fact, External):
        return fact.kind, fact.name, fact.target, *_place(fact)
    if isinstance(fact, EnvironmentVariable):
        return fact.name, *_place(fact)
    if isinstance(fact, Unresolved):
        return *_place(fact), fact.what, fact.reason
    assert isinstance(fact, (Module, Skipped))
    return (fact.path,)


def ordered(facts: Iterable[Fact]) -> tuple[Any, ...]:
    """Facts of one kind without exact repeats, in their order."""
    return tuple(sorted(dict.fromkeys(facts), key=lambda fact: (sort_key(fact), repr(fact))))
