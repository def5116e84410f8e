"""The facts that a worker may be told whose spec limits it to some of the repository's files."""

from __future__ import annotations

from typing import Any, TypeVar

from hivemind import PathRules, WorkerSpec
from hivemind_facts.models import Fact, Facts
from hivemind_facts.sessions import REASON as SESSIONS

FactT = TypeVar("FactT", bound=Fact)


def told_to(worker: WorkerSpec | None, facts: Facts) -> Facts:
    """All facts, or those that stand in the files that a worker may see.

    Args:
        worker: Who is told; None for somebody without a spec.
        facts: All of them.
    """
    if worker is None or worker.paths is None:
        return facts
    rules = PathRules(worker.paths)
    stack = _within(facts.stack, rules).model_copy(update={"languages": ()})  # shares of files that it may not see
    kept = _within(facts.model_copy(update={"stack": stack, "services": ()}), rules)
    modules = tuple(
        one.model_copy(update={"imports": tuple(path for path in one.imports if rules.shows(path))})
        for one in kept.modules
    )
    skipped = tuple(one for one in kept.skipped if one.reason != SESSIONS)
    kept = kept.model_copy(update={"modules": modules, "skipped": skipped})
    lists = [values for part in (kept, kept.stack) for _, values in part if _listed(values)]
    services = {getattr(one, "service", "") for values in lists for one in values}
    found = tuple(one for one in facts.services if one.name in services)
    return kept.model_copy(update={"services": found})


def _within(facts: FactT, rules: PathRules) -> FactT:
    """The lists of facts without those that stand in a file that may not be seen."""
    lists = {name: values for name, values in facts if _listed(values)}
    return facts.model_copy(
        update={name: tuple(one for one in values if rules.shows(_place(one))) for name, values in lists.items()}
    )


def _listed(values: Any) -> bool:
    return isinstance(values, tuple) and bool(values) and all(isinstance(one, Fact) for one in values)


def _place(fact: Fact) -> str:
    return str(getattr(fact, "file", None) or getattr(fact, "path", ""))
