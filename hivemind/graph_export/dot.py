"""A graph as Graphviz reads it."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind.graph_export.drawing import Drawing

_STYLES = {"requires": "bold", "after": "solid", "aligns_with": "dashed"}
_FILLS = {
    "running": "#bfdbfe",
    "completed": "#bbf7d0",
    "cached": "#d1fae5",
    "failed": "#fecaca",
    "unverified": "#fde68a",
    "blocked": "#fed7aa",
    "skipped": "#e5e7eb",
    "cancelled": "#e5e7eb",
}


def dot(drawing: Drawing) -> Iterator[str]:
    """Write a Graphviz digraph, line by line."""
    yield "digraph hive {"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    for node in drawing.nodes:
        label = f"{node.name}\n{node.status}" if node.status else node.name
        shape = ", shape=hexagon" if node.check else ""
        fill = f", style=filled, fillcolor={_quoted(_FILLS[node.status])}" if node.status in _FILLS else ""
        yield f"  {_quoted(node.name)} [label={_quoted(label)}{shape}{fill}];"
    critical = drawing.critical_steps
    for edge in drawing.edges:
        told = f"label={_quoted(edge.kind)}, style={_STYLES[edge.kind]}, tooltip={_quoted(edge.reason)}"
        if (edge.before, edge.after) in critical:
            told += ", penwidth=3"
        yield f"  {_quoted(edge.before)} -> {_quoted(edge.after)} [{told}];"
    yield "}"


def _quoted(text: str) -> str:
    flat = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    escaped = flat.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    # Graphviz reads HTML entities even in plain strings.
    return f'"{escaped.replace("&", "&amp;")}"'
