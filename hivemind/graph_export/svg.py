"""A graph as SVG, drawn here: no program of the system, no font, nothing from elsewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from hivemind.graph_export.drawing import STATUS_MARKS, Drawing, Node
from hivemind.graph_export.layout import NODE_HEIGHT, NODE_WIDTH, Layout, lay_out
from hivemind.models import Edge

MARGIN = 24.0
_TITLE = 30.0
_NAME_UNITS = 26.5
_STATUSES = tuple(STATUS_MARKS)
STYLE = """
svg.hive{--paper:#ffffff;--ink:#1f2937;--soft:#4b5563;--line:#94a3b8;--box:#f8fafc;--edge:#94a3b8;--hot:#c2410c;
--running:#dbeafe;--completed:#dcfce7;--cached:#ccfbf1;--failed:#fee2e2;--unverified:#fef9c3;--blocked:#ffedd5;
--skipped:#e5e7eb;--cancelled:#e5e7eb;font-family:system-ui,-apple-system,"Segoe UI",sans-serif}
@media (prefers-color-scheme:dark){svg.hive{--paper:#0f172a;--ink:#e5e7eb;--soft:#cbd5e1;--line:#64748b;--box:#1e293b;
--edge:#64748b;--hot:#fb923c;--running:#1e3a8a;--completed:#14532d;--cached:#134e4a;--failed:#7f1d1d;
--unverified:#713f12;--blocked:#7c2d12;--skipped:#374151;--cancelled:#374151}}
.hive .paper{fill:var(--paper)}
.hive text{fill:var(--ink)}
.hive .title{font-size:15px;font-weight:600}
.hive .name{font-size:13px;font-weight:600}
.hive .told{font-size:11px;fill:var(--soft)}
.hive .node rect,.hive .node path{fill:var(--box);stroke:var(--line);stroke-width:1.2}
.hive .edge path{fill:none;stroke:var(--edge);stroke-width:1.3;marker-end:url(#tip)}
.hive .requires path{stroke-width:2.4}
.hive .aligns_with path{stroke-dasharray:5 4}
.hive .critical path{stroke:var(--hot);stroke-width:3.2;marker-end:url(#hot-tip)}
.hive .node.critical rect,.hive .node.critical path{stroke:var(--hot);stroke-width:2.4}
.hive #tip path{fill:var(--edge)}
.hive #hot-tip path{fill:var(--hot)}
""" + "".join(
    f".hive .s-{status} rect,.hive .s-{status} path{{fill:var(--{status})}}\n"
    for status in _STATUSES
    if status != "pending"
)


def svg(drawing: Drawing) -> Iterator[str]:
    """Write one SVG document, line by line."""
    layout = _layout_of(drawing)
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN + _TITLE
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="hive" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label={quoteattr(_clean(drawing.title))}>'
    )
    yield f"<title>{escape(_clean(drawing.title))}</title>"
    yield f"<style>{STYLE}</style>"
    yield DEFINITIONS
    yield f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>'
    note = f" · {drawing.critical_note}" if drawing.critical else ""
    yield f'<text class="title" x="{MARGIN}" y="{MARGIN}">{escape(_clean(drawing.title + note))}</text>'
    yield f'<g transform="translate({MARGIN} {MARGIN + _TITLE})">'
    yield from shapes(drawing, layout)
    yield "</g>"
    yield "</svg>"


DEFINITIONS = (
    "<defs>"
    '<marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
    '<marker id="hot-tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="12" markerHeight="12" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
    "</defs>"
)


def _layout_of(drawing: Drawing) -> Layout:
    return lay_out([node.name for node in drawing.nodes], [(edge.before, edge.after) for edge in drawing.edges])


def shapes(drawing: Drawing, layout: Layout | None = None) -> Iterator[str]:
    """Write the edges and the nodes, the nodes above; each is a group with `data-` attributes for a page's script."""
    layout = layout or _layout_of(drawing)
    steps, critical = drawing.critical_steps, frozenset(drawing.critical)
    numbers = {node.name: number for number, node in enumerate(drawing.nodes)}
    yield '<g class="edges">'
    # What is critical is drawn last, over the rest.
    for number, edge in sorted(enumerate(drawing.edges), key=lambda one: (one[1].before, one[1].after) in steps):
        yield _edge(
            number,
            edge,
            (numbers[edge.before], numbers[edge.after]),
            layout.routes[edge.before, edge.after],
            hot=(edge.before, edge.after) in steps,
        )
    yield "</g>"
    yield '<g class="nodes">'
    for number, node in enumerate(drawing.nodes):
        yield _node(number, node, layout.places[node.name], hot=node.name in critical)
    yield "</g>"


def reason_of(edge: Edge) -> str:
    """An edge in words: who waits for whom, why, and who said so."""
    by = f", said by {edge.said_by}" if edge.declared_by or edge.source == "planner" else ""
    return f"{edge.after} waits for {edge.before} ({edge.kind}): {edge.reason or edge.kind}{by}"


def _edge(number: int, edge: Edge, ends: tuple[int, int], points: Sequence[tuple[float, float]], *, hot: bool) -> str:
    classes = f"edge {edge.kind}{' critical' if hot else ''}"
    return (
        f'<g class="{classes}" data-edge="{number}" data-from="{ends[0]}" data-to="{ends[1]}">'
        f"<title>{escape(_clean(reason_of(edge)))}</title>"
        f'<path d="{_path(points)}"/></g>'
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    (x, y), rest = points[0], points[1:]
    parts = [f"M{x:.1f} {y:.1f}"]
    for number, (next_x, next_y) in enumerate(rest):
        if number % 2:  # along a bend
            parts.append(f"L{next_x:.1f} {next_y:.1f}")
        else:
            half = max((next_x - x) / 2, 12.0)
            parts.append(f"C{x + half:.1f} {y:.1f} {next_x - half:.1f} {next_y:.1f} {next_x:.1f} {next_y:.1f}")
        x, y = next_x, next_y
    return "".join(parts)


def _node(number: int, node: Node, place: tuple[float, float], *, hot: bool) -> str:
    x, y = place
    classes = "node" + (" check" if node.check else "") + (" critical" if hot else "")
    classes += f" s-{node.status}" if node.status in STATUS_MARKS else ""
    told = _told(node)
    spoken = f"{node.name}, {told}" + (", on the critical path" if hot else "")
    width, height = NODE_WIDTH, NODE_HEIGHT
    shape = (
        f'<path d="M10 0H{width - 10}L{width} {height / 2}L{width - 10} {height}H10L0 {height / 2}z"/>'
        if node.check
        else f'<rect width="{width}" height="{height}" rx="7"/>'
    )
    mark = f"{STATUS_MARKS[node.status]} " if node.status and node.status in STATUS_MARKS else ""
    inset = 16 if node.check else 10
    return (
        f'<g class="{classes}" data-node="{number}" transform="translate({x:.1f} {y:.1f})" '
        f"aria-label={quoteattr(_clean(spoken))}>"
        f"<title>{escape(_clean(node.name))}</title>{shape}"
        f'<text class="name" x="{inset}" y="17">{escape(_short(mark + node.name, _NAME_UNITS))}</text>'
        f'<text class="told" x="{inset}" y="32">{escape(_short(told, _NAME_UNITS * 1.22))}</text></g>'
    )


def _told(node: Node) -> str:
    if node.check:
        return node.status or "alignment check"
    plugin = f"plugin {node.plugin}" if node.plugin and not node.status else ""
    parts = (node.status, node.model, plugin)
    return " · ".join(part for part in parts if part) or node.role or "worker"


def _clean(text: str) -> str:
    """Without the characters that XML does not have."""
    return "".join(char if char.isprintable() and char not in "\ufffe\uffff" else " " for char in text)


def _short(text: str, units: float) -> str:
    """Cut text to about a width, in the middle: names that begin alike differ at their ends."""
    clean = _clean(text)
    if sum(map(_wide, clean)) <= units:
        return clean
    head, tail = _taken(clean, units * 0.62), _taken(clean[::-1], units * 0.33)[::-1]
    return f"{head}…{tail}"


def _taken(text: str, units: float) -> str:
    kept, used = "", 0.0
    for char in text:
        used += _wide(char)
        if used > units:
            break
        kept += char
    return kept


def _wide(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return 2.0
    return 1.5 if char in "mwMW" else 1.25 if char.isupper() else 0.7 if char in "iljft.:' " else 1.0
