"""Everything that the files of the front ends show."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hivemind_frontend.rules.accessibility import issues
from hivemind_frontend.rules.budget import budget
from hivemind_frontend.rules.components import components
from hivemind_frontend.rules.files import Found, walk
from hivemind_frontend.rules.roots import Root, find_roots
from hivemind_frontend.rules.routes import routes
from hivemind_frontend.rules.sources import SourceFile
from hivemind_frontend.rules.state import state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hivemind_frontend.models import AccessibilityIssue, Component, PerformanceBudget, Route, StateSlice

MAX_PARTS = 400
"""Of each kind; what is over is counted."""


@dataclass
class Inventory:
    """What was read from the files."""

    roots: list[Root] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    state: list[StateSlice] = field(default_factory=list)
    accessibility: list[AccessibilityIssue] = field(default_factory=list)
    budgets: list[PerformanceBudget] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def take(repo: Path, calling: Iterable[str]) -> Inventory:
    """Read the front ends of a repository.

    Args:
        repo: The repository.
        calling: Files that are known to hold browser calls.
    """
    found = walk(repo)
    made = Inventory(find_roots(found, calling))
    for path, text in _texts(found, made.roots):
        root = max((one for one in made.roots if path.startswith(one.prefix)), key=lambda one: len(one.path))
        file = SourceFile(path, text)
        made.components += components(file)
        made.routes += routes(file, root)
        made.state += state(file)
        if file.markup is not None:
            made.accessibility += issues(file.markup)
    shown = {one.component for one in made.routes if one.component}
    made.components = [
        one.model_copy(update={"kind": "page"}) if one.name in shown and one.kind == "component" else one
        for one in made.components
    ]
    made.accessibility = [
        one.model_copy(update={"id": f"FE-A{number:02d}"}) for number, one in enumerate(made.accessibility, 1)
    ]
    made.budgets = [one for root in made.roots if (one := budget(found, root)) is not None]
    made.left_out = found.left_out
    made.state = list(
        {(one.kind, one.name if one.kind == "storage" else one.location): one for one in made.state}.values()
    )
    for name in ("components", "routes", "state", "accessibility"):
        part = getattr(made, name)
        if len(part) > MAX_PARTS:
            made.left_out.append(f"{len(part) - MAX_PARTS} more of {name} are left out")
            setattr(made, name, part[:MAX_PARTS])
    return made


def _texts(found: Found, roots: list[Root]) -> Iterable[tuple[str, str]]:
    found.sources = [path for path in found.sources if any(path.startswith(root.prefix) for root in roots)]
    return found.texts()
