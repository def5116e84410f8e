"""A graph as one page that needs nothing else: no request leaves it, and its own policy forbids any."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Any

from hivemind.graph_export.drawing import Drawing
from hivemind.graph_export.layout import NODE_HEIGHT, NODE_WIDTH, lay_out
from hivemind.graph_export.svg import DEFINITIONS, STYLE, shapes

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def html(drawing: Drawing) -> Iterator[str]:
    """Write the page, piece by piece."""
    style, script = STYLE + _resource("page.css"), _resource("page.js")
    layout = lay_out([node.name for node in drawing.nodes], [(edge.before, edge.after) for edge in drawing.edges])
    title = escape(drawing.title)
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
    yield f"<title>{title}</title><style>{style}</style></head><body>"
    yield f"<header><h1>{title}</h1><p>{escape(_summary(drawing))}</p>{_TOOLS}</header>"
    yield '<main><div id="stage">'
    yield f'<svg id="view" class="hive" role="group" aria-label="graph: {title}">{DEFINITIONS}<g id="scene">'
    yield from shapes(drawing, layout)
    yield '</g></svg><canvas id="map" width="20" height="20" aria-hidden="true" hidden></canvas></div>'
    yield '<aside id="details" aria-live="polite" aria-label="details"></aside></main>'
    yield f'<script type="application/json" id="data">{_json(_data(drawing, layout.width, layout.height))}</script>'
    yield f"<script>{script}</script></body></html>"


_TOOLS = (
    '<div class="tools"><label for="search">Search</label><input id="search" type="search" autocomplete="off" '
    'placeholder="name, role, status">'
    '<output id="found" for="search"></output>'
    '<button id="out" type="button" aria-label="zoom out">−</button>'
    '<button id="in" type="button" aria-label="zoom in">+</button>'
    '<button id="fit" type="button">See all</button></div>'
)


def _summary(drawing: Drawing) -> str:
    checks = sum(1 for node in drawing.nodes if node.check)
    parts = [f"{len(drawing.nodes) - checks} workers", f"{checks} checks" if checks else ""]
    return ", ".join(part for part in (*parts, f"{len(drawing.edges)} edges") if part)


def _data(drawing: Drawing, width: float, height: float) -> dict[str, Any]:
    return {
        "nodes": [
            {
                "name": node.name,
                "role": node.role,
                "plugin": node.plugin,
                "status": node.status,
                "model": node.model,
                "model_origin": node.model_origin,
                "reason": node.reason,
                "check": node.check,
                "spec": dict(node.spec),
            }
            for node in drawing.nodes
        ],
        "edges": [edge.model_dump(mode="json") | {"said_by": edge.said_by} for edge in drawing.edges],
        "critical": list(drawing.critical),
        "critical_note": drawing.critical_note,
        "width": width,
        "height": height,
        "node_width": NODE_WIDTH,
        "node_height": NODE_HEIGHT,
    }


def _json(value: dict[str, Any]) -> str:
    """JSON that can't end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "".join(_ESCAPES.get(char, char) for char in text)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _resource(name: str) -> str:
    return files("hivemind.graph_export").joinpath(name).read_text(encoding="utf-8")
