"""The forms of `hivemind graph`: which there are, the tree and the table for a terminal, and where the rest is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hivemind.cli.figures import columns
from hivemind.cli.output import one_line

if TYPE_CHECKING:
    from hivemind.graph_export.drawing import Drawing, Node

FORMATS = ("tree", "table", "mermaid", "dot", "json", "svg", "html")


def lines_of(form: str, drawing: Drawing) -> Iterable[str]:
    """Write a drawing in one of the forms but JSON."""
    match form:
        case "table":
            return table(drawing)
        case "mermaid":
            from hivemind.graph_export.mermaid import mermaid

            return mermaid(drawing)
        case "dot":
            from hivemind.graph_export.dot import dot

            return dot(drawing)
        case "svg":
            from hivemind.graph_export.svg import svg

            return svg(drawing)
        case "html":
            from hivemind.graph_export.html import html

            return html(drawing)
        case _:
            return tree(drawing)


def tree(drawing: Drawing) -> list[str]:
    """Write who comes first, and under each who waits for it; what is shown in full elsewhere is marked."""
    after: dict[str, list[tuple[str, str]]] = {}
    waiting: set[str] = set()
    for edge in drawing.edges:
        after.setdefault(edge.before, []).append((edge.after, edge.kind))
        waiting.add(edge.after)
    nodes = {node.name: node for node in drawing.nodes}
    lines: list[str] = []
    shown: set[str] = set()
    # A stack of (node, how it waits, what stands before its branch, whether it is its parent's last).
    stack: list[tuple[str, str, str, bool | None]] = [
        (name, "", "", None) for name in sorted(nodes, reverse=True) if name not in waiting
    ]
    while stack:
        name, kind, indent, last = stack.pop()
        branch = "" if last is None else f"{indent}{'└─ ' if last else '├─ '}"
        children = sorted(after.get(name, ()))
        again = name in shown and bool(children)
        lines.append(f"{branch}{_label(nodes[name])}{f'  [{kind}]' if kind else ''}{'  (as above)' if again else ''}")
        if name in shown:
            continue
        shown.add(name)
        deeper = "" if last is None else f"{indent}{'   ' if last else '│  '}"
        for number, (child, how) in reversed(list(enumerate(children))):
            stack.append((child, how, deeper, number == len(children) - 1))
    return lines


def _label(node: Node) -> str:
    usual = node.check or node.name in (node.role, f"{node.role}-worker")
    plugin = f"plugin {node.plugin}" if node.plugin else ""
    parts = [part for part in ("" if usual else f"role {node.role}", plugin, node.status) if part]
    told = f" ({one_line(', '.join(parts))})" if parts else ""
    return f"{one_line(node.name)}{told}"


def table(drawing: Drawing) -> list[str]:
    """Write one line a node: who it is, what it waits for."""
    before: dict[str, list[str]] = {}
    for edge in drawing.edges:
        before.setdefault(edge.after, []).append(f"{edge.before} ({edge.kind})")
    statuses = any(node.status for node in drawing.nodes)
    rows = []
    for node in drawing.nodes:
        waits = before.get(node.name, [])
        more = f" and {len(waits) - 6} more" if len(waits) > 6 else ""
        row = [node.name, node.role, node.plugin or "-", node.model or "-"]
        row += [node.status or "-"] if statuses else []
        rows.append(tuple(one_line(cell) for cell in (*row, f"{', '.join(waits[:6])}{more}" or "-")))
    if not rows:
        return []
    head = ("worker", "role", "plugin", "model", *(("status",) if statuses else ()), "waits for")
    return columns(rows, head)
