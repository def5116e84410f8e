"""What every form of a graph is made from: nodes with what is known of them, edges, the critical path."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from hivemind.models import Edge, Plan

STATUS_MARKS: Mapping[str, str] = {
    "pending": "○",
    "running": "▶",
    "completed": "✓",
    "cached": "≡",
    "failed": "✗",
    "unverified": "?",
    "blocked": "⊘",
    "skipped": "–",
    "cancelled": "■",
}
"""A sign beside each status, for those who do not see colours."""


@dataclass(frozen=True)
class Node:
    """A worker or a check."""

    name: str
    role: str = ""
    plugin: str = ""
    status: str | None = None
    model: str = ""
    model_origin: str = ""
    reason: str = ""
    check: bool = False
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawing:
    """A graph, ready to be written.

    Attributes:
        nodes: In a stable order.
        edges: Between these nodes.
        title: What it is the graph of.
        critical: The names along the critical path, in order.
        critical_note: What the path was measured with.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    title: str = "Workers"
    critical: tuple[str, ...] = ()
    critical_note: str = ""

    def only(self, names: Collection[str]) -> Drawing:
        """The part with these nodes and what is between them."""
        nodes = tuple(node for node in self.nodes if node.name in names)
        edges = tuple(edge for edge in self.edges if edge.before in names and edge.after in names)
        return Drawing(nodes, edges, self.title)

    @property
    def critical_steps(self) -> frozenset[tuple[str, str]]:
        """The edges along the critical path."""
        return frozenset(zip(self.critical, self.critical[1:], strict=False))


def drawing_of(plan: Plan, statuses: Mapping[str, tuple[str, str]] | None = None, title: str = "Workers") -> Drawing:
    """Make the drawing of a plan.

    Args:
        plan: Workers, checks and edges.
        statuses: Role and status by name, of a session; workers that ran beside the plan become nodes without edges.
        title: What it is the graph of.
    """
    known = statuses or {}
    nodes: dict[str, Node] = {}
    for planned in plan.workers:
        spec = planned.spec
        nodes[spec.name] = Node(
            name=spec.name,
            role=spec.role,
            plugin=planned.plugin,
            status=known[spec.name][1] if spec.name in known else None,
            model=planned.model,
            model_origin=planned.model_origin,
            reason=planned.reason,
            spec=spec.model_dump(mode="json"),
        )
    for check in plan.checks:
        status = known[check.name][1] if check.name in known else None
        nodes[check.name] = Node(check.name, "check", check.declared_by, status, check=True)
    for name, (role, status) in known.items():
        if name not in nodes:
            nodes[name] = Node(name, role, status=status)
    return Drawing(tuple(nodes.values()), plan.edges, title)
