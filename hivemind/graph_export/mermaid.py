"""A graph as a Mermaid flowchart; names are labels of numbered nodes, so that none can break it."""

from __future__ import annotations

from collections.abc import Iterator

from hivemind.graph_export.drawing import Drawing

_ARROWS = {"requires": "==>", "after": "-->", "aligns_with": "-.->"}
_CLASSES = {
    "running": "fill:#bfdbfe,color:#111827",
    "completed": "fill:#bbf7d0,color:#111827",
    "cached": "fill:#d1fae5,color:#111827",
    "failed": "fill:#fecaca,color:#111827",
    "unverified": "fill:#fde68a,color:#111827",
    "blocked": "fill:#fed7aa,color:#111827",
    "skipped": "fill:#e5e7eb,color:#111827",
    "cancelled": "fill:#e5e7eb,color:#111827",
}


def mermaid(drawing: Drawing) -> Iterator[str]:
    """Write a flowchart, line by line."""
    ids = {node.name: f"n{number}" for number, node in enumerate(drawing.nodes)}
    yield "flowchart TD"
    for node in drawing.nodes:
        shape = ("{{", "}}") if node.check else ("[", "]")
        label = _escaped(f"{node.name}: {node.status}" if node.status else node.name)
        yield f'  {ids[node.name]}{shape[0]}"{label}"{shape[1]}'
    critical: list[str] = []
    steps = drawing.critical_steps
    for number, edge in enumerate(drawing.edges):
        yield f"  {ids[edge.before]} {_ARROWS[edge.kind]}|{edge.kind}| {ids[edge.after]}"
        if (edge.before, edge.after) in steps:
            critical.append(str(number))
    for status, style in _CLASSES.items():
        members = [ids[node.name] for node in drawing.nodes if node.status == status]
        if members:
            yield f"  classDef {status} {style}"
            yield f"  class {','.join(members)} {status}"
    if critical:
        yield f"  linkStyle {','.join(critical)} stroke-width:4px"


def _escaped(text: str) -> str:
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return "".join(char if char.isalnum() or char in " -_.,:()" else f"#{ord(char)};" for char in flat)
